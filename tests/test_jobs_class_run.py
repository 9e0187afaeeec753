"""Tests of autograder.jobs.class_run: what a run keeps of its reports says in a table what the whole ones say."""

from __future__ import annotations

import io
import sys
from typing import Any

from rich.console import Console

from autograder.jobs.class_run import Shortener
from autograder.reports.table import render_csv, render_table
from autograder.verdict import ExpectedTest, GradeReport, Outcome, Override, ScoredTest, TestResult

NAMES = ("adds", "multiplies", "divides")
EXPECTED = {name: ExpectedTest(nodeid=f"test_a.py::{name}", function=name, title=name, points=3) for name in NAMES}


def scored(name: str, outcome: Outcome, score: float, *, credit: float = 0.0, **more: Any) -> ScoredTest:
    """A test with much to say."""
    evidence = ("put off: no GPU",) if outcome is Outcome.DEFERRED else ("it forked",)
    result = TestResult(
        nodeid=EXPECTED[name].nodeid, outcome=outcome, credit=credit, summary="Wrong." * 50, detail="x" * 5000,
        evidence=evidence, printed="y" * 1000, seed=str(score), cpu_s=score, device="cpu" if score == 1 else "",
    )  # fmt: skip
    return ScoredTest(expected=EXPECTED[name].model_copy(), result=result, score=score, **more)


def report(student: str, *tests: ScoredTest) -> GradeReport:
    """A report of these tests."""
    return GradeReport(
        student=student, assignment="a", title="A", score=sum(test.score for test in tests), points=9, tests=tests,
        notes=("Line 3 was passed over.",), evidence=("it forked",), grade_key="k",
    )  # fmt: skip


GIVEN = Override(action="points", reason="as agreed", machine_score=0)
REPORTS = [
    report("ada", *(scored(name, Outcome.PASSED, 3, credit=1) for name in NAMES)),
    report("bob", *(scored(name, Outcome.PASSED, 3, credit=1) for name in NAMES)),
    report("cleo", scored("adds", Outcome.FAILED, 0), scored("multiplies", Outcome.PARTIAL, 1, credit=1 / 3),
           scored("divides", Outcome.PASSED, 0, credit=1, blocked_by="adds")),
    report("dan", scored("adds", Outcome.TIMEOUT, 2, override=GIVEN), scored("multiplies", Outcome.MEMORY, 0),
           scored("divides", Outcome.DEFERRED, 0, waits_for="divides")),
]  # fmt: skip


def show(reports: list[GradeReport]) -> str:
    """The class's table and its grades.csv."""
    console = Console(file=io.StringIO(), width=200)
    console.print(render_table(reports, ["eve"]))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue() + render_csv(reports, ["eve"])


def test_tables_are_the_same() -> None:
    """Scores, losses, points that wait and what an override did are told by the short ones as by the whole ones."""
    shortener = Shortener()
    short = [shortener.shorten(one) for one in REPORTS]
    assert show(short) == show(REPORTS)
    for one, whole in zip(short, REPORTS, strict=True):
        assert (one.student, one.score, one.waiting, one.grade_key) == (
            whole.student, whole.score, whole.waiting, whole.grade_key
        )  # fmt: skip
    assert short[3].tests[2].result.evidence == ("put off: no GPU",)
    assert [test.result.device for test in short[2].tests] == ["", "cpu", ""]


def test_words_are_left_to_the_details() -> None:
    """Nothing that grows with what a submission says or prints is kept."""
    text = Shortener().shorten(REPORTS[2]).model_dump_json()
    assert len(text) < len(REPORTS[2].model_dump_json()) / 10
    assert "passed over" not in text
    assert "forked" not in text


def test_equal_tests_are_one() -> None:
    """Of a class that came to the same a student more costs a row of references."""
    shortener = Shortener()
    first, *others = (shortener.shorten(REPORTS[0].model_copy(update={"student": str(n)})) for n in range(50))
    for other in others:
        assert all(one is another for one, another in zip(first.tests, other.tests, strict=True))
        assert sys.getsizeof(other.tests) < 200
