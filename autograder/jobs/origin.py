"""Where a grade came from: what the journal keeps of a run, so that one of its tests can be run again."""

from __future__ import annotations

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
    run: Any = None
    found: tuple[Any, Any] | None = None
    for event in read_events(journal):
        kind = event.get("event")
        if kind == "run":
            run = event.get("origin")
        elif kind == "graded" and event.get("student") == student:
            found = run, event.get("submission")
        elif kind == "kept" and found is not None and student in _texts(event.get("students")):
            found = run, found[1]
    if found is None:
        return None
    try:
        return GradeOrigin.model_validate({"run": found[0], "submission": found[1]})
    except ValidationError:
        return None  # torn, or of an older version


def _texts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
