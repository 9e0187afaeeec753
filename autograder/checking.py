"""A student's own files against the public tests, on their own machine: what `grade` would say of these tests."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.contract import Contract, make_contract
from autograder.proxy.described import describe_modules
from autograder.proxy.modules import ReferenceModules
from autograder.reader import DirectReader
from autograder.scoring import score_tests
from autograder.spec import Assignment
from autograder.submission import Submission
from autograder.testrun.local import run_public_tests
from autograder.testrun.runner import Suite, refuse_tests
from autograder.verdict import CheckReport, ExpectedTest, TestResult
from autograder.workspace import Workspace, prepare_workspace


def check_submission(submission: Submission, assignment: Assignment) -> CheckReport:
    """Check one submission. For one assignment a process, since pytest keeps the suites that it has imported.

    Raises:
        SpecError: the assignment's public part is wrong.
        GraderError: the student's code could not be started on this machine.
    """
    workspace = prepare_workspace(submission, assignment, DirectReader())
    refused = refuse_tests(workspace, [])
    found = run_public_tests(assignment, [workspace] if refused is None else [])
    results = found.runs[0].results if found.runs else _refuse(workspace, found.tests)
    run = found.runs[0] if found.runs else None
    notes = [*workspace.notes, *found.notes, workspace.refusal, *workspace.forbidden.values()]
    notes += [*run.passed_over, run.import_failure] if run is not None else []
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


def measure_contract(assignment: Assignment) -> tuple[Contract, tuple[ExpectedTest, ...]]:
    """The contract by a run of the public tests against the reference on this machine, and all tests.

    For one assignment a process.

    Raises:
        SpecError: the suites cannot be collected, or the reference does not pass the public tests.
        GraderError: the reference could not be started on this machine.
    """
    run = run_public_tests(assignment, [])
    reference = ReferenceModules(assignment.reference, assignment.spec.modules)
    results = {result.nodeid: result for result in run.reference}
    return make_contract(assignment, describe_modules(reference), run.tests, results), run.every


def _refuse(workspace: Workspace, tests: Sequence[ExpectedTest]) -> tuple[TestResult, ...]:
    refused = refuse_tests(workspace, tests)
    return refused.results if refused is not None else ()


def _quote(workspace: Workspace, result: TestResult) -> str:
    """Where the student's code raised, and the line that stands there."""
    if result.frame is None:
        return ""
    lines = _find_lines(workspace, result.frame.file)
    if not 1 <= result.frame.line <= len(lines):
        return ""
    return f"{result.frame.file}:{result.frame.line}: {lines[result.frame.line - 1].strip()}"


def _find_lines(workspace: Workspace, file: str) -> list[str]:
    """The lines of a file, or of a notebook's cell."""
    for name, cells in workspace.cells.items():
        for cell, first, count in cells:
            if cell == file:
                return workspace.files[name].decode("utf-8", "replace").splitlines()[first - 1 : first - 1 + count]
    return workspace.files.get(file, b"").decode("utf-8", "replace").splitlines()
