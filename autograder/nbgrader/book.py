"""The rows of nbgrader's gradebook: our scores go into `auto_score`; what a person typed stays as it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from autograder.nbgrader.page import TemplateCell
from autograder.reports.nbgrader import CellGrade

_NO_TEST: Final = CellGrade(0.0, 0.0, is_settled=True, text="")
"""Of a cell that is worth nothing: what the public tests share."""


def set_points(book: Any, assignment: str, notebook: str, grades: Mapping[str, CellGrade]) -> None:
    """What the test cells are worth: less than in `source/` where a TA took a test out of everyone's total."""
    for cell in book.find_notebook(notebook, assignment).grade_cells:
        grade = grades.get(cell.name)
        if grade is not None and cell.max_score != grade.points:
            cell.max_score = grade.points
    book.db.commit()


def write_grades(
    book: Any,
    where: tuple[str, str, str],
    template: Sequence[TemplateCell],
    grades: Mapping[str, CellGrade],
    answered: Collection[str],
    changed: Collection[str],
    handed_at: datetime | None,
) -> int:
    """Write a student's scores; nothing that a person typed is changed, and the same again changes nothing.

    A test cell that is not settled has its score so far and waits for a grade by hand; what a person graded waits
    again where the tests' score or the answer below their grade has become another.

    Args:
        book: nbgrader's Gradebook.
        where: assignment, notebook and student.
        template: the notebook's cells.
        grades: of each test cell.
        answered: the names of the cells that the student changed.
        changed: those that have changed since the last time.
        handed_at: the submission's time, in UTC without a zone, as nbgrader keeps it.

    Returns:
        How many of the submission's grades wait for a person.
    """
    assignment, notebook, student = where
    book.update_or_create_submission(assignment, student, timestamp=handed_at)
    submitted = book.find_submission_notebook(notebook, assignment, student)
    cells = {cell.name: cell for cell in template}
    for grade in submitted.grades:
        cell = cells.get(grade.cell.name)
        if cell is None:
            continue
        if cell.by_hand:
            _settle_by_hand(grade, answered=cell.task or cell.name in answered, changed=cell.name in changed)
        else:
            _settle_test(grade, grades.get(cell.name, _NO_TEST))
    for comment in submitted.comments:
        cell = cells.get(comment.cell.name)
        if cell is not None and not cell.task:
            comment.auto_comment = None if cell.name in answered else "No response."
    book.db.commit()
    return sum(bool(grade.needs_manual_grade) for grade in submitted.grades)


def _settle_test(grade: Any, own: CellGrade) -> None:
    moved = grade.auto_score is not None and grade.auto_score != own.score
    grade.auto_score = own.score if own.is_settled or own.score else None
    if grade.manual_score is None:
        grade.needs_manual_grade = not own.is_settled
    elif moved:
        grade.needs_manual_grade = True


def _settle_by_hand(grade: Any, *, answered: bool, changed: bool) -> None:
    grade.auto_score = None if answered else 0.0
    if grade.manual_score is None:
        grade.needs_manual_grade = answered
    elif changed:
        grade.needs_manual_grade = True


def withdraw_grades(book: Any, where: tuple[str, str, str], handed_at: datetime | None) -> None:
    """Take back the scores of a submission that is not graded; what a person typed stays, to be looked at again."""
    assignment, notebook, student = where
    book.update_or_create_submission(assignment, student, timestamp=handed_at)
    for grade in book.find_submission_notebook(notebook, assignment, student).grades:
        grade.auto_score = None
        grade.needs_manual_grade = True
    book.db.commit()
