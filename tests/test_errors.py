"""Tests of autograder.errors."""

from __future__ import annotations

import pytest

from autograder.errors import (
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_UNGRADED,
    EXIT_USAGE,
    AutograderError,
    GraderError,
    SpecError,
    SubmissionError,
    exit_code,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SubmissionError("theirs"), 1),
        (SpecError("the author's"), 2),
        (GraderError("ours"), 1),
        (KeyboardInterrupt(), 130),
        (RuntimeError("nobody foresaw it"), 1),
        (MemoryError(), 1),
    ],
)
def test_exit_code_by_fault(error: BaseException, code: int) -> None:
    """Whose fault an error is decides the process's exit code."""
    assert exit_code(error) == code


def test_exit_codes_are_the_documented_ones() -> None:
    """The four exit codes are those that `grade --help` promises."""
    assert (EXIT_OK, EXIT_UNGRADED, EXIT_USAGE, EXIT_INTERRUPTED) == (0, 1, 2, 130)


def test_no_error_ends_as_success() -> None:
    """No kind of error of ours, nor a new one that forgets its exit code, ends as success."""
    new_kind = type("NewError", (AutograderError,), {})
    kinds = [AutograderError, new_kind]
    for kind in kinds:
        kinds += kind.__subclasses__()
    assert {SubmissionError, SpecError, GraderError} < set(kinds)
    assert all(exit_code(kind("a sentence")) != EXIT_OK for kind in kinds)


def test_the_sentence_is_the_message() -> None:
    """An error's text is its sentence, as the command prints it."""
    assert str(SpecError("x.toml is missing; write it.")) == "x.toml is missing; write it."
