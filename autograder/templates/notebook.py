"""The notebook that students start from, in nbgrader's format (schema version 3).

One cell an exercise, under it the public tests as cells with their points, and a cell for the points of its hidden
tests; the handout and what is given stand in cells that are locked, and each written part is graded by hand. nbgrader's
own `generate_assignment` and `validate` take it as it is: the marks of the solution stay in the answer cells for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from autograder.errors import SpecError
from autograder.spec import Assignment, WrittenPart
from autograder.templates.public_tests import PublicCells, read_public_cells
from autograder.templates.solutions import Segment, cut_module, leave_out
from autograder.verdict import ExpectedTest

SCHEMA_VERSION: Final = 3
_GRADE_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")  # also a cell's id, which nbformat bounds
_SECTION: Final = re.compile(r"^(?=## )", re.MULTILINE)


def make_notebook(assignment: Assignment, tests: Sequence[ExpectedTest]) -> str:
    """The notebook's JSON; the same bytes for the same assignment.

    Args:
        assignment: its reference is cut into cells, its handout and public suites are quoted.
        tests: all its tests, for their points.

    Raises:
        SpecError: the reference cannot be cut, a written part names no exercise, or nbformat is not installed.
    """
    cells = _make_cells(assignment, tests)
    names = [cell["metadata"]["nbgrader"]["grade_id"] for cell in cells]
    for name in names:
        if names.count(name) > 1 or not _GRADE_ID.fullmatch(name):
            raise SpecError(
                f"{assignment.reference}: {name!r} cannot name a cell of the notebook, where names are unique and have "
                "at most 64 letters, digits, _ and -; rename it."
            )
    return _write(cells)


def _make_cells(assignment: Assignment, tests: Sequence[ExpectedTest]) -> list[dict[str, Any]]:
    segments: list[Segment] = []
    for module in assignment.spec.modules:
        path = assignment.reference / f"{module}.py"
        segments += cut_module(path.read_text(encoding="utf-8"), path)
    exercises = [segment.name for segment in segments if segment.name]
    public = read_public_cells(assignment.public_suites, assignment.spec.modules)
    owned = assign_tests(tests, exercises)
    written = _place_written(assignment, exercises)
    cells = _quote_handout(assignment)
    is_shared = False
    for number, segment in enumerate(segments):
        text = leave_out(segment.source, assignment.reference, keep_marks=True).strip("\n") + "\n"
        if segment.name and not is_shared:  # after what is given: both import
            cells += _share(public)
            is_shared = True
        cells.append(_code(segment.name or f"given-{number}", text, solution=bool(segment.name)))
        if segment.name:
            cells += _test_cells(segment.name, owned[segment.name], public, assignment.id)
            cells += [cell for part in written[segment.name] for cell in _written_cells(part)]
    cells += _test_cells("", owned[""], public, assignment.id)
    return cells + [cell for part in written[""] for cell in _written_cells(part)]


def assign_tests(tests: Iterable[ExpectedTest], exercises: Sequence[str]) -> dict[str, list[ExpectedTest]]:
    """Each test to the exercise whose name follows `test_` in its own, the longest such; those of none to ""."""
    prefixes = sorted(((prefix, name) for name in exercises for prefix in _prefixes(name)), key=lambda p: -len(p[0]))
    owned: dict[str, list[ExpectedTest]] = {name: [] for name in (*exercises, "")}
    for test in tests:
        found = f"{test.function.rpartition('::')[2]}_"
        owned[next((name for prefix, name in prefixes if found.startswith(f"test_{prefix}_")), "")].append(test)
    return owned


def place_tests(tests: Iterable[ExpectedTest], exercises: Sequence[str]) -> dict[str, str]:
    """The name of the cell that holds a test's points, by node id.

    Args:
        tests: all of the assignment's.
        exercises: the names of the answer cells.
    """
    owned = assign_tests(tests, exercises)
    return {
        test.nodeid: _public_cell(test.function) if test.public else _hidden_cell(exercise)
        for exercise, own in owned.items()
        for test in own
    }


def _public_cell(function: str) -> str:
    return function.replace("::", "-")


def _hidden_cell(exercise: str) -> str:
    return f"hidden_{exercise or 'others'}"


def _prefixes(name: str) -> set[str]:
    """How the tests of a function or class may begin: hidden_layer or layer for HiddenLayer."""
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|_", name) if word != "_"]
    return {name, name.lower(), "_".join(words), words[-1] if name[:1].isupper() and words else name}


def _place_written(assignment: Assignment, exercises: Sequence[str]) -> dict[str, list[WrittenPart]]:
    placed: dict[str, list[WrittenPart]] = {name: [] for name in (*exercises, "")}
    for part in assignment.spec.written:
        if part.after not in placed:
            raise SpecError(
                f"{assignment.folder / 'assignment.toml'}: written.after names {part.after!r}, which is no exercise of "
                f"the reference; take one of {', '.join(exercises)}."
            )
        placed[part.after].append(part)
    return placed


def _quote_handout(assignment: Assignment) -> list[dict[str, Any]]:
    path = assignment.folder / "README.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else f"# {assignment.spec.title}\n"
    sections = [section.strip() for section in _SECTION.split(text) if section.strip()]
    return [_markdown(f"handout-{number}", section) for number, section in enumerate(sections, start=1)]


def _share(public: PublicCells) -> list[dict[str, Any]]:
    if not public.shared.strip() or not public.tests:
        return []
    return [_code("public_tests", f"# What the public tests share: run this cell first.\n{public.shared}", points=0)]


def _test_cells(name: str, tests: list[ExpectedTest], public: PublicCells, assignment_id: str) -> list[dict[str, Any]]:
    """The public tests one by one, in the order of their functions, and the hidden ones' points together."""
    cells: list[dict[str, Any]] = []
    for function in dict.fromkeys(test.function for test in tests if test.public):
        worth = sum(test.points for test in tests if test.public and test.function == function)
        source = public.tests.get(function, f"# It runs with: python -m autograder check {assignment_id}")
        cells.append(_code(_public_cell(function), f"# Public test, {_points(worth)}.\n{source}\n", points=worth))
    hidden = [test for test in tests if not test.public]
    if hidden:
        worth = sum(test.points for test in hidden)
        text = f"# Hidden tests{f' of {name}' if name else ''}, {_points(worth)}: they run when your work is graded.\n"
        cells.append(_code(_hidden_cell(name), text, points=worth))
    return cells


def _written_cells(part: WrittenPart) -> list[dict[str, Any]]:
    prompt = f"### {part.title} ({_points(part.points)}, graded by hand)\n\n{part.prompt.strip()}"
    answer = _markdown(f"written_{part.id}", "YOUR ANSWER HERE", points=part.points)
    return [_markdown(f"prompt_{part.id}", prompt), answer]


def _points(worth: float) -> str:
    worth = round(worth, 6)
    return f"{worth:g} point{'' if worth == 1 else 's'}"


def _code(name: str, source: str, *, solution: bool = False, points: float | None = None) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": "code", "execution_count": None, "outputs": []}
    return cell | _with_metadata(name, source, solution=solution, points=points)


def _markdown(name: str, source: str, points: float | None = None) -> dict[str, Any]:
    return {"cell_type": "markdown"} | _with_metadata(name, source, solution=points is not None, points=points)


def _with_metadata(name: str, source: str, *, solution: bool, points: float | None) -> dict[str, Any]:
    """A cell's id, source and nbgrader's metadata: an answer is a solution, a test is graded, a written part both."""
    grading = {
        "grade": points is not None,
        "grade_id": name,
        "locked": not solution,
        "schema_version": SCHEMA_VERSION,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        worth = round(points, 6)
        grading["points"] = int(worth) if worth == int(worth) else worth
    return {"id": name, "metadata": {"nbgrader": grading}, "source": source.rstrip("\n")}


def _write(cells: list[dict[str, Any]]) -> str:
    try:
        import nbformat
    except ModuleNotFoundError:
        raise SpecError("A notebook cannot be made without nbformat; install autograder[notebook].") from None
    notebook: Any = nbformat.from_dict(  # type: ignore[no-untyped-call]
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {
                "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                "language_info": {"name": "python"},
            },
            "cells": cells,
        }
    )
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return text.rstrip("\n") + "\n"
