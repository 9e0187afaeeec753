"""Tests of autograder.reports.feedback: what a student is told, and what not."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.reports.feedback import describe_report, describe_test
from autograder.verdict import IMPORT_FAILED, ExpectedTest, GradeReport, Outcome, ScoredTest, StudentFrame, TestResult

SECRET = "SECRET-4711"
LOST = [outcome for outcome in Outcome if outcome is not Outcome.PASSED]


def scored(
    outcome: Outcome,
    *,
    public: bool = False,
    hint: str = "",
    blocked_by: str = "",
    waits_for: str = "",
    **fields: Any,
) -> ScoredTest:
    """A test that came to this outcome."""
    expected = ExpectedTest(
        nodeid="test_hidden.py::test_f", function="test_f", title="F", points=2, hint=hint, public=public
    )
    result = TestResult(nodeid=expected.nodeid, outcome=outcome, **fields)
    return ScoredTest(expected=expected, result=result, score=0, blocked_by=blocked_by, waits_for=waits_for)


def test_nothing_is_said_of_a_pass() -> None:
    """A test that passed and is paid needs no words."""
    assert describe_test(scored(Outcome.PASSED, hint="Look at the sign.")) == ""


def test_unpaid_pass_names_its_requirement() -> None:
    """A test that is not counted says which other test it waits for, in plain words."""
    text = describe_test(scored(Outcome.PASSED, blocked_by="TestLoss::test_loss_of_zero"))
    assert text == "Not counted: it pays only when 'loss of zero' passes."


@pytest.mark.parametrize("outcome", LOST, ids=lambda outcome: outcome.label)
def test_hidden_test_tells_no_secret(outcome: Outcome) -> None:
    """Of a hidden test the student sees the summary and the hint; no traceback, text, output, evidence or seed."""
    test = scored(
        outcome,
        hint="Look at the sign.",
        summary="Your code raised ValueError (line 3 of steps.py).",
        exception=SECRET,
        frame=StudentFrame(file=SECRET, line=3, function=SECRET),
        detail=SECRET,
        evidence=(SECRET,),
        printed=SECRET,
        seed=SECRET,
    )
    hint = "" if outcome is Outcome.DEFERRED else "\nHint: Look at the sign."  # nothing is wrong with it yet
    assert describe_test(test) == f"Your code raised ValueError (line 3 of steps.py).{hint}"


@pytest.mark.parametrize("outcome", LOST, ids=lambda outcome: outcome.label)
def test_every_loss_is_explained(outcome: Outcome) -> None:
    """Whatever a test came to, there is a sentence for it."""
    text = describe_test(scored(outcome))
    assert text.endswith(".")
    assert "\n" not in text


@pytest.mark.parametrize("outcome", [Outcome.FAULT, Outcome.INVALID], ids=lambda outcome: outcome.label)
def test_a_fault_is_not_the_students(outcome: Outcome) -> None:
    """Where we failed, the text says that it was not the student's code."""
    assert "not your code" in describe_test(scored(outcome))


def test_public_test_shows_everything() -> None:
    """Of a public test the student sees the traceback too, after what was wrong and the hint."""
    text = describe_test(scored(Outcome.FAILED, public=True, hint="Sign?", detail="E   assert 3 == 2"))
    assert text == "The result is not right.\nHint: Sign?\n\nE   assert 3 == 2"


def test_report_says_its_notes() -> None:
    """What was chosen, dropped or repaired stands above the tests, a line each."""
    report = GradeReport(
        student="ada",
        assignment="a",
        title="A",
        score=0,
        points=2,
        tests=(),
        notes=("One.", "Two."),
        evidence=(SECRET,),
    )
    assert describe_report(report) == "One.\nTwo."


def test_failed_import_is_one_message_without_hints() -> None:
    """Where nothing was imported a hint about the mathematics helps nobody."""
    text = describe_test(scored(Outcome.MISSING, hint="Look at the sign.", summary=IMPORT_FAILED))
    assert text == IMPORT_FAILED


def test_what_waits_for_a_gpu_is_said_in_words() -> None:
    """A passed test that requires a deferred one says what it waits for; a deferred one that cannot pay says so."""
    waiting = scored(Outcome.PASSED, waits_for="test_on_the_device")
    assert describe_test(waiting) == "Passed; it pays when 'on the device' passes, which is graded later."
    lost = scored(Outcome.DEFERRED, blocked_by="test_loss_of_zero")
    assert describe_test(lost) == "Not counted: it pays only when 'loss of zero' passes."
