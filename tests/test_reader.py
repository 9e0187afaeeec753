"""The bounded process that reads notebooks and sources: what hurts it costs that submission and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from notebook_files import notebook

from autograder import _reader
from autograder.errors import GraderError, SubmissionError
from autograder.reader import SALVAGE, DirectReader, Reader


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """One process for all the tests: it must outlive each of them."""
    shared = Reader()
    yield shared
    shared.close()


def pid_of(reader: Reader) -> int:
    """The process's id."""
    assert reader.notebooks.process is not None
    return reader.notebooks.process.pid


def test_slow_grammars_are_not_imported(tmp_path: Path) -> None:
    """What some versions of jsonschema would take seconds to import is passed over, where it is installed."""
    (tmp_path / "rfc3987_syntax.py").write_text("raise SystemExit('imported')")
    source = """\
import sys
from autograder._reader import import_libraries
import_libraries()
print("nbformat" in sys.modules)
import rfc3987_syntax
"""
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", source], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout == "True\n"
    assert "ModuleNotFoundError: import of rfc3987_syntax halted" in done.stderr


def test_process_stays_warm(reader: Reader) -> None:
    """The libraries are imported once, for many notebooks."""
    reader.read_notebook("a.ipynb", notebook("x = 1"))
    first = pid_of(reader)
    started_s = time.monotonic()
    assert reader.read_notebook("b.ipynb", notebook("%time y = 2")).source == "y = 2\n"
    assert time.monotonic() - started_s < 2
    assert pid_of(reader) == first


def test_refusal_comes_back_as_the_students(reader: Reader) -> None:
    """What cannot be read is a SubmissionError with the sentence of the one who read it."""
    with pytest.raises(SubmissionError, match=r"^a\.ipynb cannot be read: its JSON is broken"):
        reader.read_notebook("a.ipynb", b"{")


@pytest.mark.parametrize(
    "data",
    [
        b'{"cells":[' + b'{"source":[' + b'"",' * (30 << 20),
        b'{"nbformat":4,"cells":[' + b'{"cell_type":"code"},' * (1 << 19) + b"{}]}",
    ],
    ids=["cut off", "cells"],
)
def test_bomb_is_refused_and_the_next_is_read(reader: Reader, data: bytes) -> None:
    """A file that would take gigabytes, or minutes, is one sentence."""
    started_s = time.monotonic()
    with pytest.raises(SubmissionError, match=r"cannot be read|no code"):
        reader.read_notebook("bomb.ipynb", data)
    assert time.monotonic() - started_s < _reader.WALL_S
    assert reader.read_notebook("a.ipynb", notebook("x = 1")).source == "x = 1\n"


def test_source_that_exhausts_the_parser_is_refused(reader: Reader) -> None:
    """A source that is too deep is refused in a sentence, and the next one is read."""
    with pytest.raises(SubmissionError, match=r"work\.py cannot be read within the limits"):
        reader.find_forbidden({"work.py": b"scipy = " + b"-" * 1_000_000 + b"1"}, ["work"], ["scipy"])
    assert reader.find_forbidden({"work.py": b"import scipy"}, ["work"], ["scipy"])["work"].line == 1


def test_source_that_names_nothing_is_not_read() -> None:
    """Without a forbidden package's name, or that of a function that imports, no process is asked."""
    fresh = Reader()
    deep = b"x = " + b"-" * 1_000_000 + b"1"
    assert fresh.find_forbidden({"work.py": b"import numpy as np\n", "deep.py": deep}, ["work"], ["scipy"]) == {}
    assert fresh.sources.process is None
    assert fresh.notebooks.process is None


def test_sources_are_read_without_the_libraries() -> None:
    """A class without notebooks does not wait for what notebooks are read with."""
    fresh = Reader()
    try:
        assert fresh.find_forbidden({"work.py": b"import scipy"}, ["work"], ["scipy"])["work"].line == 1
        assert fresh.sources.process is not None
        maps = Path(f"/proc/{fresh.sources.process.pid}/maps").read_text()
        assert "msgspec" in maps
        assert "zmq" not in maps
        assert fresh.notebooks.process is None
    finally:
        fresh.close()


def test_source_that_does_not_parse_is_read_in_part(reader: Reader) -> None:
    """A broken function does not hide the import beside it."""
    source = b"def f(:\n    pass\ndef g():\n    import scipy\n"
    assert reader.find_forbidden({"work.py": source}, ["work"], ["scipy"])["work"].line == 4


def test_process_that_ended_is_started_again(reader: Reader) -> None:
    """It may be killed between two submissions; nobody notices."""
    reader.read_notebook("a.ipynb", notebook("x = 1"))
    first = pid_of(reader)
    os.kill(first, 9)
    assert reader.read_notebook("a.ipynb", notebook("x = 1")).source == "x = 1\n"
    assert pid_of(reader) != first


def test_threads_read_at_the_same_time(reader: Reader) -> None:
    """Each gets the answer to its own request."""
    found: dict[int, str] = {}

    def read(number: int) -> None:
        found[number] = reader.read_notebook("a.ipynb", notebook(f"x = {number}")).source

    threads = [threading.Thread(target=read, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: f"x = {number}\n" for number in range(6)}


def test_missing_package_is_our_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the extra a notebook is no score: the sentence says what to install."""
    package = tmp_path / "nbformat"
    package.mkdir()
    (package / "__init__.py").write_text("raise ModuleNotFoundError(\"No module named 'nbformat'\", name='nbformat')\n")
    monkeypatch.setattr("autograder.reader._ENVIRONMENT", {"PYTHONPATH": f"{tmp_path}:{':'.join(sys.path)}"})
    reader = Reader()
    try:
        with pytest.raises(GraderError, match=r"pip install 'autograder\[notebook\]'"):
            reader.read_notebook("a.ipynb", notebook("x = 1"))
        assert reader.find_forbidden({"work.py": b"import scipy"}, ["work"], ["scipy"])
    finally:
        reader.close()


def test_process_holds_no_secret(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment is made for it; nothing of ours is in it."""
    reader.read_notebook("a.ipynb", notebook("x = 1"))
    environment = Path(f"/proc/{pid_of(reader)}/environ").read_bytes()
    names = {line.partition(b"=")[0] for line in environment.split(b"\0") if line}
    assert names == {
        b"PATH",
        b"LANG",
        b"HOME",
        b"IPYTHONDIR",
        b"PYTHONUTF8",
        b"PYTHONDONTWRITEBYTECODE",
        b"PYTHONHASHSEED",
    }


def test_process_ends_with_its_owner() -> None:
    """It does not outlive the end of its socket."""
    reader = Reader()
    reader.read_notebook("a.ipynb", notebook("x = 1"))
    process, control = reader.notebooks.process, reader.notebooks._control
    assert process is not None
    assert control is not None
    control.close()
    assert process.wait(10) == 0
    reader.notebooks._control = None
    reader.close()


def test_parser_is_the_one_of_the_sandbox() -> None:
    """What the reader sees of a broken source is what is run of it."""
    assert SALVAGE.is_file()
    assert _reader.load_salvage(str(SALVAGE)).parse("x = 1\ny = )\n", "a.py")[0][0].lineno == 1


def test_direct_reader_says_the_same(reader: Reader) -> None:
    """What reads a student's own files on their machine needs no process, and reads and refuses alike."""
    direct = DirectReader()
    data = notebook("%time x = 1", "y = 2")
    assert direct.read_notebook("a.ipynb", data) == reader.read_notebook("a.ipynb", data)
    files = {"work.py": b"import scipy"}
    assert direct.find_forbidden(files, ["work"], ["scipy"]) == reader.find_forbidden(files, ["work"], ["scipy"])
    for either in (direct, reader):
        with pytest.raises(SubmissionError, match="is empty"):
            either.read_notebook("a.ipynb", b"")
    assert direct.notebooks.process is None
    assert direct.sources.process is None


def test_refusal_quotes_nothing_that_a_terminal_obeys(reader: Reader) -> None:
    """A language's name in the metadata cannot write lines or colours into what is said of it."""
    data = b'{"cells": [], "metadata": {"language_info": {"name": "R\\u001b[2J\\nnote"}}}'
    with pytest.raises(SubmissionError, match=r"of R\?\[2J\?note"):
        reader.read_notebook("a.ipynb", data)
