"""How a check fails: a typed finding that a student may read, and an exception that also shows values.

Feedback to a student (product.md) names shapes, dtypes, counts, a power of ten and a cause, and neither an input nor
an answer. So a finding has no field for free text: what the submission can influence is a bounded number or a name
from a closed list, which leaves a student little to smuggle a hidden input out with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, NoReturn

import numpy as np
from pydantic import AfterValidator, Field

from autograder.checks.causes import CAUSES, Array
from autograder.checks.slips import SLIPS
from autograder.checks.tokens import MAX_LENGTH, Reason
from autograder.verdict import Record

CheckName = Literal["close", "shape", "gradient", "raises", "unchanged", "symbolic", "no_warnings"]
Problem = Literal[
    "type",
    "parts",
    "missing part",
    "ragged",
    "contents",
    "size",
    "shape",
    "dtype",
    "nonfinite",
    "values",
    "no exception",
    "other exception",
    "changed",
    "unreadable",
    "undefined",
    "undecided",
    "not equivalent",
    "warned",
]
_MAX_POWER: Final = 16
_MAX_SUBJECT: Final = 80
_MAX_AXES: Final = 8
_MAX_LENGTH: Final = 1_000_000
_MAX_ENTRIES: Final = 5
_TYPES: Final = (
    *(type(None), bool, int, float, complex, str, bytes, bytearray, slice, range, type),
    *(list, tuple, dict, set, frozenset, np.ndarray),
)
_KINDS: Final = {"U": "str", "S": "bytes", "V": "void", "M": "datetime64", "m": "timedelta64"}


def _known_cause(cause: str) -> str:
    if cause and cause not in CAUSES and cause not in SLIPS:
        raise ValueError("not a cause of the closed list")
    return cause


Name = Annotated[str, Field(pattern=r"^([A-Za-z_][A-Za-z0-9_]{0,39})?$")]
Length = Annotated[int, Field(ge=0, le=_MAX_LENGTH)]
Cause = Annotated[str, AfterValidator(_known_cause)]


class Finding(Record):
    """What a check found wrong: enough for a student to go on with, and neither an input nor an answer."""

    check: CheckName
    subject: Annotated[str, Field(min_length=1, max_length=_MAX_SUBJECT)] = "result"
    """What the author calls the thing that was checked."""
    problem: Problem
    got_shape: Annotated[tuple[Length, ...], Field(max_length=_MAX_AXES)] | None = None
    """Of the student's array, or None if it is beyond anything to be shown; for "parts", how many came."""
    expected_shape: tuple[int, ...] | None = None
    got_dtype: Name = ""
    expected_dtype: Name = ""
    """A dtype's name, or "real" or "number" where any such dtype is right."""
    got_type: Name = ""
    """A type's name from a closed list; empty for any other type."""
    expected_types: tuple[Name, ...] = ()
    differing: Annotated[int, Field(ge=0)] = 0
    total: Annotated[int, Field(ge=0)] = 0
    error_power_of_ten: Annotated[int, Field(ge=-_MAX_POWER, le=_MAX_POWER)] | None = None
    """The largest relative error, rounded to a power of ten."""
    cause: Cause = ""
    part: Name = ""
    """The author's name of the symbol or step that the cause speaks of."""
    reason: Reason = ""
    """Why a formula cannot be read."""
    position: Annotated[int, Field(ge=1, le=MAX_LENGTH + 1)] | None = None
    """The character of the student's formula that cannot be read, from 1."""
    symbols: tuple[Name, ...] = ()
    """The variables that a formula may hold."""
    first_wrong: Name = ""
    """The author's name of the first wrong step of a derivation."""

    def sentence(self) -> str:
        """The finding as a student reads it."""
        cause = CAUSES.get(self.cause) or SLIPS.get(self.cause, "").format(part=self.part or "of another step")
        clause = f"; {cause}" if cause else ""
        first = f"; the first wrong step is {self.first_wrong}" if self.first_wrong else ""
        return f"{_SENTENCES[self.problem](self)}{clause}{first}."


@dataclass(frozen=True)
class Entry:
    """One differing entry, for the TA and for public tests."""

    index: tuple[int, ...]
    got: Any
    expected: Any


class CheckFailure(AssertionError):  # noqa: N818 - pytest's word for it: a test that fails is no error
    """A check that failed.

    `finding` may be shown to any student. `str()` also holds up to five differing entries, for the TA and for public
    tests.
    """

    def __init__(self, finding: Finding, entries: tuple[Entry, ...] = ()) -> None:
        super().__init__(finding, entries)
        self.finding = finding
        self.entries = entries

    def __str__(self) -> str:
        return "\n".join([self.finding.sentence(), *_table(self.entries)])


@dataclass(frozen=True)
class Place:
    """Which check looks at what."""

    check: CheckName
    subject: str

    def failure(self, problem: Problem, entries: tuple[Entry, ...] = (), **fields: Any) -> CheckFailure:
        """The failure, to be raised; the fields are Finding's."""
        finding = Finding(check=self.check, subject=self.subject[:_MAX_SUBJECT] or "result", problem=problem, **fields)
        return CheckFailure(finding, entries)

    def fail(self, problem: Problem, entries: tuple[Entry, ...] = (), **fields: Any) -> NoReturn:
        """Raise the failure."""
        __tracebackhide__ = True
        raise self.failure(problem, entries, **fields)

    def at(self, name: str) -> Place:
        """The same check of a part that has a name of its own."""
        return Place(self.check, name)


# What is shown of what came ------------------------------------------------------------------------------------


def shown_shape(shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """A student's shape as far as a finding shows it: None if it is beyond any answer's."""
    return shape if len(shape) <= _MAX_AXES and all(length <= _MAX_LENGTH for length in shape) else None


def power_of_ten(got: Array, expected: Array, scale: float) -> int | None:
    """The largest relative error, rounded to a power of ten from -16 to 16; None beside infinities.

    An error counts against |expected| + scale, so that entries near zero do not decide it.
    """
    if not np.isfinite(expected).all():
        return None
    error = float((np.abs(got - expected) / (np.abs(expected) + scale)).max())
    return max(-_MAX_POWER, min(_MAX_POWER, round(math.log10(error)))) if 0 < error < math.inf else _MAX_POWER


def type_name(value: Any) -> str:
    """The type's name if it is one of a closed list, "subclass" for one of ndarray, or ""."""
    kind = type(value)
    if kind is not np.ndarray and issubclass(kind, np.ndarray):
        return "subclass"
    return kind.__name__ if is_one_of(kind, _TYPES) else ""


def is_one_of(kind: type, kinds: Iterable[type]) -> bool:
    """Whether kind is one of kinds: by identity, as a student's class may have an == of its own."""
    return any(kind is known for known in kinds)


def dtype_name(dtype: np.dtype[Any]) -> str:
    """The dtype's name, for a number's; for any other its kind's."""
    return dtype.name if dtype.kind in "biufc" else _KINDS.get(dtype.kind, "object")


def first_entries(got: Array, expected: Array, wrong: Array) -> tuple[Entry, ...]:
    """The first few entries where wrong holds; the three arrays have one shape."""
    places = [np.unravel_index(flat, wrong.shape) for flat in np.flatnonzero(wrong)[:_MAX_ENTRIES]]
    indices = [tuple(int(part) for part in place) for place in places]
    return tuple(Entry(index, got[index].item(), expected[index].item()) for index in indices)


# Sentences ---------------------------------------------------------------------------------------------------

_WORDS: Final = {
    "": "an object of another type",
    "NoneType": "None",
    "subclass": "an instance of a subclass of ndarray",
}
_DTYPES: Final = {"real": "real numbers were", "number": "numbers were"}


def _article(name: str) -> str:
    return _WORDS.get(name) or f"{'an' if name[0] in 'aeiou' or name == 'ndarray' else 'a'} {name}"


def _shape(shape: tuple[int, ...] | None) -> str:
    return "another shape" if shape is None else f"shape {shape}"


def _shape_sentence(finding: Finding) -> str:
    expected = "a number" if finding.expected_shape == () else f"{finding.expected_shape}"
    return f"{finding.subject} has {_shape(finding.got_shape)} where {expected} was expected"


def _parts_sentence(finding: Finding) -> str:
    got, expected = finding.got_shape, finding.expected_shape
    if not got or not expected:
        return f"{finding.subject} has another number of parts than expected"
    came = "1 part" if got == (1,) else f"{got[0]} parts"
    return f"{finding.subject} has {came} where {expected[0]} {'was' if expected == (1,) else 'were'} expected"


def _dtype_sentence(finding: Finding) -> str:
    expected = _DTYPES.get(finding.expected_dtype) or f"{finding.expected_dtype} was"
    return f"{finding.subject} has dtype {finding.got_dtype} where {expected} expected"


def _type_sentence(finding: Finding) -> str:
    expected = " or ".join(_article(name) for name in finding.expected_types)
    return f"{finding.subject} is {_article(finding.got_type)} where {expected} was expected"


def _nonfinite_sentence(finding: Finding) -> str:
    return f"{_entries(finding, 'is', 'are')} not finite (NaN or infinite)"


def _values_sentence(finding: Finding) -> str:
    differs = _entries(finding, "differs", "differ")
    power = finding.error_power_of_ten
    if power is None:
        return differs
    return f"{differs}{',' if finding.total > 1 else ''} by a relative error of about {f'1e{power}' if power else '1'}"


def _entries(finding: Finding, singular: str, plural: str) -> str:
    if finding.total <= 1:
        return f"{finding.subject} {singular}"
    verb = singular if finding.differing == 1 else plural
    return f"{finding.differing} of {finding.total} entries of {finding.subject} {verb}"


def _exception_sentence(finding: Finding) -> str:
    expected = " or ".join(name for name in finding.expected_types if name) or "an exception"
    got = "no exception" if finding.problem == "no exception" else finding.got_type or "another exception"
    return f"{finding.subject} raised {got} where {expected} was expected"


def _unreadable_sentence(finding: Finding) -> str:
    why = {
        "symbol": f"a name that is not known; the variables are {', '.join(finding.symbols)}",
        "equation": "an equals sign; give the right-hand side alone",
        "size": "more characters, levels or digits, or a larger exponent, than any answer needs",
    }.get(finding.reason, "something that is no formula")
    return f"{finding.subject} cannot be read: at character {finding.position} there is {why}"


_SENTENCES: Final[dict[Problem, Callable[[Finding], str]]] = {
    "type": _type_sentence,
    "parts": _parts_sentence,
    "missing part": lambda finding: f"{finding.subject} is missing",
    "ragged": lambda finding: f"{finding.subject} is a list whose rows differ in shape, which is no array",
    "contents": lambda finding: f"{finding.subject} holds something other than numbers",
    "size": lambda finding: f"{finding.subject} is far larger than expected",
    "shape": _shape_sentence,
    "dtype": _dtype_sentence,
    "nonfinite": _nonfinite_sentence,
    "values": _values_sentence,
    "no exception": _exception_sentence,
    "other exception": _exception_sentence,
    "changed": lambda finding: f"{finding.subject} was changed; a function must leave its arguments as they are",
    "unreadable": _unreadable_sentence,
    "undefined": lambda finding: f"{finding.subject} is not defined everywhere that it should be",
    "undecided": lambda finding: f"{finding.subject} is too involved to be compared; write it in a simpler form",
    "not equivalent": lambda finding: f"{finding.subject} is not equivalent to the right formula",
    "warned": lambda finding: f"{finding.subject} warned ({finding.got_type or 'a warning of its own'})",
}


def _table(entries: tuple[Entry, ...]) -> list[str]:
    """The entries in columns: where, what came, what was expected."""
    if not entries:
        return []
    rows = [("entry", "got", "expected")]
    rows += [
        (str(list(entry.index)) if entry.index else "", _number(entry.got), _number(entry.expected))
        for entry in entries
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return ["  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def _number(value: Any) -> str:
    return str(value) if isinstance(value, int) else f"{value:.8g}"
