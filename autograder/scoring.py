"""Expected tests + results -> scored tests. Pure: the same arguments give the same score, always."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.verdict import ExpectedTest, Outcome, ScoredTest, TestResult


def score_tests(expected: Iterable[ExpectedTest], results: Iterable[TestResult]) -> tuple[ScoredTest, ...]:
    """Score each expected test, in order.

    A test without a result, and a result that was never set, earns nothing and is a fault. A test that requires
    another pays only if every case of the other passed.
    """
    expected = list(expected)
    by_nodeid = {result.nodeid: result for result in results}
    found = [by_nodeid.get(test.nodeid, TestResult(nodeid=test.nodeid)) for test in expected]
    failed = {test.function for test, result in zip(expected, found, strict=True) if _paid(result) < 1}
    scored = [_score(test, result, failed) for test, result in zip(expected, found, strict=True)]
    # A requirement may itself be unpaid because of its own requirement: follow the chain to its end.
    while True:
        unpaid = failed | {entry.expected.function for entry in scored if entry.blocked_by}
        if unpaid == failed:
            return tuple(scored)
        failed = unpaid
        scored = [_score(test, result, failed) for test, result in zip(expected, found, strict=True)]


def total(tests: Iterable[ScoredTest]) -> float:
    """The sum of the tests' scores, without the dust of adding floats."""
    return round(sum(test.score for test in tests), 6)


def _paid(result: TestResult) -> float:
    """The part of its points that a result earns by itself: a credit without a pass is worth nothing."""
    return result.credit if result.outcome in (Outcome.PASSED, Outcome.PARTIAL) else 0.0


def _score(test: ExpectedTest, result: TestResult, failed: set[str]) -> ScoredTest:
    paid = _paid(result)
    blocker = next((name for name in test.requires if name in failed), "") if paid > 0 else ""
    return ScoredTest(
        expected=test,
        result=result,
        score=0.0 if blocker else test.points * paid,
        blocked_by=blocker,
    )
