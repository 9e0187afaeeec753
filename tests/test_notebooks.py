"""Notebooks as modules: their code line for line, magics harmless, and one sentence for what cannot be read."""

from __future__ import annotations

import ast
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notebook_files import cell, colab, notebook, version_3, vs_code

from autograder.errors import SubmissionError
from autograder.notebooks import Notebook, read_notebook


def read(*sources: str) -> Notebook:
    """A notebook of these code cells, read."""
    return read_notebook("work.ipynb", notebook(*sources))


def run(source: str) -> dict[str, Any]:
    """The names that a source defines, with a shell that keeps what it is told."""
    calls: list[tuple[str, ...]] = []

    class Shell:
        def __getattr__(self, name: str) -> Any:
            return lambda *arguments: calls.append((name, *arguments)) or []

    namespace: dict[str, Any] = {"get_ipython": Shell, "calls": calls}
    exec(source, namespace)
    return namespace


def test_cells_become_a_module() -> None:
    """Code cells follow one another; markdown and raw cells are left out; the map says which line is which cell's."""
    found = read_notebook(
        "work.ipynb",
        notebook(
            "import math\nx = 1", cell("# Words", "markdown"), "def f():\n    return x\n", cell("raw", "raw"), "y = 2"
        ),
    )
    assert run(found.source)["y"] == 2
    assert found.cells == [("cell 1", 1, 2), ("cell 2", 3, 2), ("cell 3", 5, 1)]
    lines = found.source.split("\n")
    assert [lines[first - 1] for _, first, _ in found.cells] == ["import math", "def f():", "y = 2"]
    assert found.notes == []


def test_nbgraders_tests_are_not_the_students_work() -> None:
    """A locked test cell is blank in the module, an answer and a given cell are there; cells keep their numbers."""
    test, answer, given = cell("assert f() == 2"), cell("def f():\n    return x"), cell("x = 1")
    test["metadata"]["nbgrader"] = {"grade": True, "solution": False, "locked": True, "grade_id": "t", "points": 1}
    answer["metadata"]["nbgrader"] = {"grade": False, "solution": True, "locked": False, "grade_id": "f"}
    given["metadata"]["nbgrader"] = {"grade": False, "solution": False, "locked": True, "grade_id": "g"}
    found = read_notebook("work.ipynb", notebook(given, answer, test, "y = f()"))
    assert "assert" not in found.source
    assert run(found.source)["y"] == 1
    assert found.cells == [("cell 1", 1, 1), ("cell 2", 2, 2), ("cell 3", 4, 1), ("cell 4", 5, 1)]
    odd = cell("z = 1")
    odd["metadata"]["nbgrader"] = ["grade"]
    assert run(read_notebook("work.ipynb", notebook(odd)).source)["z"] == 1


MAGICS = {
    "line magic": ("%matplotlib inline\nx = 1", 1),
    "shell line": ("!pip install nothing\nx = 1", 1),
    "shell line that goes on": ("!pip install a \\\n    b\nx = 1", 1),
    "help": ("?print\nprint?\nx = 1", 1),
    "in a function": ("def f():\n    %timeit 1\n    return 1\nx = f()", 1),
    "timed": ("%time x = 1", 1),
    "timed cell": ("%%time\nx = 1", 1),
    "captured cell": ("\n%%capture out\n\nx = 1", 1),
    "output": ("x = !ls", []),
    "prompts": (">>> x = 1\n>>> y = 2", 1),
    "indented": ("    x = 1\n    y = 2", 1),
    "not a magic": ("x = 7 %4 - 2\ns = '''\n%time\n!ls\n'''", 1),
    "title of Colab": ("#@title Words { run: 'auto' }\nx = 1 #@param", 1),
}


@pytest.mark.parametrize(("source", "x"), MAGICS.values(), ids=MAGICS)
def test_magics_are_harmless(source: str, x: object) -> None:
    """What is around a magic runs, and every line stays the line it was."""
    found = read("before = 0", source, "after = 1")
    namespace = run(found.source)
    assert (namespace["x"], namespace["after"]) == (x, 1)
    assert [count for _, _, count in found.cells] == [1, source.count("\n") + 1, 1]
    last = found.source.rstrip("\n").split("\n")
    assert last[-1] == "after = 1"
    assert len(last) == source.count("\n") + 3


@pytest.mark.parametrize("magic", ["bash", "writefile x.txt", "html", "javascript", "timeit", "R", "nonsense"])
def test_cell_of_another_language_does_not_run(magic: str) -> None:
    """Its body is no Python; it is left out, and that is said."""
    found = read("x = 1", f"%%{magic}\nx = 2\nexit 1", "y = 1")
    assert run(found.source)["x"] == 1
    assert found.cells[1] == ("cell 2", 2, 3)
    assert found.notes == [f"Cell 2 (%%{magic.split()[0]}) was not run."]


def test_cell_that_does_not_parse_stays_as_it_is() -> None:
    """It is for the importer to pass over; the cells around it are whole."""
    found = read("x = 1", "def f(:\n    pass", "y = 2")
    assert found.source == "x = 1\ndef f(:\n    pass\ny = 2\n"


@pytest.mark.parametrize("make", [colab, vs_code, version_3])
def test_files_of_other_programs(make: Any) -> None:
    """Colab's, VS Code's and nbformat 3's files are read like Jupyter's."""
    found = read_notebook("work.ipynb", make("def f():\n    return 3\n", "x = f()"))
    assert run(found.source)["x"] == 3
    assert [name for name, _, _ in found.cells[:2]] == ["cell 1", "cell 2"]


def test_outputs_of_fifty_megabytes_are_skipped() -> None:
    """They cost about a second, and never reach nbformat."""
    heavy = cell("x = 1")
    heavy["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * (1 << 20)}}] * 50
    data = notebook(heavy, "y = 2")
    assert len(data) > 50 << 20
    started_s = time.process_time()
    assert run(read_notebook("work.ipynb", data).source)["y"] == 2
    assert time.process_time() - started_s < 3


def test_outputs_that_are_not_json_are_skipped() -> None:
    """NaN, which Jupyter writes, is no reason to refuse a notebook."""
    data = notebook("x = 1").replace(b'"outputs": []', b'"outputs": [{"data": [NaN, Infinity]}]')
    assert b"NaN" in data
    assert run(read_notebook("work.ipynb", data).source)["x"] == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"{", "broken or cut off"),
        (notebook("x = 1")[:-20], "broken or cut off"),
        (b"[1, 2]", "not that of a notebook"),
        (b'{"cells": 3}', "not that of a notebook"),
        (b"[" * 1_000_000, "cannot be read"),
        (b"\x89PNG\r\n", "cannot be read"),
        (b"{}", "no code"),
        (notebook(), "no code"),
        (notebook(cell("# words", "markdown")), "no code"),
        (notebook(" \n"), "no code"),
        (notebook("x <- 1", metadata={"kernelspec": {"name": "ir", "language": "R"}}), "notebook of R"),
        (notebook("x <- 1", metadata={"kernelspec": {"name": "ir"}}), "notebook of R"),
        (notebook("x = 1", metadata={"language_info": {"name": "julia"}}), "notebook of julia"),
        (notebook("x = 1").replace(b'"nbformat": 4', b'"nbformat": 99'), "cannot be read as a notebook"),
        (notebook("x = 1 # " + "y" * (5 << 20)), "more than"),
        (notebook(*["x"] * 5_001), "more than"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(data: bytes, said: str) -> None:
    """The file, what is wrong, and what to do."""
    with pytest.raises(SubmissionError, match=said) as refused:
        read_notebook("work.ipynb", data)
    text = str(refused.value)
    assert text.startswith("work.ipynb ")
    assert text.endswith("hand it in.") or "; hand in" in text
    assert "\n" not in text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_of_editors_are_read(encoding: str) -> None:
    """A byte-order mark does not make a notebook broken."""
    data = notebook("x = 'é'").decode().encode(encoding)
    assert run(read_notebook("work.ipynb", data).source)["x"] == "é"


def test_seeds_hang_on_the_code_alone() -> None:
    """Outputs, counts, metadata and markdown leave the code as it is; a changed cell changes it."""
    one = read("x = 1", "%matplotlib inline\ny = 2")
    other = json.loads(notebook("x = 1", cell("words", "markdown"), "%matplotlib inline\ny = 2"))
    other["cells"][0] |= {"execution_count": 7, "outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}]}
    other["metadata"]["colab"] = {"provenance": []}
    assert read_notebook("other.ipynb", json.dumps(other).encode()).code == one.code
    assert read("x = 1", "%matplotlib inline\ny = 3").code != one.code


def test_cell_of_many_magics_takes_bounded_time() -> None:
    """The filter reads a cell again for each magic: a cell of absurdly many is left as it is."""
    started_s = time.process_time()
    found = read("%a\n" * 20_000)
    assert found.source.startswith("%a\n")
    assert time.process_time() - started_s < 2


SOURCES = st.text(st.sampled_from("x=1 \n%!?'\"#()\\>:d\t"), max_size=60)


@settings(max_examples=100, deadline=None)
@given(st.lists(SOURCES, min_size=1, max_size=4))
def test_any_cells_keep_their_lines(sources: list[str]) -> None:
    """Whatever stands in the cells, the map covers the source line by line."""
    try:
        found = read(*sources)
    except SubmissionError:
        return
    line = 1
    for source, (_, first, count) in zip(sources, found.cells, strict=True):
        assert first == line
        assert count == source.rstrip("\n").count("\n") + 1 or source.strip() == "" or "\\" in source
        line += count
    assert found.source.count("\n") == line - 1


def test_what_parses_still_parses() -> None:
    """A notebook without magics is its own text."""
    source = "def f(x):\n    return x % 2 != 1\n\n\nclass A:\n    pass"
    assert ast.dump(ast.parse(read(source).source)) == ast.dump(ast.parse(source))


def test_cell_that_writes_a_module_runs() -> None:
    """A cell that writes a .py file holds what other cells import from it: its body is run in its place."""
    found = read_notebook("work.ipynb", notebook("%%writefile work.py\ndef f():\n    return 1", "x = 2"))
    assert "def f():" in found.source
    assert found.notes == []
