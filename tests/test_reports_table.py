"""Tests of autograder.reports.table: the class on the terminal and as grades.csv."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from autograder.reports.table import Person, render_csv, render_table, summarise_losses
from autograder.verdict import ExpectedTest, GradeReport, Outcome, Override, ScoredTest, TestResult


def make_test(
    function: str, outcome: Outcome, score: float = 0.0, *, case: int = 0, blocked_by: str = ""
) -> ScoredTest:
    """A case of a test function."""
    nodeid = f"test_hidden.py::{function}[{case}]"
    expected = ExpectedTest(nodeid=nodeid, function=function, title=function, points=5)
    return ScoredTest(
        expected=expected, result=TestResult(nodeid=nodeid, outcome=outcome), score=score, blocked_by=blocked_by
    )


def make_report(student: str, *tests: ScoredTest, points: float = 20) -> GradeReport:
    """A report of these tests."""
    score = round(sum(test.score for test in tests), 6)
    return GradeReport(student=student, assignment="a", title="Small steps", score=score, points=points, tests=tests)


ADA = make_report(
    "ada",
    make_test("test_f", Outcome.PASSED, 2.5, case=0),
    make_test("test_f", Outcome.FAILED, case=1),
    make_test("test_g", Outcome.PASSED, 5),
    make_test("test_h", Outcome.PASSED, blocked_by="test_f"),
    make_test("test_i", Outcome.TIMEOUT),
    make_test("test_j", Outcome.TIMEOUT),
)


def read_csv(text: str) -> list[list[str]]:
    """The cells, as a spreadsheet reads them."""
    return list(csv.reader(io.StringIO(text)))


def test_csv_has_a_row_a_student_and_a_column_a_task() -> None:
    """A task's column sums its cases; a student who is not graded has empty cells, not zeros."""
    assert read_csv(render_csv([ADA], ["eve"])) == [
        ["student", "score", "points", "test_f", "test_g", "test_h", "test_i", "test_j"],
        ["ada", "7.5", "20", "2.5", "5", "0", "0", "0"],
        ["eve", "", "", "", "", "", "", ""],
    ]


def test_csv_says_what_is_known_of_people() -> None:
    """Names, e-mails, times and who did not submit stand behind the tasks, safe from being taken for formulas."""
    people = {
        "ada": Person("=Ada", "ada@x.edu", "2023-12-04T05:26:26+00:00", late=True),
        "eve": Person(),
        "mia": Person("Mia", absent=True),
    }
    header, ada, eve, mia = read_csv(render_csv([ADA], ["eve"], people))
    assert header[3:] == [*(f"test_{letter}" for letter in "fghij"), "name", "email", "submitted_at", "late", "status"]
    assert ada[-5:] == ["'=Ada", "ada@x.edu", "2023-12-04T05:26:26+00:00", "yes", "graded"]
    assert eve == ["eve", *[""] * 11, "not graded"]
    assert mia == ["mia", *[""] * 7, "Mia", "", "", "", "not submitted"]


def test_csv_of_nobody() -> None:
    """A class of which nobody could be graded still names its students."""
    assert read_csv(render_csv([], ["eve"])) == [["student", "score", "points"], ["eve", "", ""]]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-2", "@SUM(A1)", "\uff1d1+1", "\ufeff=1"])
def test_csv_has_no_formula(name: str) -> None:
    """A student's name is never a formula to a spreadsheet, graded or not."""
    rows = read_csv(render_csv([make_report(name, make_test("test_f", Outcome.PASSED, 5))], [name]))
    assert [row[0] for row in rows[1:]] == [f"'{name}"] * 2


@given(st.floats(0, 2000).map(lambda score: round(score, 6)))
def test_csv_says_the_reports_score(score: float) -> None:
    """The score in grades.csv is the score in the results, to the last digit that they keep."""
    report = make_report("ada", make_test("test_f", Outcome.PASSED, score), points=2000)
    row = read_csv(render_csv([report], []))[1]
    assert (float(row[1]), float(row[3])) == (report.score, score)


@given(st.lists(st.text("abc,;\"'é. ", min_size=1, max_size=8), unique=True, max_size=4))
def test_csv_keeps_names(names: list[str]) -> None:
    """Commas, quotes and letters of any language in a name do not shift a cell."""
    rows = read_csv(render_csv([make_report(name, make_test("test_f", Outcome.PASSED, 5)) for name in names], []))
    assert [row[0] for row in rows[1:]] == names


def test_losses_are_counted() -> None:
    """What a student lost points to is said by kind, with counts."""
    assert summarise_losses(ADA) == "failed 1, not counted 1, timeout 2"
    assert summarise_losses(make_report("bea", make_test("test_f", Outcome.PASSED, 5))) == ""


def print_table(reports: list[GradeReport], ungraded: list[str]) -> list[str]:
    """The lines that a terminal of 100 columns shows."""
    console = Console(file=io.StringIO(), width=100)
    console.print(render_table(reports, ungraded))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_table_has_a_row_a_student() -> None:
    """The table names the assignment, each student's score and losses, and who could not be graded."""
    lines = print_table([ADA], ["eve"])
    assert lines[0].strip() == "Small steps (20 points)"
    (ada,) = (line.split("│") for line in lines if "ada" in line)
    assert [cell.strip() for cell in ada[1:-1]] == ["ada", "7.5", "2", "6", "failed 1, not counted 1, timeout 2"]
    (eve,) = (line.split("│") for line in lines if "eve" in line)
    assert [cell.strip() for cell in eve[1:-1]] == ["eve", "-", "-", "-", "not graded: our fault or the machine's"]


def test_table_of_nobody() -> None:
    """A class of which nobody could be graded has a table, without a title."""
    assert any("not graded" in line for line in print_table([], ["eve"]))


def test_a_test_worth_nothing_can_be_passed() -> None:
    """A passed test of no points counts as passed in the table."""
    free = make_test("test_f", Outcome.PASSED, 0)
    (row,) = (line.split("│") for line in print_table([make_report("ada", free)], []) if "ada" in line)
    assert [cell.strip() for cell in row[3:5]] == ["1", "1"]


def test_what_a_ta_decided_is_no_loss_of_the_students() -> None:
    """Overridden and void tests are counted by themselves, an unblocked one as it ended."""
    actions = {
        "points": Outcome.FAILED,
        "void-give": Outcome.ERROR,
        "void-drop": Outcome.PASSED,
        "unblocked": Outcome.PASSED,
    }
    tests = [
        make_test(f"test_{place}", outcome).model_copy(
            update={"override": Override.model_validate({"action": action, "reason": "r", "machine_score": 0})}
        )
        for place, (action, outcome) in enumerate(actions.items())
    ]
    assert summarise_losses(make_report("ada", *tests)) == "overridden 1, void 2"
