"""What `grade` left -> nbgrader's gradebook, and the notebooks that formgrader shows.

Scores are read from the results, never from a notebook; a student's notebook is read for its texts, in a bounded
process, and nothing of it is run. The same results again change nothing.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from autograder.errors import SpecError, SubmissionError
from autograder.nbgrader.book import set_points, withdraw_grades, write_grades
from autograder.nbgrader.course import NbCourse, find_source, open_gradebook, read_template, read_time
from autograder.nbgrader.handed import read_handed
from autograder.nbgrader.page import TemplateCell, find_answered, make_page
from autograder.nbgrader.results import Graded
from autograder.nbgrader.students import Member, enrol_member, find_members
from autograder.reports.nbgrader import describe_whole, grade_cells
from autograder.submission import Submission
from autograder.templates.notebook import place_tests
from autograder.verdict import GradeReport
from autograder.writing import write_whole

COPIED: Final = ("timestamp.txt", "submission_secret.txt")
"""Of what was handed in: nbgrader's own notes, by which it tells feedback's age and reader."""
_MAX_COPIED_BYTES: Final = 4096


@dataclass
class Synced:
    """What came of it.

    Attributes:
        graded: students whose scores are in the gradebook.
        waiting: how many grades wait for a person, by student.
        ungraded: why a student who handed something in has no score.
        absent: students of the roster who did not hand anything in.
        left_out: a sentence for each thing that the intake left out.
    """

    graded: list[str] = field(default_factory=list)
    waiting: dict[str, int] = field(default_factory=dict)
    ungraded: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    left_out: tuple[str, ...] = ()


def sync_class(graded: Graded, course: NbCourse, only: Collection[str] | None = None) -> Synced:
    """Bring a class's results into nbgrader's gradebook.

    Args:
        graded: the results.
        course: nbgrader's course.
        only: our names of the students; all if it is None.

    Raises:
        SpecError: nbgrader's assignment is not ours, or a notebook cannot be written.
        GraderError: the gradebook cannot be used; the students before are in it.
    """
    synced = Synced(left_out=graded.intake.left_out)
    find_source(course, graded.assignment.id, graded.notebook)  # before a gradebook is made where there is none
    with open_gradebook(course) as book:
        template = read_template(course, book, graded.assignment.id, graded.notebook)
        members = find_members(graded.intake, graded.roster, [one.id for one in book.students])
        for student, member in members.items():
            if only is None or student in only:
                enrol_member(book, member)
        synced.absent = [one.student for one in graded.intake.absent]
        for submission in graded.intake.submissions:
            if only is None or submission.student in only:
                sync = _Sync(graded, course, book, template, submission, members[submission.student])
                sync.run(synced)
    return synced


class _Sync:
    """One submission."""

    def __init__(
        self,
        graded: Graded,
        course: NbCourse,
        book: Any,
        template: Sequence[TemplateCell],
        submission: Submission,
        member: Member,
    ) -> None:
        self.graded = graded
        self.book = book
        self.template = template
        self.submission = submission
        self.handed_at: datetime | None = None
        self.submitted = course.folder("submitted", member.nbgrader_id, graded.assignment.id)
        self.folder = course.folder("autograded", member.nbgrader_id, graded.assignment.id)
        self.page = self.folder / f"{graded.notebook}.ipynb"
        self.where = (graded.assignment.id, graded.notebook, member.nbgrader_id)
        self.course = course

    def run(self, synced: Synced) -> None:
        try:
            self.handed_at = read_time(self.course, self.where[2], self.where[0])
        except SubmissionError as error:
            report: GradeReport | str = str(error)
        else:
            report = self.graded.report(self.submission)
        if isinstance(report, str):
            synced.ungraded[self.submission.student] = report
            self._withdraw()
            return
        grades = grade_cells(report, _places(report, self.template))
        _check_points(report, self.template, self.course, self.graded)
        handed = read_handed(self.submission, self.graded.assignment)
        page = make_page(self.template, handed, grades, describe_whole(report))
        before = self._read_page()
        self._write_page(page)
        set_points(self.book, *self.where[:2], grades)
        waiting = write_grades(
            self.book,
            self.where,
            self.template,
            grades,
            find_answered(self.template, handed),
            _changes(before, page),
            self.handed_at,
        )
        self._assign_penalty()
        synced.graded.append(self.submission.student)
        if waiting:
            synced.waiting[self.submission.student] = waiting

    def _withdraw(self) -> None:
        """Formgrader lists a submission without a notebook in `autograded/` as one that needs grading."""
        withdraw_grades(self.book, self.where, self.handed_at)
        for name in (self.page.name, *COPIED):
            (self.folder / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # it is not there, or holds another notebook
            self.folder.rmdir()

    def _read_page(self) -> dict[str, Any] | None:
        try:
            page = json.loads(self.page.read_bytes())
        except (OSError, ValueError):
            return None
        return page if isinstance(page, dict) else None

    def _write_page(self, page: dict[str, Any]) -> None:
        text = json.dumps(page, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        files = {self.page: text.encode("utf-8", "replace")}
        try:
            for name in COPIED:
                path = self.submitted / name
                if path.is_file() and not path.is_symlink() and path.stat().st_size <= _MAX_COPIED_BYTES:
                    files[self.folder / name] = path.read_bytes()
            self.folder.mkdir(parents=True, exist_ok=True)
            for path, data in files.items():
                if not path.is_file() or path.read_bytes() != data:
                    write_whole(path, data)
        except OSError as error:
            raise SpecError(f"{self.page} cannot be written ({error.strerror}); check its permissions.") from None

    def _assign_penalty(self) -> None:
        """The rule of nbgrader's course for late submissions, if it has one."""
        from nbformat import NotebookNode
        from nbgrader.preprocessors import AssignLatePenalties

        assignment, notebook, student = self.where
        told = {"assignment": assignment, "notebook": notebook, "student": student, "db_url": self.course.db_url}
        empty = NotebookNode(cells=[])  # type: ignore[no-untyped-call]
        AssignLatePenalties(config=self.course.config).preprocess(empty, {"nbgrader": told})


def _places(report: GradeReport, template: Sequence[TemplateCell]) -> dict[str, str]:
    exercises = [cell.name for cell in template if cell.solution and cell.kind == "code" and not cell.grade]
    return place_tests([test.expected for test in report.tests], exercises)


def _check_points(report: GradeReport, template: Sequence[TemplateCell], course: NbCourse, graded: Graded) -> None:
    """The notebook's test cells must be those of the suites, point by point: no score may be lost on the way."""
    places = _places(report, template)
    worth: dict[str, float] = {}
    for test in report.tests:
        cell = places[test.expected.nodeid]
        worth[cell] = worth.get(cell, 0.0) + test.expected.points
    found = {cell.name: cell.points for cell in template if cell.grade and not cell.by_hand}
    for name in sorted({*worth, *(name for name, points in found.items() if points)}):
        own, theirs = round(worth.get(name, 0.0), 6), round(found.get(name) or 0.0, 6)
        if own != theirs:
            path = course.folder("source", ".", graded.assignment.id) / f"{graded.notebook}.ipynb"
            raise SpecError(
                f"{path}: the cell {name} is worth {theirs:g} there, and its tests {own:g}; run autograder template "
                f"{graded.assignment.id}, copy the notebook there, and run nbgrader generate_assignment "
                f"{graded.assignment.id} --force."
            )


def _changes(before: dict[str, Any] | None, page: dict[str, Any]) -> set[str]:
    """The names of the cells whose text is not what it was."""
    if before is None:
        return set()
    old, new = _sources(before), _sources(page)
    return {name for name, source in new.items() if name in old and old[name].rstrip() != source.rstrip()}


def _sources(page: dict[str, Any]) -> dict[str, str]:
    cells = page.get("cells", [])
    named = ((cell.get("metadata", {}).get("nbgrader", {}).get("grade_id"), cell.get("source", "")) for cell in cells)
    return {name: source if isinstance(source, str) else "".join(source) for name, source in named if name}
