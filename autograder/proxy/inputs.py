"""The inputs of a call as a TA reads them: taken when the call is made, and written if its test fails.

To take one costs a few microseconds; nothing of a value is kept but its first entries.
"""

from __future__ import annotations

import itertools
from typing import Any, Final, NamedTuple

import numpy as np

from autograder.printable import clean_text
from autograder.proxy.handles import Handle, Mirror, reference_of
from autograder.verdict import RecordedCall

KEPT_CALLS: Final = 3
MAX_RECORD_CHARS: Final = 2048
_FIRST: Final = 8
_DEPTH: Final = 2
_TEXT_CHARS: Final = 80
_ARGUMENT_CHARS: Final = 300
_BRACKETS: Final[dict[type, str]] = {list: "[]", tuple: "()", set: "{}", frozenset: "{}"}


class _Array(NamedTuple):
    kind: str
    dtype: Any
    shape: tuple[int, ...]
    first: Any
    size: int


class _Items(NamedTuple):
    brackets: str
    first: list[Any]
    size: int


class TakenCall(NamedTuple):
    """A call's inputs as they were when it was made."""

    function: str
    names: list[str]
    positional: list[Any]
    by_name: dict[str, Any]


def take_call(function: str, names: list[str], args: tuple[Any, ...], kwargs: dict[str, Any]) -> TakenCall:
    """Take down a call before it is made.

    Args:
        function: what is called.
        names: the reference's parameters, as far as they are known.
        args: the positional arguments; nothing of a student's object among them is asked.
        kwargs: the others.
    """
    positional = [_take(value, _DEPTH) for value in args]
    return TakenCall(function, names, positional, {name: _take(value, _DEPTH) for name, value in kwargs.items()})


def write_calls(calls: list[TakenCall]) -> tuple[RecordedCall, ...]:
    """The calls as text, the last one last; all that does not fit into a screen is left out, the oldest first."""
    room = MAX_RECORD_CHARS
    written: list[RecordedCall] = []
    for call in reversed(calls):
        record, used = _write_call(call, room)
        if written and used > room:
            break
        written.insert(0, record)
        room -= used
    return tuple(written)


def _write_call(call: TakenCall, room: int) -> tuple[RecordedCall, int]:
    function = clean_text(call.function, _TEXT_CHARS).replace("\n", " ")
    used = len(function)
    taken = [*zip(_name_places(call), call.positional, strict=True), *call.by_name.items()]
    arguments: list[tuple[str, str]] = []
    for name, value in taken:
        text = _cut(_write(value), _ARGUMENT_CHARS)
        if used + len(name) + len(text) > room - 20:
            arguments.append(("...", f"{len(taken) - len(arguments)} more"))
            used += 20
            break
        arguments.append((name, text))
        used += len(name) + len(text)
    return RecordedCall(function=function, arguments=tuple(arguments)), used


def _name_places(call: TakenCall) -> list[str]:
    known = call.names[: len(call.positional)]
    return known + [f"argument {place + 1}" for place in range(len(known), len(call.positional))]


def _take(value: Any, depth: int) -> Any:
    """What is kept of a value: plain scalars as they are, of anything else its description."""
    kind = type(value)
    if value is None or kind in (bool, int, float, complex):
        return value
    if kind is str or kind is bytes:
        return value[: _TEXT_CHARS + 1]
    if kind is np.ndarray:
        return _Array("array", value.dtype, value.shape, value.flat[:_FIRST], value.size)
    if kind in _BRACKETS:
        return _Items(_BRACKETS[kind], _take_first(value, depth), len(value))
    if isinstance(value, dict):
        keys = list(itertools.islice(value, _FIRST)) if depth else []
        return _Items("{}", [(key, _take(value[key], depth - 1)) for key in keys], len(value))
    if isinstance(value, np.generic):
        return value
    return _take_other(value, kind)


def _take_first(value: Any, depth: int) -> list[Any]:
    return [_take(item, depth - 1) for item in itertools.islice(value, _FIRST)] if depth else []


def _take_other(value: Any, kind: type) -> Any:
    """Tensors, functions and objects of the student's, of whom nothing is asked."""
    if isinstance(value, Handle):
        return _Text(f"<the student's {reference_of(value).type_name}>")
    if isinstance(value, Mirror):
        return _Text(f"<the student's class {value.__name__}>")
    if kind is np.random.Generator:
        return _Text(f"a generator over {type(value.bit_generator).__name__}")
    if kind.__module__.partition(".")[0] == "torch" and hasattr(value, "detach"):
        flat = value.detach().reshape(-1)
        return _Array("tensor", value.dtype, tuple(value.shape), flat[:_FIRST].tolist(), flat.shape[0])
    return _Text(f"<{kind.__name__} {getattr(value, '__name__', '')}".rstrip() + ">")


class _Text(str):
    """A description: written as it stands, where a string is quoted."""

    __slots__ = ()


def _write(value: Any) -> str:
    if isinstance(value, _Array):
        return _write_array(value)
    if isinstance(value, _Items):
        return _write_items(value)
    if isinstance(value, _Text):
        return clean_text(value, _TEXT_CHARS).replace("\n", " ")
    if isinstance(value, np.generic):
        return f"{value.dtype} {value.item()!r}"
    return _cut(repr(value), _TEXT_CHARS)


def _write_array(array: _Array) -> str:
    first = array.first if isinstance(array.first, list) else array.first.tolist()
    more = ", ..." if array.size > len(first) else ""
    dtype = str(array.dtype).removeprefix("torch.")
    return f"{array.kind} {dtype} {array.shape}: {', '.join(map(repr, first))}{more}"


def _write_items(items: _Items) -> str:
    parts = [
        f"{part[0]!r}: {_write(part[1])}" if type(part) is tuple else _write(part) for part in items.first
    ]  # fmt: skip
    if items.size > len(parts):
        parts.append(f"... {items.size} in all")
    return f"{items.brackets[0]}{', '.join(parts)}{items.brackets[1]}"


def _cut(text: str, chars: int) -> str:
    text = clean_text(text, chars + 1)
    return text if len(text) <= chars else f"{text[: chars - 3]}..."
