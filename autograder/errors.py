"""Whose fault it is: three kinds of error, and the one place that turns them into exit codes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

EXIT_OK: Final = 0
EXIT_UNGRADED: Final = 1
EXIT_NOT_PASSED: Final = 1
EXIT_USAGE: Final = 2
EXIT_INTERRUPTED: Final = 130


class AutograderError(Exception):
    """An error with one sentence for the user: what is wrong, where, and what to do."""

    exit_code = EXIT_UNGRADED


class SubmissionError(AutograderError):
    """The student's: this one submission cannot be read; the class goes on."""


class SpecError(AutograderError):
    """The author's or the caller's: a wrong path, a broken assignment.toml, a suite that cannot be collected."""

    exit_code = EXIT_USAGE


class GraderError(AutograderError):
    """Ours or the machine's: never a score."""


def exit_code(error: BaseException) -> int:
    """The process's exit code for an error that reached the top."""
    if isinstance(error, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    if isinstance(error, AutograderError):
        return error.exit_code
    return EXIT_UNGRADED


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """How a sentence about an unknown word ends: with the word that was probably meant, else with those there are."""
    known = list(known)
    close = difflib.get_close_matches(word, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    more = f" and {len(known) - 20} more" if len(known) > 20 else ""
    return f"; known are {', '.join(known[:20])}{more}." if known else "; there are none."
