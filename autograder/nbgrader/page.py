"""The notebook that formgrader shows of a submission: the student's answers, our tests, our feedback below them.

It is made of the assignment's own cells; of the student's come texts and pixels alone. No metadata, no output and no
file of theirs is taken over, since formgrader would render it on the page of somebody who may set grades.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from autograder.cells import Cell, Picture
from autograder.nbgrader.harmless import make_harmless
from autograder.reports.nbgrader import CellGrade

SCHEMA_VERSION: Final = 3
_MAX_CODE_CHARS: Final = 200_000


@dataclass(frozen=True)
class TemplateCell:
    """A cell of the assignment as it was released.

    Attributes:
        name: nbgrader's `grade_id`.
        source: what students were given.
        checksum: nbgrader's, of the released cell; empty where it keeps none.
        points: the most that it can be worth; None where it is worth nothing of its own.
        solution: the student writes it.
        task: nbgrader's task: its points are given by hand, and the student adds cells below it.
    """

    name: str
    kind: Literal["code", "markdown"]
    source: str
    checksum: str = ""
    points: float | None = None
    solution: bool = False
    locked: bool = True
    task: bool = False

    @property
    def grade(self) -> bool:
        """Whether it has points, by a test or by hand, and is no task."""
        return self.points is not None and not self.task

    @property
    def by_hand(self) -> bool:
        """Whether a person gives its points."""
        return self.task or (self.grade and self.solution)


@dataclass(frozen=True)
class Handed:
    """What a student handed in, read.

    Attributes:
        cells: their notebook's; None where they handed in none that can be read.
        module: the name and the text of the module that was graded, where it was not the notebook.
        pictures: those that lie beside the notebook, by relative path.
    """

    cells: Sequence[Cell] | None = None
    module: tuple[str, str] | None = None
    pictures: Mapping[str, Picture] | None = None


def make_page(
    template: Sequence[TemplateCell], handed: Handed, grades: Mapping[str, CellGrade], heading: str
) -> dict[str, Any]:
    """The notebook, in nbformat's form; the same arguments give the same notebook.

    Args:
        template: the assignment's cells in order.
        handed: what the student handed in.
        grades: of each test cell, by its name.
        heading: what stands at the top: score and notes.
    """
    cells = [_code("# How the tests of this course graded the work; not written by its student.", heading)]
    if handed.module is not None:
        name, text = handed.module
        cells.append(_code(f"# {name} counts, not the cells below:\n\n{text[:_MAX_CODE_CHARS]}"))
    for own, cell in _merge(template, handed.cells or ()):
        if own is not None:
            cells.append(_template_cell(own, cell, grades.get(own.name), handed.pictures or {}))
        elif cell is not None and cell.source.strip():
            cells.append(_extra_cell(cell, handed.pictures or {}))
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "cells": [{**cell, "id": f"cell-{number}"} for number, cell in enumerate(cells)],
    }


def _merge(template: Sequence[TemplateCell], cells: Sequence[Cell]) -> list[tuple[TemplateCell | None, Cell | None]]:
    """The template's cells and the student's, paired by name, the template's each once.

    The student's order holds where they kept the names; what they deleted stands behind what came before it in the
    template. A name that comes twice is the first cell's, as it is nbgrader's.
    """
    known = {one.name: one for one in template}
    merged: list[tuple[TemplateCell | None, Cell | None]] = []
    for cell in cells:
        merged.append((known.pop(cell.name, None), cell))
    before: TemplateCell | None = None
    for one in template:
        if one.name in known:
            places = [place for place, (own, _) in enumerate(merged) if own is before and own is not None]
            merged.insert(places[0] + 1 if places else 0, (one, None))
        before = one
    return merged


def find_answered(template: Sequence[TemplateCell], handed: Handed) -> set[str]:
    """The names of the answer cells into which the student wrote something, or may have: the notebook is not there."""
    written = {cell.name: cell.source for cell in reversed(handed.cells or ())}  # of two of a name the first counts
    return {
        own.name
        for own in template
        if own.solution and (handed.cells is None or written.get(own.name, own.source).strip() != own.source.strip())
    }


def _template_cell(
    own: TemplateCell, cell: Cell | None, grade: CellGrade | None, pictures: Mapping[str, Picture]
) -> dict[str, Any]:
    source = own.source if cell is None or not own.solution else cell.source
    if own.kind == "code":
        made = _code(source[:_MAX_CODE_CHARS], grade.text if grade else "")
    else:
        trusted = cell is None or not own.solution or source == own.source
        made = _markdown(source, None if trusted or cell is None else {**pictures, **cell.pictures})
    points = grade.points if grade else own.points
    made["metadata"] = {"nbgrader": _grading(replace(own, points=points))}
    return made


def _extra_cell(cell: Cell, pictures: Mapping[str, Picture]) -> dict[str, Any]:
    if cell.kind == "code":
        return _code(cell.source[:_MAX_CODE_CHARS])
    return _markdown(cell.source, {**pictures, **cell.pictures})


def _grading(own: TemplateCell) -> dict[str, Any]:
    grading: dict[str, Any] = {
        "cell_type": own.kind,
        "grade": own.grade,
        "grade_id": own.name,
        "locked": own.locked,
        "schema_version": SCHEMA_VERSION,
        "solution": own.solution,
        "task": own.task,
    }
    if own.checksum:
        grading["checksum"] = own.checksum
    return grading | ({"points": own.points} if own.points is not None else {})


def _code(source: str, printed: str = "") -> dict[str, Any]:
    """A code cell that was not run; what is printed below it is text, on the stream that nbconvert escapes."""
    outputs = [{"output_type": "stream", "name": "stdout", "text": f"{printed}\n"}] if printed else []
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": outputs,
        "source": source,
    }


def _markdown(source: str, pictures: Mapping[str, Picture] | None) -> dict[str, Any]:
    """A text: the student's, made harmless, where there may be pictures; else the assignment's own."""
    made: dict[str, Any] = {"cell_type": "markdown", "metadata": {}, "source": source}
    if pictures is not None:
        made["source"], attachments = make_harmless(source, pictures)
        if attachments:
            made["attachments"] = attachments
    return made
