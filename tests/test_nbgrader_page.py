"""The notebook that formgrader shows: the assignment's cells, the student's texts, and nothing else of theirs."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from nbgrader.nbgraderformat.v3 import MetadataValidatorV3
from nbgrader_course import PIXEL

from autograder.cells import Cell, Picture
from autograder.nbgrader.page import Handed, TemplateCell, find_answered, make_page
from autograder.reports.nbgrader import CellGrade

TEMPLATE = [
    TemplateCell("handout", "markdown", "# Title\n\n<b>Bold</b>"),
    TemplateCell("double", "code", "def double(x): ...", "2" * 32, solution=True, locked=False),
    TemplateCell("test_double", "code", "test_double()", "3" * 32, points=2.0),
    TemplateCell("why", "markdown", "YOUR ANSWER HERE", "4" * 32, points=5.0, solution=True, locked=False),
]
GRADES = {"test_double": CellGrade(1.0, 2.0, True, "[failed, 1 of 2] <i>x</i>")}


def page(*cells: Cell, module: tuple[str, str] | None = None, read: bool = True) -> list[Any]:
    """The page's cells below the heading; the page is a notebook and nbgrader's."""
    made = make_page(TEMPLATE, Handed(cells if read else None, module), GRADES, "heading")
    notebook = nbformat.from_dict(made)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        MetadataValidatorV3().validate_cell(cell)
    assert made["cells"][0]["outputs"] == [{"output_type": "stream", "name": "stdout", "text": "heading\n"}]
    return list(made["cells"][1:])


def names(cells: list[Any]) -> list[str]:
    """Names, or the text of a cell that is not the assignment's."""
    return [cell["metadata"].get("nbgrader", {}).get("grade_id", cell["source"]) for cell in cells]


def test_answers_and_feedback() -> None:
    """A student's answer stands in its cell; what is locked is as released; a test's text stands below it."""
    cells = page(
        Cell("markdown", "handout", "changed"),
        Cell("code", "double", "def double(x): return 2 * x"),
        Cell("code", "test_double", "pass"),
        Cell("markdown", "why", "Because <b>so</b>."),
    )
    assert names(cells) == ["handout", "double", "test_double", "why"]
    assert [cell["source"] for cell in cells] == [
        "# Title\n\n<b>Bold</b>", "def double(x): return 2 * x", "test_double()", "Because < b>so< /b>.",
    ]  # fmt: skip
    assert cells[2]["outputs"][0]["text"] == "[failed, 1 of 2] <i>x</i>\n"
    assert cells[1]["outputs"] == []
    assert cells[2]["metadata"]["nbgrader"] == {
        "cell_type": "code", "checksum": "3" * 32, "grade": True, "grade_id": "test_double", "locked": True,
        "points": 2.0, "schema_version": 3, "solution": False, "task": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        ((), ["handout", "double", "test_double", "why"]),
        ((Cell("code", "", "x"), Cell("code", "double", "a")), ["handout", "x", "double", "test_double", "why"]),
        ((Cell("code", "double", "a"), Cell("code", "double", "b")), ["handout", "double", "test_double", "why", "b"]),
        ((Cell("markdown", "why", "w"), Cell("code", "double", "a")), ["handout", "why", "double", "test_double"]),
        ((Cell("code", "unknown", "x"), Cell("code", "", "  ")), ["handout", "double", "test_double", "why", "x"]),
    ],
)  # fmt: skip
def test_each_cell_is_there_once(cells: tuple[Cell, ...], order: list[str]) -> None:
    """What was deleted is put back behind what came before it; of two of a name the first is the cell."""
    assert names(page(*cells)) == order


def test_module_stands_above() -> None:
    """A module that was graded in the notebook's place is shown, as code."""
    cells = page(module=("steps.py", "x = '<script>'"), read=False)
    assert cells[0]["source"] == "# steps.py counts, not the cells below:\n\nx = '<script>'"
    assert names(cells)[1:] == ["handout", "double", "test_double", "why"]


def test_pictures_of_the_folder() -> None:
    """A picture that lies beside the notebook is shown where the answer names it."""
    handed = Handed([Cell("markdown", "why", "![](photo.png)")], None, {"photo.png": Picture("image/png", PIXEL)})
    why = next(cell for cell in make_page(TEMPLATE, handed, {}, "")["cells"] if "attachments" in cell)
    assert (why["source"], why["attachments"]) == ("![](attachment:picture-1)", {"picture-1": {"image/png": PIXEL}})


def test_answered() -> None:
    """An answer cell as it was given, or deleted, is none; without a notebook nobody knows."""
    given = [Cell("code", "double", "def double(x): ...\n"), Cell("markdown", "why", "Because.")]
    assert find_answered(TEMPLATE, Handed(given)) == {"why"}
    assert find_answered(TEMPLATE, Handed([])) == set()
    assert find_answered(TEMPLATE, Handed(None)) == {"double", "why"}
    twice = [Cell("markdown", "why", "Because."), Cell("markdown", "why", "YOUR ANSWER HERE")]
    assert find_answered(TEMPLATE, Handed(twice)) == {"why"}
