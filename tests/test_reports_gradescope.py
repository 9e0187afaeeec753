"""Tests of autograder.reports.gradescope: the file that Gradescope's harness reads, by its documented keys."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from autograder.reports.gradescope import GradescopeResults, render_gradescope
from autograder.verdict import ExpectedTest, GradeReport, Outcome, Override, RecordedCall, ScoredTest, TestResult

TOP_KEYS = set(
    "score execution_time output output_format test_output_format test_name_format visibility stdout_visibility "
    "extra_data tests leaderboard".split()
)
TEST_KEYS = set(
    "score max_score status name name_format number output output_format tags visibility extra_data".split()
)
VISIBILITIES = ["visible", "hidden", "after_due_date", "after_published"]
TEXT = st.text(max_size=30)
HARNESS_CUTS_AT = 100_000


def make_test(number: int = 1, *, points: float = 2.0, score: float = 0.0, **fields: Any) -> ScoredTest:
    """A test of a report; fields of ExpectedTest, TestResult and ScoredTest are told apart by their names."""
    of_expected = {name: fields.pop(name) for name in list(fields) if name in ExpectedTest.model_fields}
    of_scored = {name: fields.pop(name) for name in list(fields) if name in ScoredTest.model_fields}
    nodeid = f"test_hidden.py::test_{number}"
    expected = ExpectedTest.model_validate(
        {"nodeid": nodeid, "function": f"test_{number}", "title": f"T{number}", "points": points, **of_expected}
    )
    result = TestResult.model_validate({"nodeid": nodeid, "outcome": Outcome.FAILED, **fields})
    return ScoredTest(expected=expected, result=result, score=score, **of_scored)


def make_report(*tests: ScoredTest, **fields: Any) -> GradeReport:
    """A report of these tests."""
    return GradeReport.model_validate(
        {
            "student": "ada",
            "assignment": "small_steps",
            "title": "Small steps",
            "score": round(sum(test.score for test in tests), 6),
            "points": 20.0,
            "tests": tests,
            **fields,
        }
    )


def render(report: GradeReport) -> dict[str, Any]:
    """The file as the harness reads it."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} fails the whole submission")

    text = render_gradescope(report, "0.1.0").model_dump_json()
    value = json.loads(text, parse_constant=refuse)
    assert isinstance(value, dict), "a list at the top level fails the whole submission"
    return value


REPORTS = st.lists(
    st.builds(
        make_test,
        number=st.integers(1, 99),
        points=st.floats(0, 10),
        score=st.floats(0, 10),
        title=TEXT,
        hint=TEXT,
        visibility=st.sampled_from(VISIBILITIES),
        public=st.booleans(),
        outcome=st.sampled_from(Outcome),
        summary=TEXT,
        detail=TEXT,
        blocked_by=st.sampled_from(["", "test_1"]),
    ),
    min_size=1,
    max_size=5,
).flatmap(
    lambda tests: st.builds(
        make_report, *map(st.just, tests), notes=st.lists(TEXT, max_size=2).map(tuple), wall_s=st.floats(0, 1e6)
    )
)


@given(REPORTS)
def test_every_report_is_a_valid_file(report: GradeReport) -> None:
    """Any report renders to documented keys, finite numbers, clamped scores and known visibilities."""
    value = render(report)
    assert set(value) <= TOP_KEYS
    assert value["stdout_visibility"] == "hidden"
    assert value["output_format"] == value["test_output_format"] == value["test_name_format"] == "text"
    assert 0 <= value["score"] <= report.points
    assert len(value["tests"]) == len(report.tests)
    for entry, test in zip(value["tests"], report.tests, strict=True):
        assert set(entry) <= TEST_KEYS
        assert 0 <= entry["score"] <= entry["max_score"] == test.expected.points
        assert entry["status"] in ("passed", "failed")
        assert entry["visibility"] == test.expected.visibility
        assert entry["output_format"] == entry["name_format"] == "text"
        assert isinstance(entry["number"], str)
    assert GradescopeResults.model_validate_json(json.dumps(value)).model_dump() == value


def test_a_test_that_passed() -> None:
    """A paid test is passed, has its points, and no output."""
    (entry,) = render(make_report(make_test(outcome=Outcome.PASSED, credit=1, score=2)))["tests"]
    assert (entry["status"], entry["score"], entry["max_score"], entry["output"]) == ("passed", 2, 2, "")
    assert entry["extra_data"] == {"test": "test_1", "outcome": "passed"}


def test_a_test_that_is_not_counted() -> None:
    """A test that passed and is not paid is not shown as passed."""
    blocked = make_test(outcome=Outcome.PASSED, credit=1, blocked_by="test_0")
    (entry,) = render(make_report(blocked))["tests"]
    assert (entry["status"], entry["score"], entry["extra_data"]["outcome"]) == ("failed", 0, "not counted")
    assert "'0' passes" in entry["output"]


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.PASSED], ids=lambda o: o.label)
def test_nothing_else_is_passed(outcome: Outcome) -> None:
    """No outcome but passed is shown as passed, and each is named for whoever reads the data."""
    (entry,) = render(make_report(make_test(outcome=outcome)))["tests"]
    assert (entry["status"], entry["extra_data"]["outcome"]) == ("failed", outcome.label)


def test_hidden_details_stay_home() -> None:
    """What only the TA may see is nowhere in the file."""
    secrets = {name: f"SECRET-{name}" for name in ("detail", "exception", "printed", "seed")}
    calls = (RecordedCall(function="SECRET-f", arguments=(("SECRET-x", "SECRET-1"),)),)
    test = make_test(**secrets, calls=calls, evidence=("SECRET-evidence",))
    report = make_report(test, evidence=("SECRET-evidence",))
    assert "SECRET" not in json.dumps(render(report))


@pytest.mark.parametrize(
    ("action", "score", "of", "status"),
    [
        ("points", 1, 2, "failed"),
        ("points", 2, 2, "passed"),
        ("void-give", 2, 2, "passed"),
        ("void-drop", 0, 0, "passed"),
    ],
)
def test_overrides_are_told(action: str, score: float, of: float, status: str) -> None:
    """A TA's word stands first, with its reason; a test that is dropped is worth nothing, out of nothing."""
    override = Override.model_validate({"action": action, "reason": "because", "machine_score": 0})
    test = make_test(score=score, override=override, summary="Wrong.")
    (entry,) = render(make_report(test))["tests"]
    assert (entry["score"], entry["max_score"], entry["status"]) == (score, of, status)
    assert entry["extra_data"] == {"test": "test_1", "outcome": "failed", "override": action}
    assert "Reason: because\n\nWrong." in entry["output"]


def test_long_outputs_are_cut() -> None:
    """Outputs that the harness would cut are cut before, and say so."""
    test = make_test(public=True, detail="x" * 200_000)
    value = render(make_report(test, notes=("y" * 200_000,)))
    for output in (value["output"], value["tests"][0]["output"]):
        assert len(output) < HARNESS_CUTS_AT
        assert output.endswith("(cut here)")


def test_dust_above_the_maximum_is_clamped() -> None:
    """A score that is above the maximum by a rounding is the maximum."""
    test = make_test(points=2 / 3, score=0.666667, outcome=Outcome.PASSED, credit=1)
    value = render(make_report(test, score=20.000001))
    assert value["score"] == 20
    assert value["tests"][0]["score"] == 2 / 3


@pytest.mark.parametrize("field", ["score", "execution_time"])
@pytest.mark.parametrize("number", [float("nan"), float("inf"), -1.0, "5"])
def test_what_is_no_number_is_refused(field: str, number: object) -> None:
    """A file that would fail the whole submission cannot be made."""
    value = render(make_report(make_test()))
    with pytest.raises(ValidationError, match=field):
        GradescopeResults.model_validate({**value, field: number})


@pytest.mark.parametrize(
    "change",
    [{"scores": 5}, {"tests": []}, {"visibility": "secret"}, {"output_format": "markdown"}, {"output": "x" * 100_001}],
    ids=str,
)
def test_what_is_not_documented_is_refused(change: dict[str, Any]) -> None:
    """An unknown key, no test, an unknown word and an overlong output are errors of ours, found before the upload."""
    value = render(make_report(make_test()))
    with pytest.raises(ValidationError, match=next(iter(change))):
        GradescopeResults.model_validate({**value, **change})


def test_worth_nothing_and_put_off_is_not_shown() -> None:
    """A test that waits for a GPU and pays nothing is the TA's business; one that pays is pending, under its number."""
    nothing = make_test(1, points=0.0, outcome=Outcome.DEFERRED, waits_for="test_1")
    pays = make_test(2, points=2.0, outcome=Outcome.DEFERRED, waits_for="test_2")
    judged = make_test(3, points=0.0, outcome=Outcome.PASSED)
    tests = render(make_report(nothing, pays, judged))["tests"]
    assert [(test["number"], test["name"]) for test in tests] == [("2", "T2 (pending: 2 points)"), ("3", "T3")]
