"""Tests of autograder.reports.detail: one submission in full, on the TA's terminal."""

from __future__ import annotations

import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from autograder.reports.detail import explain_briefly, render_result, render_submission, render_test
from autograder.verdict import (
    ExpectedTest,
    GradeReport,
    MachineGrade,
    Outcome,
    Override,
    RecordedCall,
    ScoredTest,
    TestResult,
)


def make_test(*, blocked_by: str = "", override: Override | None = None, title: str = "T", **result: Any) -> ScoredTest:
    """A test of a report."""
    expected = ExpectedTest(nodeid="test_hidden.py::test_f", function="test_f", title=title, points=5)
    found = TestResult.model_validate({"nodeid": expected.nodeid, "outcome": Outcome.FAILED, **result})
    return ScoredTest(expected=expected, result=found, score=0, blocked_by=blocked_by, override=override)


def make_report(test: ScoredTest, **fields: Any) -> GradeReport:
    """A report of one test."""
    report = {"student": "ada", "assignment": "a", "title": "A", "score": 0, "points": 5, "tests": (test,), **fields}
    return GradeReport.model_validate(report)


def shown(what: RenderableType) -> str:
    """What a terminal shows, with its colours off."""
    file = io.StringIO()
    Console(file=file, width=150, highlight=False).print(what, soft_wrap=True)
    return file.getvalue()


def test_a_line_why() -> None:
    """A TA's word, what holds it back, the student's sentence, or what the traceback ends with; nothing for a pass."""
    override = Override(action="points", reason="because", machine_score=2)
    assert explain_briefly(make_test(override=override, summary="S")).endswith("given 2. Reason: because")
    assert explain_briefly(make_test(blocked_by="test_g", outcome=Outcome.PASSED)) == "pays only if test_g passes"
    assert explain_briefly(make_test(summary="S", detail="E   x")) == "S"
    assert explain_briefly(make_test(detail="f:3\nE   AssertionError: \nE   \nE   Not equal\nE   more")) == "Not equal"
    assert explain_briefly(make_test(outcome=Outcome.PASSED, credit=1)) == ""


def test_the_machines_grade_is_named() -> None:
    """Where a TA decided, the score stands beside the machine's."""
    report = make_report(make_test(), score=3, machine=MachineGrade(score=1, points=5))
    assert "ada: 3 of 5 (A; 1 of 5 without overrides)" in shown(render_submission(report))


def test_a_long_command_is_one_line() -> None:
    """The command to copy is not broken, however long."""
    command = "autograder replay " + "/deep" * 100
    assert command in shown(render_test(make_report(make_test()), make_test(), command)).splitlines()


TEXT = st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("\x1b\x07\x9b\u202e[/]\r"), max_size=40)


@given(TEXT, TEXT, TEXT)
def test_only_printable_text_is_shown(one: str, two: str, three: str) -> None:
    """Whatever stands in a report, no control character leaves, and no markup is obeyed."""
    call = RecordedCall(function=one, arguments=((two, three),))
    texts = {"summary": one, "detail": two, "printed": three, "evidence": (one, two), "calls": (call,)}
    test = make_test(title=two, **texts)
    report = make_report(test, notes=(one, "[red]note"), evidence=(three,), title=two)
    for what in (render_submission(report), render_test(report, test, "command"), render_result(test.result)):
        text = shown(what)
        assert all(char.isprintable() or char in "\n\t" for char in text)
    assert "[red]note" in shown(render_submission(report))
