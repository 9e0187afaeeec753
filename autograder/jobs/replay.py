"""A test of an earlier run, run again on the very same inputs: the same submission, key and suite."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import SpecError
from autograder.grading import Replay, replay_test
from autograder.jobs.ground import find_ground, key_digest
from autograder.jobs.origin import GradeOrigin
from autograder.sandbox import Zygote
from autograder.spec import Assignment
from autograder.submission import Submission, collect_submissions, read_roster
from autograder.testrun.accelerator import Accelerator
from autograder.testrun.runner import Suite, key_for
from autograder.verdict import TestResult


@dataclass(frozen=True)
class Comparison:
    """What a test came to in the run, and what it comes to now.

    Attributes:
        recorded: in the run.
        replay: now.
        changed: what is not as it was then, a sentence each.
    """

    recorded: TestResult
    replay: Replay
    changed: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether verdict, message and inputs are the same."""
        before, now = self.recorded, self.replay.result
        return (before.outcome, before.credit, before.summary, before.calls) == (
            now.outcome,
            now.credit,
            now.summary,
            now.calls,
        )


def find_submission(
    origin: GradeOrigin, student: str, paths: Iterable[Path], assignment: Assignment, folder: Path
) -> Submission:
    """The submission that was graded, read again; `folder` is that of the results, which may lie among them.

    Raises:
        SpecError: it is not there any more, or is not what it was: another source draws other inputs.
    """
    paths = list(paths)
    roster = Path(origin.run.roster)
    intake = collect_submissions(
        paths,
        assignment.spec.modules,
        leave_out=folder,
        layout=origin.run.layout,
        roster=read_roster(roster) if origin.run.roster and roster.exists() else None,
        assignment=assignment.id,
    )
    found = {s.student: s for s in intake.submissions}
    where = ", ".join(str(path) for path in paths)
    if student not in found:
        raise SpecError(f"{where} holds no submission of {student} any more; say with --path where it is.")
    if found[student].digest != origin.submission:
        raise SpecError(
            f"{where}: the submission of {student} has changed since it was graded, and would draw other inputs; "
            "say with --path where the old one is, or grade it again."
        )
    return found[student]


def replay_recorded(
    recorded: TestResult,
    submission: Submission,
    assignment: Assignment,
    origin: GradeOrigin,
    secret: bytes,
    sandbox: Zygote,
    *,
    from_start: bool,
) -> Comparison:
    """Run a recorded test again.

    Raises:
        SpecError: the secret is not that of the run; the test is gone; the reference fails.
        GraderError: the machine or the grader failed.
    """
    key = key_for(secret, assignment.id)
    check_key(key, origin, assignment)
    ground = find_ground(assignment, sandbox, key)
    changed = []
    if ground.assignment != origin.run.assignment_digest:
        changed.append("The suite or the reference has changed since this was graded.")
    if ground.environment != origin.run.environment_digest:
        changed.append("The grader, Python or a package has changed since this was graded.")
    if sandbox.name != origin.run.sandbox:
        changed.append(f"This was graded in the sandbox {origin.run.sandbox}, and is run in {sandbox.name} now.")
    suite = Suite(assignment, sandbox, key)
    accelerator = suite.accelerator = Accelerator(
        "cpu" if recorded.device == "cpu" else "auto", assignment.spec.packages
    )
    try:
        accelerator.prepare(suite.tests, sandbox)
        replay = replay_test(submission, assignment, suite, recorded.nodeid, from_start=from_start)
    finally:
        suite.close()
        accelerator.close()
    return Comparison(recorded, replay, tuple(changed))


def check_key(key: bytes, origin: GradeOrigin, assignment: Assignment) -> None:
    """Another key draws other inputs."""
    if key_digest(key) != origin.run.seed_digest:
        raise SpecError(
            f"{assignment.course} has another secret than when this was graded, and would draw other inputs; "
            "bring back .autograder/secret."
        )
