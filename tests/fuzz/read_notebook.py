"""A coverage-guided fuzzer of what turns a student's notebook or source into what is imported.

Usage: python tests/fuzz/read_notebook.py SECONDS [CORPUS]

An input is read in one of four ways, by its first byte: as a notebook's bytes; as the cells of a notebook that is
whole; as a source to repair, parse in part and search for imports; as the claim of what was passed over. It gives a
value, a SubmissionError or a WireError, in 10 seconds and 512 MiB more than the process has at its start. Prints
libFuzzer's figures.
"""

import contextlib
import importlib.util
import json
import logging
import resource
import sys
import tempfile
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["autograder.notebooks", "autograder.imports", "autograder.text", "autograder.proxy"]
):
    from autograder.imports import find_forbidden
    from autograder.notebooks import read_notebook
    from autograder.proxy import _salvage
    from autograder.proxy.passed_over import read_passed_over
    from autograder.text import repair_source

import msgspec
import nbformat  # noqa: F401  imported before the clock runs
from nbconvert.filters.strings import ipython2python

from autograder.errors import SubmissionError
from autograder.proxy.wire import WireError


def read_bytes(data: bytes) -> None:
    """Any bytes, as a notebook."""
    check_map(read_notebook("work.ipynb", data))


def read_cells(data: bytes) -> None:
    """Any texts, as the code cells of a notebook."""
    texts = data.decode("utf-8", "replace").split("\x1e")
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": text} for text in texts]
    check_map(read_notebook("work.ipynb", json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}).encode()))


def check_map(notebook: object) -> None:
    """The cells cover the source, line after line."""
    line = 1
    for _, first, count in notebook.cells:  # type: ignore[attr-defined]
        assert first == line
        assert count >= 1
        line += count
    assert notebook.source.count("\n") == line - 1  # type: ignore[attr-defined]


def read_source(data: bytes) -> None:
    """Any bytes, as a source: what is repaired can be decoded and is not repaired again; what parses has its lines."""
    repaired, _ = repair_source("work.py", data)
    assert repair_source("work.py", repaired)[0] == repaired
    text = importlib.util.decode_source(repaired)
    statements, lost = _salvage.parse(text, "work.py")
    last = text.count("\n") + 1
    assert all(1 <= block.first <= last for block in lost)
    assert all(len(_salvage.bound_names(node)) <= _salvage.MAX_NAMES for node in statements)
    find_forbidden({"work.py": statements}, ["work"], ["scipy"])


def read_claim(data: bytes) -> None:
    """Any value, as what the student's side says was passed over."""
    with contextlib.suppress(msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        for entry in read_passed_over(msgspec.json.decode(data), {"work.py": 9, "cell 1": 2})[0]:
            assert "\n" not in entry.sentence("work.py")


READERS = [read_bytes, read_cells, read_source, read_claim]


def test_one_input(data: bytes) -> None:
    """Any bytes are read or refused."""
    if len(data) < 2:
        return
    with contextlib.suppress(SubmissionError, WireError):
        READERS[data[0] % len(READERS)](data[1:])


SOURCES = [
    "def f(x):\n    return x\n",
    "def f(:\n    pass\n<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> b\n@d\nclass A: pass\nprint 'x'\n",
    "from importlib import import_module as i\ni('sci' + 'py')\nfrom . import a\n",
    "# -*- coding: latin-1 -*-\nx = '''\n",
    "%matplotlib inline\n!ls \\\n  -l\nx = !ls\n?f\nf??\n%time y = 1\n",
    "%%time\nx = 1\n",
    "%%bash\nls\n",
    ">>> x = 1\n",
]
CLAIM = {"file": "work.py", "first": 1, "line": 2, "kind": "slow", "type": "E", "text": "t", "names": ["f"]}


def seeds() -> list[bytes]:
    """An input of each way, for each source."""
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [{}], "source": [text]} for text in SOURCES]
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "python3"}}, "cells": cells}
    sheets = [{"cells": [{"cell_type": "code", "input": text, "outputs": []} for text in SOURCES]}]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": sheets}
    found = [b"\0" + json.dumps(notebook).encode() for notebook in (whole, old)]
    for text in SOURCES:
        found += [b"\1" + text.encode(), b"\2" + text.encode(), b"\2" + text.encode("utf-16")]
    return [
        *found,
        b"\1" + "\x1e".join(SOURCES).encode(),
        b"\3" + json.dumps({"passed_over": [CLAIM], "more": 1}).encode(),
    ]


def main() -> None:
    """Fuzz for so many seconds."""
    seconds = int(sys.argv[1])
    corpus = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())
    for number, data in enumerate(seeds()):
        (corpus / f"seed-{number}").write_bytes(data)
    logging.disable()
    warnings.simplefilter("ignore")
    ipython2python("%time 1")
    now_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    options = [
        f"-max_total_time={seconds}", "-timeout=10", f"-rss_limit_mb={now_mib + 512}", "-max_len=16384",
        "-print_final_stats=1", str(corpus),
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options], test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
