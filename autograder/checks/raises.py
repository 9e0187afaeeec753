"""raises: a call that must raise."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from autograder.checks.failure import CheckFailure, Place
from autograder.errors import AutograderError

Kinds = type[Exception] | tuple[type[Exception], ...]


def raises(kinds: Kinds, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Exception:
    """Fail unless function(*args, **kwargs) raises one of kinds.

    Args:
        kinds: an exception class or a tuple of them.
        function: the student's.
        *args: its arguments.
        **kwargs: its keyword arguments.

    Returns:
        The exception, as pytest.raises gives it by `.value`.

    Raises:
        CheckFailure: it returns, or raises an exception of another class, which is named only if it is builtin.
    """
    __tracebackhide__ = True
    wanted = kinds if isinstance(kinds, tuple) else (kinds,)
    place, names = Place("raises", "The call"), tuple(_name(kind) for kind in wanted)
    try:
        function(*args, **kwargs)
    except wanted as error:
        return error
    except (CheckFailure, AutograderError):  # a check inside the call, or a fault of ours: not the student's exception
        raise
    except Exception as error:  # whatever the student's code raised, kept as the cause for the TA
        failure = place.failure("other exception", got_type=_builtin_name(error), expected_types=names)
        raise failure from error
    raise place.failure("no exception", expected_types=names)


def _builtin_name(error: Exception) -> str:
    name = type(error).__name__
    return name if getattr(builtins, name, None) is type(error) else ""


def _name(kind: type[Exception]) -> str:
    """A class's name where it can be shown: a class of the student's may be called anything."""
    return (
        kind.__name__ if kind.__name__.isascii() and kind.__name__.isidentifier() and len(kind.__name__) <= 40 else ""
    )
