"""A report by nbgrader's cells: scores, what is settled, and text."""

from __future__ import annotations

import pytest

from autograder.reports.nbgrader import CellGrade, describe_whole, grade_cells
from autograder.verdict import ExpectedTest, GradeReport, Outcome, Override, ScoredTest, TestResult


def scored(name: str, outcome: Outcome, score: float, *, visibility: str = "visible", summary: str = "",
           override: Override | None = None, blocked_by: str = "", waits_for: str = "") -> ScoredTest:  # fmt: skip
    """A test worth two points."""
    expected = ExpectedTest(nodeid=name, function=name, title=f"Title of {name}", points=2, visibility=visibility)  # type: ignore[arg-type]
    result = TestResult(nodeid=name, outcome=outcome, summary=summary, credit=float(outcome is Outcome.PASSED))
    return ScoredTest(
        expected=expected, result=result, score=score, override=override, blocked_by=blocked_by, waits_for=waits_for
    )


def report(*tests: ScoredTest, notes: tuple[str, ...] = ()) -> GradeReport:
    """A report of these tests."""
    score = sum(test.score for test in tests)
    return GradeReport(student="ada", assignment="a", title="A", score=score, points=10, tests=tests, notes=notes)


def cell(*tests: ScoredTest) -> CellGrade:
    """The grade of one cell that holds them all."""
    return grade_cells(report(*tests), {test.expected.nodeid: "cell" for test in tests})["cell"]


def test_scores_and_texts_of_a_cell() -> None:
    """The cell's score is its tests' sum; each test has a line, and what the student is told below it."""
    grade = cell(
        scored("a", Outcome.PASSED, 2), scored("b", Outcome.FAILED, 0, summary="Off by a factor."),
        scored("c", Outcome.PASSED, 0, blocked_by="test_a"),
    )  # fmt: skip
    assert (grade.score, grade.points, grade.is_settled) == (2, 6, True)
    assert grade.text == (
        "[passed, 2 of 2] Title of a\n[failed, 0 of 2] Title of b\n    Off by a factor.\n"
        "[not counted, 0 of 2] Title of c\n    Not counted: it pays only when 'a' passes."
    )


@pytest.mark.parametrize("outcome", [Outcome.DEFERRED, Outcome.FAULT, Outcome.INVALID])
def test_unsettled(outcome: Outcome) -> None:
    """What was put off or not judged leaves its cell open, unless a TA has ruled on it."""
    grade = cell(scored("a", Outcome.PASSED, 2), scored("b", outcome, 0))
    assert (grade.score, grade.is_settled) == (2, False)
    assert "not counted yet] Title of b" in grade.text
    ruled = Override(action="points", reason="By hand.", machine_score=0)
    assert cell(scored("b", outcome, 1, override=ruled)).is_settled
    assert "Some tests are put off" in describe_whole(report(scored("b", outcome, 0)))


def test_what_waits_for_another_is_unsettled() -> None:
    """A test that passed, but pays only with one that is put off, leaves its cell open too."""
    grade = cell(scored("a", Outcome.PASSED, 0, waits_for="test_b"))
    assert (grade.score, grade.is_settled) == (0, False)
    assert grade.text.startswith("[deferred, not counted yet] Title of a")


def test_void_test_is_worth_nothing() -> None:
    """A test that is out of everyone's total is not among the cell's points."""
    void = Override(action="void-drop", reason="Wrong.", machine_score=0)
    assert cell(scored("a", Outcome.PASSED, 2), scored("b", Outcome.FAILED, 0, override=void)).points == 2


def test_hidden_test_says_nothing() -> None:
    """A test that students never see shows neither title nor verdict."""
    text = cell(scored("a", Outcome.FAILED, 0, visibility="hidden", summary="Secret.")).text
    assert text == "A test that is not shown."


def test_text_is_nothing_but_text() -> None:
    """Terminal codes and hidden letters are shown as question marks; markup stays as it is, for the page to escape."""
    grade = cell(scored("a", Outcome.FAILED, 0, summary="\x1b[31mred\x1b[0m \u202e<script>"))
    assert grade.text.splitlines()[1] == "    ?[31mred?[0m ?<script>"
    whole = describe_whole(report(scored("a", Outcome.PASSED, 2), notes=("steps.py was\x1b taken.",)))
    assert whole == (
        "The tests give 2 of 10 points; what is graded by hand comes on top.\nsteps.py was? taken."
    )  # fmt: skip
