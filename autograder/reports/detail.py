"""One submission in full, for the TA's terminal: all its tests, or one of them.

Much of it is text of the student's, or made from it: it is cleaned once more here, and none of it is markup.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from autograder.printable import clean_text
from autograder.reports.feedback import describe_override, describe_score, describe_test
from autograder.verdict import ExpectedTest, GradeReport, Outcome, RecordedCall, ScoredTest, TestResult

_MAX_CHARS: Final = 40_000
_LINE_CHARS: Final = 120
_STYLES: Final = {"passed": "green", "deferred": "yellow"}


def render_submission(report: GradeReport) -> Group:
    """The score, a row a test, and what was said and seen once for all of them."""
    table = Table(header_style="bold")
    table.add_column("test", overflow="fold")
    table.add_column("outcome")
    table.add_column("points", justify="right")
    table.add_column("why", overflow="fold")
    for test in report.tests:
        points = f"{'-' if test.waiting else f'{test.score:g}'} of {test.points:g}"
        table.add_row(_line(test.expected.nodeid), _outcome(test), points, _line(explain_briefly(test)))
    parts: list[Any] = [_heading(describe_grade(report)), table]
    for title, lines in (("Notes", report.notes), ("Evidence", report.evidence)):
        if lines:
            parts += [_heading(title), *(_line(line) for line in lines)]
    return Group(*parts)


def describe_grade(report: GradeReport) -> str:
    """`ada: 14 of 20 (Small steps)`, and what the machine alone gave where a TA decided otherwise."""
    machine = report.machine
    without = f"; {machine.score:g} of {machine.points:g} without overrides" if machine is not None else ""
    return f"{report.student}: {describe_score(report)} ({report.title}{without})"


def explain_briefly(test: ScoredTest) -> str:
    """Why a test is not paid, in a line: a TA's word, the sentence for the student, or what the traceback ends with."""
    if test.override is not None:
        return describe_override(test)
    if test.blocked_by:
        return f"pays only if {test.blocked_by} passes"
    if test.waits_for not in ("", test.expected.function):
        return f"pays when {test.waits_for} passes, which is put off"
    if test.result.outcome is Outcome.PASSED:
        return ""
    lines = [line[1:].strip() for line in test.result.detail.splitlines() if line.startswith("E ")]
    raised = [line for line in lines if line and line != "AssertionError:"]
    return test.result.summary or next(iter(raised), "")


def render_test(report: GradeReport, test: ScoredTest, replay: str) -> Group:
    """Everything about one test; `replay` is the command that runs it again, or why there is none."""
    parts: list[Any] = [_heading(f"{report.student}: {test.expected.nodeid}")]
    parts.append(_facts(test))
    for title, text in _sections(report, test):
        if text.strip():
            parts += [Text(), _heading(title), _text(text.strip("\n"))]
    parts += [Text(), _heading("Run it again"), _text(replay)]
    return Group(*parts)


def render_result(result: TestResult) -> Group:
    """What a test came to when it was run by itself."""
    parts: list[Any] = [_heading(f"{result.nodeid}: {result.outcome.label}")]
    sections = [
        ("Message", result.summary),
        ("Traceback", result.detail),
        ("Inputs", describe_calls(result.calls)),
        ("Printed", result.printed),
        ("Evidence", "\n".join(result.evidence)),
    ]
    for title, text in sections:
        if text.strip():
            parts += [Text(), _heading(title), _text(text.strip("\n"))]
    return Group(*parts)


def describe_calls(calls: tuple[RecordedCall, ...]) -> str:
    """The last calls of the student's code, the last one last, an argument a line."""
    lines = []
    for call in calls:
        lines.append(f"{call.function}({'' if call.arguments else ')'}")
        lines += [f"    {name} = {value}" for name, value in call.arguments]
        lines += [")"] if call.arguments else []
    return "\n".join(lines)


def _sections(report: GradeReport, test: ScoredTest) -> Iterator[tuple[str, str]]:
    result = test.result
    yield "Override", describe_override(test)
    yield "What the student reads", describe_test(test)
    yield "Traceback", result.detail
    yield "Inputs (the last calls of the student's code)", describe_calls(result.calls)
    yield "Printed by the student's code", result.printed
    yield "Evidence", "\n".join(result.evidence)
    yield "Notes on the submission", "\n".join(report.notes)


def _facts(test: ScoredTest) -> Table:
    expected, result = test.expected, test.result
    table = Table.grid(padding=(0, 2))
    rows = {
        "checks": expected.title,
        "suite": "public" if expected.public else f"hidden, {expected.visibility}",
        "outcome": test.label,
        "needs": _needs(expected),
        "ran on": result.device,
        "points": f"{test.score:g} of {test.points:g}",
        "requires": ", ".join(expected.requires),
        "held back by": test.blocked_by,
        "waits for": test.waits_for,
        "seed": result.seed,
        "time": f"{result.cpu_s:.3f} s CPU, {result.wall_s:.3f} s wall",
    }
    for name, value in rows.items():
        if value:
            table.add_row(Text(name, style="bold"), _line(value))
    return table


def _outcome(test: ScoredTest) -> Text:
    return Text(test.label, style=_STYLES.get(test.label, "red"))


def _needs(expected: ExpectedTest) -> str:
    """GPUs, in words; empty where it needs none."""
    if not expected.gpus:
        return ""
    memory = f" with {expected.gpu_memory_gib:g} GiB free" if expected.gpu_memory_gib else ""
    return f"{expected.gpus} {'GPU' if expected.gpus == 1 else 'GPUs'}{memory}"


def _heading(text: str) -> Text:
    return Text(clean_text(text, _LINE_CHARS * 4).replace("\n", " "), style="bold")


def _line(text: str) -> Text:
    return Text(clean_text(text, 2000).replace("\n", " "))


def _text(text: str) -> Text:
    return Text(clean_text(text, _MAX_CHARS))
