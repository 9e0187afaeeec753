"""Tests of autograder.checks.raises: the right exception is returned, and others are failures that name little."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.checks import CheckFailure, close, raises
from autograder.errors import GraderError


class TheirError(Exception):
    """An exception of the student's."""


def throw(error: BaseException, **unused: Any) -> None:
    """Raise it."""
    raise error


def sentence(*arguments: Any) -> str:
    """What raises finds; fails if it finds nothing."""
    with pytest.raises(CheckFailure) as caught:
        raises(*arguments)
    assert caught.value.finding.check == "raises"
    return caught.value.finding.sentence()


def test_the_exception_is_returned() -> None:
    """One of the kinds, or of a class that derives from one, passes and comes back."""
    error = ValueError("X is empty")
    assert raises(ValueError, throw, error) is error
    assert raises((KeyError, ValueError), throw, error) is error
    assert raises(LookupError, throw, KeyError("a"), note="kept").args == ("a",)
    assert isinstance(raises(TheirError, throw, TheirError()), TheirError)


def test_arguments_are_passed_on() -> None:
    """Keywords go to the function, whatever they are called."""
    raises(TypeError, throw, kinds=1, function=2)
    assert raises(ValueError, int, "12", base=2)


def test_no_exception_is_a_failure() -> None:
    """A call that returns fails, and the kinds are named."""
    assert sentence(ValueError, int, "1") == "The call raised no exception where ValueError was expected."
    assert sentence((ValueError, KeyError), int, "1").endswith("where ValueError or KeyError was expected.")


def test_another_exception_is_a_failure() -> None:
    """Only a builtin class is named: another's name could carry an input away."""
    assert sentence(ValueError, throw, KeyError()) == "The call raised KeyError where ValueError was expected."
    assert sentence(ValueError, throw, TheirError("0.3")).startswith("The call raised another exception where")
    posing = type("KeyError", (Exception,), {})
    assert sentence(ValueError, throw, posing()).startswith("The call raised another exception where")


def test_the_cause_is_kept_for_the_ta() -> None:
    """The student's own exception is the failure's cause, so that its traceback is not lost."""
    error = KeyError("a")
    with pytest.raises(CheckFailure) as caught:
        raises(ValueError, throw, error)
    assert caught.value.__cause__ is error


def test_a_strange_class_has_no_name() -> None:
    """An expected class whose name is no plain identifier is not named."""
    strange = type("X was 0.3", (Exception,), {})
    assert sentence(strange, int, "1") == "The call raised no exception where an exception was expected."


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1), pytest.fail.Exception("no")], ids=repr)
def test_what_is_no_exception_passes_through(error: BaseException) -> None:
    """An interrupt, an exit and pytest's own outcomes are not caught, even where any Exception would do."""
    with pytest.raises(type(error)) as caught:
        raises(Exception, throw, error)
    assert caught.value is error


def test_our_own_errors_pass_through() -> None:
    """A fault of the grader's, and a check inside the call, are not the student's exception."""
    with pytest.raises(GraderError):
        raises(ValueError, throw, GraderError("ours"))
    with pytest.raises(CheckFailure) as caught:
        raises(ValueError, close, 1.0, 2.0)
    assert caught.value.finding.check == "close"
