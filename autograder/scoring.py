"""Expected tests + results -> scored tests. Pure: the same arguments give the same score, always."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from autograder.verdict import (
    ExpectedTest,
    GradeReport,
    MachineGrade,
    Outcome,
    Override,
    Ruling,
    ScoredTest,
    TestResult,
)


def score_tests(expected: Iterable[ExpectedTest], results: Iterable[TestResult]) -> tuple[ScoredTest, ...]:
    """Score each expected test, in order.

    A test without a result, and a result that was never set, earns nothing and is a fault. A test that requires
    another pays only if every case of the other passed; if one of these is put off, and none failed, it waits as well.
    """
    expected = list(expected)
    by_nodeid = {result.nodeid: result for result in results}
    found = [by_nodeid.get(test.nodeid, TestResult(nodeid=test.nodeid)) for test in expected]
    pairs = list(zip(expected, found, strict=True))
    deferred = {test.function for test, result in pairs if result.outcome is Outcome.DEFERRED}
    failed = {t.function for t, result in pairs if _paid(result) < 1 and result.outcome is not Outcome.DEFERRED}
    waiting = deferred - failed
    # A requirement may itself be unpaid because of its own requirement: follow the chain to its end.
    while True:
        scored = [_score(test, result, failed, waiting) for test, result in pairs]
        unpaid = failed | {entry.expected.function for entry in scored if entry.blocked_by}
        later = (waiting | {entry.expected.function for entry in scored if entry.waits_for}) - unpaid
        if (unpaid, later) == (failed, waiting):
            return tuple(scored)
        failed, waiting = unpaid, later


def total(tests: Iterable[ScoredTest]) -> float:
    """The sum of the tests' scores, without the dust of adding floats."""
    return round(sum(test.score for test in tests), 6)


def machine_report(report: GradeReport) -> GradeReport:
    """A report without overrides: the machine's verdicts and what they are worth."""
    if report.machine is None:
        return report
    tests = score_tests((test.expected for test in report.tests), (test.result for test in report.tests))
    grade = report.machine
    return report.model_copy(update={"tests": tests, "score": grade.score, "points": grade.points, "machine": None})


def apply_overrides(report: GradeReport, rulings: Mapping[str, Ruling]) -> GradeReport:
    """A report with a TA's rulings, by node id, in force; whatever was in force before is taken back.

    A test that is ruled on has the ruling's points, whatever it requires. A test that requires one that is void is not
    held back by it. Of a test that is dropped neither score nor maximum counts: the sum of the rest, out of the rest.
    Outcomes, messages and evidence stay the machine's.
    """
    report = machine_report(report)
    rulings = {nodeid: rulings[nodeid] for test in report.tests if (nodeid := test.expected.nodeid) in rulings}
    if not rulings:
        return report
    without = score_tests(*_without_void(report.tests, rulings))
    tests = tuple(_override(test, later, rulings) for test, later in zip(report.tests, without, strict=True))
    dropped = sum(test.expected.points - test.points for test in tests)
    return report.model_copy(
        update={
            "tests": tests,
            "score": total(tests),
            "points": round(report.points - dropped, 6),
            "machine": MachineGrade(score=report.score, points=report.points),
        }
    )


def _without_void(
    tests: Iterable[ScoredTest], rulings: Mapping[str, Ruling]
) -> tuple[list[ExpectedTest], list[TestResult]]:
    """The tests as if whatever is void had passed: so it holds no other test back."""
    expected, results = [], []
    for test in tests:
        ruling = rulings.get(test.expected.nodeid)
        void = ruling is not None and ruling.action != "points"
        passed = TestResult(nodeid=test.expected.nodeid, outcome=Outcome.PASSED, credit=1.0)
        expected.append(test.expected.model_copy(update={"requires": ()}) if void else test.expected)
        results.append(passed if void else test.result)
    return expected, results


def _override(test: ScoredTest, without_void: ScoredTest, rulings: Mapping[str, Ruling]) -> ScoredTest:
    ruling = rulings.get(test.expected.nodeid)
    if ruling is not None:
        override = Override(action=ruling.action, reason=ruling.reason, machine_score=test.score)
        held = {"blocked_by": "", "waits_for": ""}
        return test.model_copy(update={"score": ruling.points, "override": override, **held})
    held = {"blocked_by": without_void.blocked_by, "waits_for": without_void.waits_for}
    if without_void.score == test.score:
        return test.model_copy(update=held)
    override = Override(action="unblocked", reason="A test that it requires is void.", machine_score=test.score)
    return test.model_copy(update={"score": without_void.score, "override": override, **held})


def _paid(result: TestResult) -> float:
    """The part of its points that a result earns by itself: a credit without a pass is worth nothing."""
    return result.credit if result.outcome in (Outcome.PASSED, Outcome.PARTIAL) else 0.0


def _score(test: ExpectedTest, result: TestResult, failed: set[str], waiting: set[str]) -> ScoredTest:
    paid, deferred = _paid(result), result.outcome is Outcome.DEFERRED
    blocker = next((name for name in test.requires if name in failed), "") if paid > 0 or deferred else ""
    awaited = "" if blocker else test.function if deferred else ""
    if paid > 0 and not blocker:
        awaited = next((name for name in test.requires if name in waiting), "")
    return ScoredTest(
        expected=test,
        result=result,
        score=0.0 if blocker or awaited else test.points * paid,
        blocked_by=blocker,
        waits_for=awaited,
    )
