"""One submission, from bytes to grade: the visible list of steps."""

from __future__ import annotations

from autograder.errors import GraderError, SpecError
from autograder.scoring import score_tests, total
from autograder.spec import Assignment
from autograder.submission import Submission
from autograder.testrun.runner import Suite, TestRun
from autograder.verdict import GradeReport, Outcome, ScoredTest, TestResult
from autograder.workspace import Workspace, prepare_workspace


def grade_submission(submission: Submission, assignment: Assignment, suite: Suite) -> GradeReport:
    """Grade one submission.

    Raises:
        GraderError: the machine or the grader failed; the submission is not graded.
    """
    workspace = prepare_workspace(submission, assignment)
    run = _refuse(workspace, suite) or suite.run(workspace)
    scored = score_tests(suite.tests, run.results)
    return make_report(workspace, assignment, run, scored)


def grade_reference(assignment: Assignment, suite: Suite) -> GradeReport:
    """Grade the reference like any submission, and keep what each test cost it.

    Raises:
        SpecError: it does not score everything: the assignment is wrong, and nothing may be graded by it.
        GraderError: the machine or the grader failed.
    """
    files = {f"{module}.py": (assignment.reference / f"{module}.py").read_bytes() for module in assignment.spec.modules}
    report = grade_submission(Submission("reference", files), assignment, suite)
    if report.faults:
        raise GraderError(f"The reference could not be graded: {_say(report.faults[0])}.")
    lost = [test for test in report.tests if test.result.outcome is not Outcome.PASSED or test.blocked_by]
    if lost:
        raise SpecError(
            f"{assignment.reference} scores {report.score:g} of {report.points:g}, so nothing was graded: "
            f"{_say(lost[0])}; mend the reference or the suite."
        )
    suite.reference = {test.expected.nodeid: test.result for test in report.tests}
    return report


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
        evidence=tuple(f"{r.nodeid}: {line}" for r in run.results for line in r.evidence),
        peak_memory_mib=round(run.peak_memory_mib, 1),
        sandboxes=run.sandboxes,
        wall_s=run.wall_s,
    )


def _refuse(workspace: Workspace, suite: Suite) -> TestRun | None:
    """Nothing to import, or nothing that may be graded: every test ends the same; else None."""
    outcome, sentence = Outcome.MISSING, workspace.refusal
    if not sentence and workspace.forbidden.keys() == set(workspace.modules):
        outcome, sentence = Outcome.FORBIDDEN, next(iter(workspace.forbidden.values()))
    if not sentence:
        return None
    results = tuple(TestResult(nodeid=test.nodeid, outcome=outcome, summary=sentence) for test in suite.tests)
    return TestRun(results, 0.0, 0, 0.0, "")


def _say(test: ScoredTest) -> str:
    text = test.result.summary or test.result.detail.strip().rpartition("\n")[2] or test.result.outcome.label
    return f"{test.expected.nodeid} ended as {test.result.outcome.label} ({text.rstrip('.')})"
