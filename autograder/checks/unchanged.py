"""unchanged: arguments that a call must leave as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import numpy as np

from autograder.checks.close import as_numbers, is_tensor
from autograder.checks.failure import Place, is_one_of
from autograder.errors import SpecError

_PLAIN: Final = (type(None), bool, int, str, bytes)
_MAX_DEPTH: Final = 16


@contextmanager
def unchanged(*arguments: Any, names: Sequence[str] = ()) -> Iterator[None]:
    """Fail if an argument is not, bit by bit, what it was before the block: NaN equals itself, and 0.0 is not -0.0.

    "No function changes its arguments" is a convention of every assignment (assignments.md). An exception in the
    block goes its way and nothing is compared.

    Args:
        *arguments: arrays or torch tensors of any shape and numeric dtype, numbers, strings, or lists, tuples and
            dicts of them.
        names: what the student calls the arguments: literals, shown. By default "argument 1" and so on.

    Raises:
        CheckFailure: one was changed.
        SpecError: an argument is of another type, or names and arguments differ in number.
    """
    if names and len(names) != len(arguments):
        raise SpecError(f"names has {len(names)} names for {len(arguments)} arguments; give one for each.")
    before = [_contents(argument, 0) for argument in arguments]
    yield
    for number, (argument, content) in enumerate(zip(arguments, before, strict=True)):
        if not _still(argument, content):
            Place("unchanged", names[number] if names else f"argument {number + 1}").fail("changed")


def _still(argument: Any, content: tuple[Any, ...]) -> bool:
    try:
        return _contents(argument, 0) == content
    except SpecError:  # it now holds something that could not have been there
        return False


def _contents(value: Any, depth: int) -> tuple[Any, ...]:
    """The value, bit by bit, as nested tuples of plain data."""
    kind = type(value)
    if depth > _MAX_DEPTH:
        raise SpecError("unchanged looks at arguments to a depth of 16; pass their parts.")
    if kind is list or kind is tuple:
        return (kind, *(_contents(item, depth + 1) for item in value))
    if kind is dict:
        return (kind, *((_contents(key, depth + 1), _contents(item, depth + 1)) for key, item in value.items()))
    if is_one_of(kind, _PLAIN):
        return kind, value
    if is_one_of(kind, (float, complex)) or issubclass(kind, np.ndarray | np.generic) or is_tensor(kind):
        return kind, *_bits(value)
    raise SpecError(f"unchanged compares arrays, tensors, numbers, lists and dicts, not a {kind.__name__}.")


def _bits(value: Any) -> tuple[str, tuple[int, ...], bytes]:
    numbers = as_numbers(value, Place("unchanged", "argument")) if is_tensor(type(value)) else np.asarray(value)
    if numbers.dtype.hasobject:
        raise SpecError("unchanged compares bits, which an array of objects does not have; pass a list.")
    return numbers.dtype.str, numbers.shape, numbers.tobytes()
