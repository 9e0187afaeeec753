"""Where a grade came from: what the journal keeps of a run, so that one of its tests can be run again."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from autograder.jobs.results import read_events
from autograder.submission import Layout
from autograder.verdict import Record


class Origin(Record):
    """What a run was made of.

    Attributes:
        assignment: its id.
        course: the course's folder.
        paths: what `grade` was told to read the submissions from.
        layout: how the paths were said to be laid out.
        roster: the roster whose names the students go by; empty without one.
        seed: the text that stood for the course's secret, if one did.
        seed_digest: of the assignment's key: tells whether a secret is still the same.
        sandbox: the backend.
        assignment_digest: of the suite and the reference.
        environment_digest: of the grader, Python and the packages.
    """

    assignment: str
    course: str
    paths: tuple[str, ...]
    layout: Layout = Layout.AUTO
    roster: str = ""
    seed: str | None
    seed_digest: str
    sandbox: str
    assignment_digest: str
    environment_digest: str


class GradeOrigin(Record):
    """The run that a student's grade is of, and the digest of the submission that it graded."""

    run: Origin
    submission: str


def find_origin(journal: Path, student: str) -> GradeOrigin | None:
    """The last run that graded a student or kept their grade; None where the journal does not say."""
    return find_origins(journal).get(student)


def find_origins(journal: Path) -> dict[str, GradeOrigin]:
    """By student: the last run that graded them or kept their grade; without those of whom the journal does not say."""
    run: Any = None
    found: dict[Any, tuple[Any, Any]] = {}
    for event in read_events(journal):
        kind = event.get("event")
        if kind == "run":
            run = event.get("origin")
        elif kind == "graded":
            found[event.get("student")] = run, event.get("submission")
        elif kind == "kept":
            found |= {
                student: (run, found[student][1]) for student in _texts(event.get("students")) if student in found
            }
    origins = {}
    for student, (of, submission) in found.items():
        with contextlib.suppress(ValidationError):  # torn, or of an older version
            origins[str(student)] = GradeOrigin.model_validate({"run": of, "submission": submission})
    return origins


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
