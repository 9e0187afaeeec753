"""The results that `grade` left, and the submissions that they are of, read again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from autograder.errors import SpecError
from autograder.jobs.origin import Origin
from autograder.jobs.results import ResultsFolder, read_events
from autograder.spec import Assignment, load_assignment
from autograder.submission import Intake, Roster, Submission, collect_submissions, read_roster
from autograder.verdict import GradeReport

_CHANGED: Final = "What was handed in has changed since it was graded; grade it again."
_NOT_GRADED: Final = "It was not graded; grade it."


@dataclass(frozen=True)
class Graded:
    """The results of `grade`, with what they were read from.

    Attributes:
        origin: the last run.
        run: its run.json.
        assignment: what was graded.
        intake: what lies now where the submissions were read from.
        roster: the run's.
    """

    folder: ResultsFolder
    origin: Origin
    run: dict[str, Any]
    assignment: Assignment
    intake: Intake
    roster: Roster | None

    @property
    def notebook(self) -> str:
        """The name of the assignment's notebook at nbgrader."""
        return self.assignment.spec.modules[0]

    def report(self, submission: Submission) -> GradeReport | str:
        """The submission's report; why there is none that holds, where there is none."""
        student = submission.student
        if student in self.run["faults"]:
            return str(self.run["faults"][student])
        if student not in self.run["graded"]:
            return _NOT_GRADED
        if self.run["submissions"].get(student) != submission.digest:
            return _CHANGED
        return self.folder.read_report(student) or _NOT_GRADED


def read_results(path: Path) -> Graded:
    """The results in a folder, and the submissions that they are of.

    Raises:
        SpecError: it holds no results, or what was graded is not there any more.
    """
    origin = read_origin(path)
    try:
        run = json.loads((path / "run.json").read_bytes())
        {key: run[key] for key in ("graded", "faults", "submissions")}
    except (OSError, ValueError, KeyError, TypeError):
        raise SpecError(f"{path} holds no whole run.json; run grade with --out {path} to its end.") from None
    assignment = load_assignment(Path(origin.course), origin.assignment)
    roster = read_roster(Path(origin.roster)) if origin.roster else None
    intake = collect_submissions(
        [Path(one) for one in origin.paths],
        assignment.spec.modules,
        leave_out=path,
        layout=origin.layout,
        roster=roster,
        assignment=assignment.id,
    )
    return Graded(ResultsFolder(path.resolve()), origin, run, assignment, intake, roster)


def read_origin(path: Path) -> Origin:
    """What the last run into a folder was made of.

    Raises:
        SpecError: the folder holds no results.
    """
    runs = [event for event in read_events(path / "journal.jsonl") if event.get("event") == "run"]
    try:
        return Origin.model_validate(runs[-1].get("origin"))
    except (IndexError, ValidationError):
        raise SpecError(f"{path} holds no results of grade; name the folder that was its --out.") from None
