"""A report by the cells of nbgrader's notebook: what each test cell earns, and the text that stands under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from autograder.reports.feedback import describe_report, describe_test
from autograder.verdict import GradeReport, Outcome, ScoredTest

_UNSETTLED: Final = frozenset({Outcome.DEFERRED, Outcome.FAULT, Outcome.INVALID})
_MAX_CHARS: Final = 40_000  # of a cell


@dataclass(frozen=True)
class CellGrade:
    """What one test cell comes to.

    Attributes:
        score: of those of its tests that are settled.
        points: the most that it can be worth.
        is_settled: whether all its tests were judged; if not, its score is not final.
        text: what stands under it, for student and TA.
    """

    score: float
    points: float
    is_settled: bool
    text: str


def grade_cells(report: GradeReport, places: Mapping[str, str]) -> dict[str, CellGrade]:
    """The grade of each test cell, by its name.

    Args:
        report: the submission's.
        places: the name of the cell of each test, by node id.
    """
    tests: dict[str, list[ScoredTest]] = {}
    for test in report.tests:
        tests.setdefault(places[test.expected.nodeid], []).append(test)
    return {cell: _grade_cell(own) for cell, own in tests.items()}


def describe_whole(report: GradeReport) -> str:
    """What stands at the top of the notebook: the score of the tests, and the notes on what was handed in."""
    lines = [f"The tests give {report.score:g} of {report.points:g} points; what is graded by hand comes on top."]
    if any(_is_open(test) for test in report.tests):
        lines.append("Some tests are put off; their points are not counted yet.")
    return _clean("\n".join((*lines, describe_report(report))).strip())


def _grade_cell(tests: list[ScoredTest]) -> CellGrade:
    return CellGrade(
        score=round(sum(test.score for test in tests), 6),
        points=round(sum(test.points for test in tests), 6),
        is_settled=not any(_is_open(test) for test in tests),
        text=_clean("\n".join(_describe(test) for test in tests)),
    )


def _is_open(test: ScoredTest) -> bool:
    return test.is_shown and (test.result.outcome in _UNSETTLED or test.waiting > 0) and test.override is None


def _describe(test: ScoredTest) -> str:
    """A line with the verdict, and below it what the student is told; nothing of a test that students never see."""
    if test.expected.visibility == "hidden":
        return "A test that is not shown."
    verdict = test.label
    points = "not counted yet" if _is_open(test) else f"{test.score:g} of {test.points:g}"
    first = f"[{verdict}, {points}] {test.expected.title}"
    told = describe_test(test).strip("\n")
    return "\n".join((first, *(f"    {line}".rstrip() for line in told.splitlines())))


def _clean(text: str) -> str:
    """Text that no terminal, and no converter of terminal codes, takes for anything but text."""
    lines = (
        "".join(sign if sign.isprintable() or sign == "\t" else "?" for sign in line) for line in text.splitlines()
    )
    whole = "\n".join(lines)
    return whole if len(whole) <= _MAX_CHARS else whole[:_MAX_CHARS] + "\n(cut here)"
