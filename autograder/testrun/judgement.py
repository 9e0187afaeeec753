"""One test's reports and what its submission met -> its result. Fail closed: only three clean phases are a pass."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.checks.failure import CheckFailure
from autograder.printable import clean_text
from autograder.proxy.account import ArgumentChangedError, SandboxLostError, TestUse
from autograder.proxy.client import clean
from autograder.proxy.exceptions import StudentError, student_error
from autograder.proxy.inputs import write_calls
from autograder.proxy.passed_over import place
from autograder.verdict import IMPORT_FAILED, Outcome, TestResult

_MAX_DETAIL = 20_000
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]{6,}")
_UPWARD = re.compile(r"^(?:\.\.[/\\])+[^:\n]+(?=:\d+:)", re.MULTILINE)  # pytest's way to a file that is nearer than /
# longest first, so that a folder in another is taken away whole
_FOLDERS = sorted(
    {
        f"{folder.rstrip('/')}/"
        for place in (*map(sysconfig.get_path, ("purelib", "platlib", "stdlib")), sys.prefix, sys.base_prefix)
        for folder in (place, os.path.realpath(place))
    }
    | {f"{Path(__file__).parents[2]}/"},
    key=len,
    reverse=True,
)


@dataclass(frozen=True)
class Subtests:
    """What a test's subtests came to.

    `total` is how many the reference passed, and `passed` that number less those that failed or are not there: further
    ones that pass make up for nothing.
    """

    passed: int
    total: int
    reports: tuple[pytest.TestReport, ...]


def judge_test(
    nodeid: str,
    reports: list[pytest.TestReport],
    error: BaseException | None,
    use: TestUse,
    subtests: Subtests | None,
    printed: str,
    seed: str,
) -> TestResult:
    """What the test came to.

    Args:
        nodeid: the test.
        reports: pytest's reports of its phases.
        error: the exception that ended it, if one did.
        use: what the proxy saw; it counts whatever the test's body made of it.
        subtests: what its subtests came to, if it has any.
        printed: what the student's code printed.
        seed: of the test's generator.
    """
    outcome, summary = _judge(reports, error, use)
    credit = 1.0 if outcome is Outcome.PASSED else 0.0
    if subtests is not None and subtests.passed < subtests.total and outcome is Outcome.PASSED:
        credit = subtests.passed / subtests.total
        outcome = Outcome.PARTIAL if credit else Outcome.FAILED
        summary = f"{subtests.passed} of {subtests.total} parts passed."
    from_student = student_error(error) if outcome in (Outcome.ERROR, Outcome.MEMORY, Outcome.CRASHED) else None
    detail = "" if use.lost is not None else "\n".join(r.longreprtext for r in _failures(reports, subtests))
    if from_student is not None and from_student.traceback:
        detail += f"\n\nIn the submission:\n{from_student.traceback}"
    return TestResult(
        nodeid=nodeid,
        outcome=outcome,
        credit=credit,
        subtests=subtests.passed if subtests is not None else 0,
        summary=summary,
        exception=from_student.headline if from_student else "",
        frame=from_student.frame if from_student else None,
        detail=tidy(detail.strip()) if detail else "",
        evidence=tuple(use.evidence),
        printed=printed,
        seed=seed,
        asked=tuple(sorted(use.asked)),
        calls=() if outcome is Outcome.PASSED else write_calls(list(use.calls)),
        tolerance_used=use.tolerance_used,
        measured=dict(use.measured) if outcome is Outcome.PASSED else {},
        cpu_s=use.cpu_s,
        wall_s=use.wall_s,
    )


def _failures(reports: list[pytest.TestReport], subtests: Subtests | None) -> list[pytest.TestReport]:
    return [report for report in (*(subtests.reports if subtests else ()), *reports) if report.failed]


def tidy(detail: str) -> str:
    """A traceback that is the same wherever and whenever it came about, and safe to show.

    Without folders and memory addresses of this machine's; pytest's comparisons quote what the student's code returned,
    so control characters go as well.
    """
    return clean_text(_ADDRESS.sub(" at 0x...", hide_paths(detail)), _MAX_DETAIL)


def hide_paths(text: str) -> str:
    """A traceback without the machine's folders: installed files by their name from site-packages or lib on."""
    text = _UPWARD.sub(lambda found: _resolve(found[0]), text)
    for folder in _FOLDERS:
        text = text.replace(folder, "")
    return text


def _resolve(path: str) -> str:
    """The absolute path of an installed file that pytest wrote relative to the suite; any other text as it is."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - Path.resolve would follow links, and ask the disk
    return absolute if absolute.startswith(tuple(_FOLDERS)) else path


def _judge(reports: list[pytest.TestReport], error: BaseException | None, use: TestUse) -> tuple[Outcome, str]:
    lost = use.lost if use.lost is not None else error if isinstance(error, SandboxLostError) else None
    if lost is not None:
        return lost.outcome, IMPORT_FAILED if lost.at_import else sentence(lost.sentence)
    if use.missing:
        return Outcome.MISSING, f"{use.missing} is not defined in the submission{use.missing_why}."
    if use.changed:
        return Outcome.FAILED, f"{use.changed} was changed by the call; work on a copy."
    if use.asserted:
        return Outcome.FAILED, ""
    if _all_passed(reports):
        return Outcome.PASSED, ""
    from_student = student_error(error)
    if from_student is not None:
        return _judge_student_error(error, from_student)
    if isinstance(error, CheckFailure):
        return Outcome.FAILED, error.finding.sentence()
    if error is None or isinstance(error, (AssertionError, ArgumentChangedError)):
        return Outcome.FAILED, ""
    if isinstance(error, pytest.fail.Exception):
        return Outcome.FAILED, ""
    return Outcome.FAILED, "What your code returned could not be used in this check."


def _all_passed(reports: list[pytest.TestReport]) -> bool:
    """Set-up, call and tear-down each reported, once, as passed; a skipped or expected failure is not a pass."""
    phases = [report.when for report in reports]
    return phases == ["setup", "call", "teardown"] and all(
        report.outcome == "passed" and not hasattr(report, "wasxfail") for report in reports
    )


def _judge_student_error(error: BaseException | None, described: StudentError) -> tuple[Outcome, str]:
    where = ""
    if described.frame is not None:
        where = f" ({place(clean(described.frame.file), described.frame.line)})"
    if isinstance(error, SystemExit):
        return Outcome.CRASHED, f"Your code called exit{where}."
    if isinstance(error, MemoryError):
        return Outcome.MEMORY, f"Your code ran out of memory{where}."
    if isinstance(error, NotImplementedError):
        return Outcome.ERROR, f"Your code raised NotImplementedError{where}: it is not written yet."
    # A class of the student's own is named by its nearest builtin class: a name could carry a test's input away.
    return Outcome.ERROR, f"Your code raised {described.builtin}{where}."


def sentence(text: str) -> str:
    """A sentence of the proxy's with a capital letter."""
    return text[:1].upper() + text[1:]
