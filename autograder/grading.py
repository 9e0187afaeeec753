"""One submission, from bytes to grade: the visible list of steps."""

from __future__ import annotations

import math
from dataclasses import dataclass

from autograder.errors import GraderError, SpecError, did_you_mean
from autograder.scoring import score_tests, total
from autograder.spec import Assignment
from autograder.submission import Submission
from autograder.testrun.deadline import settle_rest
from autograder.testrun.runner import Suite, TestRun, refuse_tests
from autograder.verdict import GradeReport, Outcome, ScoredTest, TestResult
from autograder.workspace import Workspace, prepare_workspace


def grade_submission(
    submission: Submission, assignment: Assignment, suite: Suite, until_s: float = math.inf
) -> GradeReport:
    """Grade one submission.

    Args:
        submission: what was handed in.
        assignment: for which assignment.
        suite: its tests.
        until_s: when to stop, by `time.monotonic()`.

    Raises:
        GraderError: the machine or the grader failed, or was too slow; the submission is not graded.
    """
    workspace = prepare_workspace(submission, assignment)
    run = refuse_tests(workspace, suite.tests) or settle_rest(suite.run(workspace, until_s=until_s), suite.tests)
    scored = score_tests(suite.tests, run.results)
    return make_report(workspace, assignment, run, scored)


def grade_reference(assignment: Assignment, suite: Suite) -> GradeReport:
    """Grade the reference like any submission, and keep what each test cost it.

    What its tests imported as they ran is imported ahead for all submissions, unless a second grading says otherwise.

    Raises:
        SpecError: it does not score everything: the assignment is wrong, and nothing may be graded by it.
        GraderError: the machine or the grader failed.
    """
    report = grade_submission(_reference(assignment), assignment, suite)
    if report.faults:
        raise GraderError(f"The reference could not be graded: {_say(report.faults[0])}.")
    settled = (Outcome.PASSED, Outcome.DEFERRED)  # what is put off for the reference is put off for everyone
    lost = [test for test in report.tests if test.result.outcome not in settled or test.blocked_by]
    if lost:
        raise SpecError(
            f"{assignment.reference} scores {report.score:g} of {report.points:g}, so nothing was graded: "
            f"{_say(lost[0])}; mend the reference or the suite."
        )
    suite.reference = {test.expected.nodeid: test.result for test in report.tests}
    if suite.import_ahead() and not _does_the_same(assignment, suite, report):
        suite.start_again()
    return report


def _does_the_same(assignment: Assignment, suite: Suite, before: GradeReport) -> bool:
    """Whether the reference's tests end as before, now that what they import is there from the start."""
    try:
        after = grade_submission(_reference(assignment), assignment, suite)
    except GraderError:
        return False
    return [test.result.outcome for test in after.tests] == [test.result.outcome for test in before.tests]


@dataclass(frozen=True)
class Replay:
    """One test that was run again: what it came to, and why nothing could be imported, where nothing could."""

    result: TestResult
    import_failure: str


def replay_test(
    submission: Submission, assignment: Assignment, suite: Suite, nodeid: str, *, from_start: bool
) -> Replay:
    """Run one test again, on the inputs that it had: its seed hangs on the key, the submission and the test alone.

    The reference goes first, over all tests (its health, the CPU limits) and then over what is run of the submission
    (what may be asked of objects).

    Args:
        submission: whose test.
        assignment: its assignment.
        suite: collected with the key of the run that is replayed.
        nodeid: the test.
        from_start: run the tests before it too, in the same sandbox, for code that keeps something between them.

    Raises:
        SpecError: there is no such test, or the reference does not score everything.
        GraderError: the machine or the grader failed.
    """
    places = {test.nodeid: place for place, test in enumerate(suite.tests)}
    if nodeid not in places:
        raise SpecError(f"{assignment.tests} has no test {nodeid!r} any more{did_you_mean(nodeid, places)}")
    grade_reference(assignment, suite)
    tests = range(0 if from_start else places[nodeid], places[nodeid] + 1)
    workspace = prepare_workspace(submission, assignment)
    refused = refuse_tests(workspace, suite.tests)
    if refused is not None:
        return Replay(refused.results[places[nodeid]], workspace.refusal)
    if not from_start:
        suite.reference |= _ask_reference(assignment, suite, tests)
    run = suite.run(workspace, tests)
    result = run.results[-1]
    if result.outcome in (Outcome.FAULT, Outcome.INVALID):
        raise GraderError(result.summary or "The test was not judged.")
    return Replay(result, run.import_failure)


def _ask_reference(assignment: Assignment, suite: Suite, tests: range) -> dict[str, TestResult]:
    """What these tests cost the reference and ask of it when they are run by themselves."""
    whole, suite.reference = suite.reference, {}
    try:
        results = suite.run(prepare_workspace(_reference(assignment), assignment), tests).results
    finally:
        suite.reference = whole
    result = results[-1]
    if result.outcome not in (Outcome.PASSED, Outcome.DEFERRED):
        raise SpecError(f"{result.nodeid} does not pass for the reference when it is run alone; give --from-start.")
    return {result.nodeid: result for result in results}


def _reference(assignment: Assignment) -> Submission:
    files = {f"{module}.py": (assignment.reference / f"{module}.py").read_bytes() for module in assignment.spec.modules}
    return Submission("reference", files)


def make_report(
    workspace: Workspace, assignment: Assignment, run: TestRun, scored: tuple[ScoredTest, ...]
) -> GradeReport:
    """The grade, with what is to be said once for all its tests."""
    notes = list(workspace.notes)
    if workspace.refusal:
        notes.append(workspace.refusal)
    notes += workspace.forbidden.values()
    notes += run.passed_over
    if run.import_failure:
        notes.append(run.import_failure)
    return GradeReport(
        student=workspace.student,
        assignment=assignment.id,
        title=assignment.spec.title,
        score=total(scored),
        points=assignment.spec.points,
        tests=scored,
        notes=tuple(notes),
        evidence=tuple(
            f"{r.nodeid}: {line}" for r in run.results if r.outcome is not Outcome.DEFERRED for line in r.evidence
        ),
        peak_memory_mib=round(run.peak_memory_mib, 1),
        sandboxes=run.sandboxes,
        wall_s=run.wall_s,
    )


def _say(test: ScoredTest) -> str:
    text = test.result.summary or test.result.detail.strip().rpartition("\n")[2] or test.result.outcome.label
    return f"{test.expected.nodeid} ended as {test.result.outcome.label} ({text.rstrip('.')})"
