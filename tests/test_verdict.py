"""Tests of autograder.verdict."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from autograder.verdict import ExpectedTest, GradeReport, Outcome, ScoredTest, StudentFrame, TestResult

TEXT = st.text(max_size=40)
UNIT = st.floats(0, 1)
RESULTS = st.builds(
    TestResult,
    nodeid=st.just("test_hidden.py::test_f"),
    outcome=st.sampled_from(Outcome),
    credit=UNIT,
    summary=TEXT,
    exception=TEXT,
    frame=st.none() | st.builds(StudentFrame, file=TEXT, line=st.integers(0, 10**6), function=TEXT),
    detail=TEXT,
    evidence=st.lists(TEXT, max_size=3).map(tuple),
    printed=TEXT,
    seed=TEXT,
    cpu_s=st.floats(0, 100),
    wall_s=st.floats(0, 100),
)


def make_report(results: list[TestResult]) -> GradeReport:
    """A report of one-point tests with these results."""
    expected = ExpectedTest(nodeid="test_hidden.py::test_f", function="test_f", title="f", points=1)
    tests = tuple(ScoredTest(expected=expected, result=result, score=result.credit) for result in results)
    return GradeReport(student="ada", assignment="a", title="A", score=0, points=1, tests=tests)


def test_unset_verdict_is_no_pass() -> None:
    """A result that nobody set is INVALID, the zero of outcomes, and worth nothing."""
    result = TestResult(nodeid="t")
    assert Outcome(0) is result.outcome is Outcome.INVALID
    assert result.credit == 0


@given(st.lists(RESULTS, max_size=4))
def test_reports_survive_json(results: list[TestResult]) -> None:
    """A report that is written and read again is the same report."""
    report = make_report(results)
    assert GradeReport.model_validate_json(report.model_dump_json()) == report


@pytest.mark.parametrize("outcome", Outcome, ids=lambda outcome: outcome.label)
def test_outcomes_are_written_by_name(outcome: Outcome) -> None:
    """JSON says `timeout`, not 5, so that a new outcome does not change old files' meaning."""
    written = TestResult(nodeid="t", outcome=outcome).model_dump(mode="json")
    assert written["outcome"] == outcome.label == outcome.name.lower()
    assert TestResult.model_validate(written).outcome is outcome


@pytest.mark.parametrize("outcome", ["excellent", "", 99, None])
def test_unknown_outcomes_are_refused(outcome: object) -> None:
    """An outcome that does not exist is a validation error, as any other wrong field is."""
    with pytest.raises(ValidationError, match="outcome"):
        TestResult.model_validate({"nodeid": "t", "outcome": outcome})


@pytest.mark.parametrize("credit", [-0.1, 1.1, math.nan, math.inf])
def test_credit_is_between_zero_and_one(credit: float) -> None:
    """No test is worth more than all of its points, or less than none."""
    with pytest.raises(ValidationError, match="credit"):
        TestResult(nodeid="t", credit=credit)


@pytest.mark.parametrize("score", [-1.0, math.nan, math.inf])
def test_scores_are_finite_and_not_negative(score: float) -> None:
    """A report with a score that is no score cannot be made."""
    with pytest.raises(ValidationError, match="score"):
        GradeReport(student="ada", assignment="a", title="A", score=score, points=1, tests=())


def test_unknown_fields_are_refused() -> None:
    """A field that a record does not have is an error, not a silence."""
    with pytest.raises(ValidationError, match="grade"):
        TestResult.model_validate({"nodeid": "t", "grade": 5})


def test_records_do_not_change() -> None:
    """A verdict that was reached stays."""
    result = TestResult(nodeid="t", outcome=Outcome.FAILED)
    with pytest.raises(ValidationError, match="frozen"):
        result.outcome = Outcome.PASSED  # type: ignore[misc]


@given(st.lists(RESULTS, max_size=6))
def test_faults_are_ours_alone(results: list[TestResult]) -> None:
    """A report's faults are its tests that were not judged, and no failure of the student's."""
    report = make_report(results)
    expected = [result for result in results if result.outcome in (Outcome.FAULT, Outcome.INVALID)]
    assert [test.result for test in report.faults] == expected
