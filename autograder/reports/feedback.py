"""What a student is told of one test: of a public one everything, of a hidden one no input, no answer, no source."""

from __future__ import annotations

from autograder.verdict import IMPORT_FAILED, GradeReport, Outcome, ScoredTest

_OUTCOME_SENTENCES = {
    Outcome.FAILED: "The result is not right.",
    Outcome.PARTIAL: "Partly right.",
    Outcome.DEFERRED: "Put off: it is graded later, and its points are neither given nor lost until then.",
    Outcome.FAULT: "Not graded: the grader or its machine failed, not your code.",
    Outcome.INVALID: "Not graded: the grader or its machine failed, not your code.",
}

_OVERRIDE_SENTENCES: dict[str, str] = {
    "points": "A TA gave this test {test.score:g} of {test.points:g} points; "
    "the machine had given {test.override.machine_score:g}.",
    "void-give": "This test is void: everyone has its points.",
    "void-drop": "This test is void: its points are taken out of everyone's total.",
    "unblocked": "This test is counted.",
}


def describe_test(test: ScoredTest) -> str:
    """The student's text for one test: a TA's override, and what the machine says where it did not pass and pay."""
    return "\n\n".join(text for text in (describe_override(test), _describe_verdict(test)) if text)


def describe_override(test: ScoredTest) -> str:
    """That a TA changed the test's points, and why; empty where nobody did."""
    if test.override is None:
        return ""
    return f"{_OVERRIDE_SENTENCES[test.override.action].format(test=test)} Reason: {test.override.reason}"


def _describe_verdict(test: ScoredTest) -> str:
    """Empty where the test passed and is paid."""
    result, expected = test.result, test.expected
    if test.blocked_by and result.outcome in (Outcome.PASSED, Outcome.DEFERRED):
        return f"Not counted: it pays only when {_plain(test.blocked_by)!r} passes."
    if result.outcome is Outcome.PASSED:
        return (
            f"Passed; it pays when {_plain(test.waits_for)!r} passes, which is graded later." if test.waits_for else ""
        )
    if result.outcome is Outcome.DEFERRED:
        return result.summary or _OUTCOME_SENTENCES[Outcome.DEFERRED]
    lines = [result.summary or _OUTCOME_SENTENCES.get(result.outcome, "The test did not pass.")]
    if expected.hint and result.summary != IMPORT_FAILED:
        lines.append(f"Hint: {expected.hint}")
    if expected.public and result.detail:
        lines += ["", result.detail]
    return "\n".join(lines)


def describe_report(report: GradeReport) -> str:
    """The text above the tests: what is still to come, what was chosen or repaired, what could not be imported."""
    return "\n".join([*_describe_devices(report), *report.notes])


def describe_score(report: GradeReport) -> str:
    """`72 of 100`, or `72 of 90 so far; 10 points wait for a GPU`."""
    if not report.waiting:
        return f"{report.score:g} of {report.points:g}"
    return f"{report.score:g} of {report.settled_points:g} so far; {report.waiting:g} points wait for a GPU"


def _describe_devices(report: GradeReport) -> list[str]:
    """A sentence where tests that need a GPU are graded later, and one where they ran without."""
    sentences = []
    if report.waiting:
        sentences.append(f"{describe_score(report)}, and are graded later.")
    on_cpu = [test.expected.title for test in report.tests if test.result.device == "cpu"]
    if on_cpu:
        sentences.append(f"Run without the GPU that they are meant for: {'; '.join(on_cpu)}.")
    return sentences


def _plain(function: str) -> str:
    return function.rpartition("::")[2].removeprefix("test_").replace("_", " ")
