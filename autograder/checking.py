"""A student's own files against the public tests, on their own machine: what `grade` would say of these tests."""

from __future__ import annotations

from autograder.contract import Contract, make_contract
from autograder.proxy.described import describe_modules
from autograder.proxy.modules import ReferenceModules
from autograder.scoring import score_tests
from autograder.spec import Assignment
from autograder.submission import Submission
from autograder.testrun.local import run_public_tests
from autograder.testrun.runner import Suite
from autograder.verdict import CheckReport, Outcome, TestResult
from autograder.workspace import Workspace, prepare_workspace


def check_submission(submission: Submission, assignment: Assignment) -> CheckReport:
    """Check one submission. For one assignment a process, since pytest keeps the suites that it has imported.

    Raises:
        SpecError: the assignment's public part is wrong.
        GraderError: the student's code could not be started on this machine.
    """
    workspace = prepare_workspace(submission, assignment)
    found = run_public_tests(assignment, [] if workspace.refusal else [workspace])
    results = found.runs[0].results if found.runs else _refuse(workspace, [test.nodeid for test in found.tests])
    notes = [*workspace.notes, *found.notes, workspace.refusal, found.runs[0].import_failure if found.runs else ""]
    return CheckReport(
        assignment=assignment.id,
        title=assignment.spec.title,
        total_points=assignment.spec.points,
        tests=score_tests(found.tests, results),
        notes=tuple(note for note in notes if note),
        quotes={result.nodeid: quote for result in results if (quote := _quote(workspace, result))},
    )


def describe_contract(assignment: Assignment, suite: Suite) -> Contract:
    """The contract of an assignment whose suite has graded its reference (`grade_reference`), for its handout.

    Raises:
        SpecError: the reference cannot be imported.
    """
    reference = ReferenceModules(assignment.reference, assignment.spec.modules)
    return make_contract(assignment, describe_modules(reference), suite.tests, suite.reference)


def _refuse(workspace: Workspace, nodeids: list[str]) -> tuple[TestResult, ...]:
    return tuple(TestResult(nodeid=nodeid, outcome=Outcome.MISSING, summary=workspace.refusal) for nodeid in nodeids)


def _quote(workspace: Workspace, result: TestResult) -> str:
    """`file:line: source` of where the student's code raised."""
    if result.frame is None:
        return ""
    lines = workspace.files.get(result.frame.file, b"").decode("utf-8", "replace").splitlines()
    if not 1 <= result.frame.line <= len(lines):
        return ""
    return f"{result.frame.file}:{result.frame.line}: {lines[result.frame.line - 1].strip()}"
