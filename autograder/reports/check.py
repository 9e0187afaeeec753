"""A check for the terminal: the public tests in a table, then what is to be mended, test by test."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.reports.feedback import describe_test
from autograder.verdict import IMPORT_FAILED, CheckReport, Outcome, ScoredTest

_MAX_PRINTED_LINES: Final = 20
_STYLES: Final = {Outcome.PASSED: "green", Outcome.DEFERRED: "yellow", Outcome.PARTIAL: "yellow"}


def print_check(report: CheckReport, console: Console) -> None:
    """The whole of it."""
    console.print(render_check(report))
    for note in report.notes:
        _print_text(console, f"note: {note}", "yellow")
    for test in report.tests:
        text = describe_failure(test, report.quotes.get(test.expected.nodeid, ""))
        if text:
            console.print()
            _print_text(console, f"{test.expected.title} ({_verdict(test)})", "bold")
            _print_text(console, text)
    console.print()
    _print_text(console, summarise_check(report), "bold")


def _print_text(console: Console, text: str, style: str | None = None) -> None:
    console.print(escape(text), style=style, highlight=False, soft_wrap=True)


def render_check(report: CheckReport) -> Table:
    """A row a test: its title, points and verdict."""
    table = Table(title=f"{escape(report.title)}: public tests", title_justify="left", header_style="bold")
    table.add_column("test")
    has_points = _points(report) > 0
    if has_points:
        table.add_column("points", justify="right")
    table.add_column("verdict")
    for test in report.tests:
        style = "red" if test.blocked_by else "yellow" if test.waits_for else _STYLES.get(test.result.outcome, "red")
        points = (f"{test.score:g} of {test.expected.points:g}",) if has_points else ()
        table.add_row(escape(test.expected.title), *points, f"[{style}]{_verdict(test)}[/]")
    return table


def describe_failure(test: ScoredTest, quote: str) -> str:
    """What was checked, what was wrong, the student's line and what they printed; empty where nothing was wrong."""
    text = describe_test(test)
    if not text or test.result.summary == IMPORT_FAILED:  # that is said once, above
        return ""
    first, _, rest = text.partition("\n")
    parts = [first, f"Your line: {quote}" if quote else "", rest, _printed(test.result.printed)]
    return _indent("\n".join(part for part in parts if part))


def _printed(text: str) -> str:
    lines = text.rstrip().splitlines()
    if not lines:
        return ""
    more = [f"... ({len(lines) - _MAX_PRINTED_LINES} more lines)"] if len(lines) > _MAX_PRINTED_LINES else []
    return "\n".join(["Printed by your code:", *(f"  {line}" for line in lines[:_MAX_PRINTED_LINES]), *more])


def _indent(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())


def summarise_check(report: CheckReport) -> str:
    """The last lines: how many passed, the public points, and that this is not the grade."""
    passed = sum(test.result.outcome is Outcome.PASSED and not test.blocked_by for test in report.tests)
    parts = [f"{passed} of {len(report.tests)} public tests passed"]
    points = _points(report)
    if points > 0:
        score = round(sum(test.score for test in report.tests), 6)
        parts.append(f"{score:g} of {points:g} public points")
    return (
        f"{', '.join(parts)}. Hidden tests count too: the assignment is worth {report.total_points:g} points, and "
        "these tests are a part of it."
    )


def _points(report: CheckReport) -> float:
    return round(sum(test.expected.points for test in report.tests), 6)


def _verdict(test: ScoredTest) -> str:
    return test.label
