"""close and shape: plain data of the student's against arrays of the author's.

The rules are assignments.md's conventions: a list counts as the array that it converts to, a 0-d array as a float, any
byte order as the native one; (n, 1) is not (n,); a subclass of ndarray is not an array; float32 accuracy is right.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from autograder.checks.causes import NO_HINTS, Array, Hints, likely_cause
from autograder.checks.failure import (
    CheckFailure,
    Place,
    dtype_name,
    first_entries,
    is_one_of,
    power_of_ten,
    shown_shape,
    type_name,
)
from autograder.errors import SpecError
from autograder.proxy import handles

_SCALARS: Final = frozenset(map(id, (bool, int, float, complex, *np.sctypeDict.values())))  # a class may lie in ==
_MAX_ENTRIES, _MAX_DEPTH = 1_000_000, 16


@dataclass(frozen=True)
class Tolerance:
    """How far an entry may be off: rtol * |expected| + atol; None for atol is rtol / 10 of the largest |expected|."""

    rtol: float | None = None
    atol: float | None = None

    def __post_init__(self) -> None:
        for name, value in (("rtol", self.rtol), ("atol", self.atol)):
            if value is not None and not 0 <= value < np.inf:
                raise SpecError(f"{name} = {value} is not a tolerance; give a finite number, 0 or more.")

    def resolve(self, expected: Array) -> tuple[float, float]:
        """The relative and the absolute tolerance; labels, counts and truths are exact unless the author says more."""
        if expected.dtype.kind == "b" or (expected.dtype.kind in "iu" and self.rtol is None and self.atol is None):
            return 0.0, 0.0
        rtol = 1e-4 if self.rtol is None else self.rtol
        sizes = np.abs(expected[np.isfinite(expected)])
        return rtol, 0.1 * rtol * float(sizes.max(initial=0.0)) if self.atol is None else self.atol


def close(
    actual: Any,
    expected: Any,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    subject: str = "result",
    names: Sequence[str] = (),
    n: int | None = None,
    classes: int | None = None,
    penalty: Any = None,
    intercept_penalty: Any = None,
    alternatives: Mapping[str, Any] | None = None,
) -> None:
    """Fail unless actual is expected, entry by entry, to float32's accuracy.

    Args:
        actual: what the student's code returned: any data.
        expected: the author's number, list or array, of any shape; or a tuple or dict of such parts, which are
            compared one by one. NaN and infinities pass only where expected has them.
        rtol: relative error that an entry may have; by default 1e-4 for floats, and none for ints and bools, unless
            atol is given.
        atol: error that an entry may have whatever its size, in expected's units; by default a tenth of rtol of the
            largest |expected|. Give it where the answer is zero but for rounding.
        subject: what the student calls the thing: a literal, shown.
        names: what the student calls the parts of an expected tuple, such as ("dW", "db").
        n: the number of examples that a mean is over.
        classes: C, for causes such as a mean over n * C.
        penalty: the part of expected that is the penalty's, of expected's shape: 2 * l2 * W for a gradient.
        intercept_penalty: what would be added if the intercept were penalised, of expected's shape.
        alternatives: by cause (a key of causes.CAUSES), the wrong answer that the mistake leads to. These four last
            are tuples or dicts of parts, None where there is none, if expected is one.

    Raises:
        CheckFailure: it is not.
        SpecError: the author's arguments do not fit together.
    """
    __tracebackhide__ = True
    hints = Hints(n, classes, penalty, intercept_penalty, alternatives or {})
    place = Place("close", subject)
    if names and not (isinstance(expected, tuple) and len(names) == len(expected)):
        raise SpecError(f"names has {len(names)} names; give one for each part of a tuple of expected arrays.")
    _compare_parts(actual, expected, place, Tolerance(rtol, atol), hints, names)


def shape(actual: Any, expected_shape: Sequence[int], *, dtype: Any = None, subject: str = "result") -> None:
    """Fail unless actual is numeric data of this shape and, if one is given, of this dtype.

    Args:
        actual: what the student's code returned: any data.
        expected_shape: lengths of the axes; () for a number.
        dtype: the dtype, any byte order; by default any bool, integer, real or complex one.
        subject: what the student calls the thing: a literal, shown.

    Raises:
        CheckFailure: it is not.
    """
    __tracebackhide__ = True
    place, wanted = Place("shape", subject), tuple(int(length) for length in expected_shape)
    numbers = as_numbers(actual, place)
    if numbers.dtype.kind not in "biufc":
        place.fail("dtype", got_dtype=dtype_name(numbers.dtype), expected_dtype="number")
    if numbers.shape != wanted:
        turned = len(wanted) == 2 and numbers.shape == wanted[::-1]
        cause = "transposed" if turned else ""
        place.fail("shape", got_shape=shown_shape(numbers.shape), expected_shape=wanted, cause=cause)
    if dtype is not None and numbers.dtype.newbyteorder("=") != np.dtype(dtype):
        place.fail("dtype", got_dtype=dtype_name(numbers.dtype), expected_dtype=dtype_name(np.dtype(dtype)))


# Parts -------------------------------------------------------------------------------------------------------


def _compare_parts(
    actual: Any, expected: Any, place: Place, tolerance: Tolerance, hints: Hints, names: Sequence[str] = ()
) -> None:
    if isinstance(expected, tuple):
        _check_kind(actual, (tuple, list), place)
        _check_length(actual, expected, place)
        for index, part in enumerate(expected):
            name = names[index] if names else f"{place.subject}[{index}]"
            _compare_parts(actual[index], part, place.at(name), tolerance, hints.part(index))
    elif isinstance(expected, dict):
        _check_kind(actual, (dict,), place)
        _check_keys(actual, expected, place)
        _check_length(actual, expected, place)
        for key, part in expected.items():
            _compare_parts(actual[key], part, _entry(place, key), tolerance, hints.part(key))
    else:
        compare(actual, as_expected(expected), place, tolerance, hints)


def _check_kind(actual: Any, kinds: tuple[type, ...], place: Place) -> None:
    if not is_one_of(type(actual), kinds):
        place.fail("type", got_type=type_name(actual), expected_types=(kinds[0].__name__,))


def _check_length(actual: Sized, expected: Sized, place: Place) -> None:
    if len(actual) != len(expected):
        place.fail("parts", got_shape=shown_shape((len(actual),)), expected_shape=(len(expected),))


def _check_keys(actual: dict[Any, Any], expected: dict[Any, Any], place: Place) -> None:
    plain = all(is_one_of(type(key), (str, int)) for key in actual)  # a key of another type could bring its own __eq__
    for key in expected:
        if not plain or key not in actual:
            _entry(place, key).fail("missing part")


def _entry(place: Place, key: Any) -> Place:
    return place.at(f'{place.subject}["{key}"]' if isinstance(key, str) else f"{place.subject}[{key}]")


# What came back, as numbers ----------------------------------------------------------------------------------


def as_numbers(value: Any, place: Place) -> Array:
    """Plain data as an array, of any dtype and not copied if it is one.

    Raises:
        CheckFailure: it is no number, list, array or tensor, or too large, or ragged.
    """
    kind = type(value)
    if kind is np.ndarray or id(kind) in _SCALARS:
        return np.asarray(value)
    if is_tensor(kind):
        return _tensor_numbers(value, place)
    if kind is not list and kind is not tuple:
        place.fail("type", got_type=type_name(value), expected_types=("number", "array"))
    plain = _Copier(place).copy(value, 0)
    try:
        return np.array(plain)
    except ValueError:
        place.fail("ragged")
    except (TypeError, OverflowError, MemoryError):
        place.fail("contents")


class _Copier:
    """Copies nested lists, so that NumPy meets only numbers and arrays; bounded, as a list may hold itself."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._left = _MAX_ENTRIES

    def copy(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind is list or kind is tuple:
            self._spend(len(value), depth)
            return [self.copy(item, depth + 1) for item in value]
        if kind is float or kind is int:
            return value
        if not (id(kind) in _SCALARS or kind is np.ndarray or is_tensor(kind)):
            self._place.fail("contents")
        if (numbers := as_numbers(value, self._place)).dtype.kind not in "biufc":
            self._place.fail("contents")
        self._spend(numbers.size, depth)
        return numbers

    def _spend(self, entries: int, depth: int) -> None:
        self._left -= entries + 1
        if self._left < 0 or depth > _MAX_DEPTH:
            self._place.fail("size")


def is_tensor(kind: type) -> bool:
    """Whether kind is torch's Tensor or Parameter; torch is never imported for the question."""
    torch = sys.modules.get("torch")
    parameter = getattr(getattr(torch, "nn", None), "Parameter", None)
    return torch is not None and (kind is getattr(torch, "Tensor", None) or kind is parameter)


def _tensor_numbers(tensor: Any, place: Place) -> Array:
    try:
        if tensor.numel() > _MAX_ENTRIES and not tensor.is_contiguous():  # an expanded one would have to be copied
            place.fail("size")
        dense = tensor.detach().cpu().resolve_conj().resolve_neg()
        return np.asarray(dense.float().numpy() if str(dense.dtype) == "torch.bfloat16" else dense.numpy())
    except (TypeError, ValueError, RuntimeError):
        place.fail("contents")


def as_expected(expected: Any) -> Array:
    """The author's numbers as an array.

    Raises:
        SpecError: they are none.
    """
    try:
        numbers = as_numbers(expected, Place("close", "expected"))
    except CheckFailure as failure:
        raise SpecError(f"checks compare numbers: {failure.finding.sentence()}") from None
    if numbers.dtype.kind not in "biufc":
        raise SpecError(f"checks compare numbers, but expected has dtype {numbers.dtype}.")
    return numbers


def compare(actual: Any, expected: Array, place: Place, tolerance: Tolerance, hints: Hints = NO_HINTS) -> None:
    """Fail unless actual holds expected's numbers: first the type, then shape, dtype, finiteness, values."""
    hints.fit(expected.shape)
    numbers = as_numbers(actual, place)
    _check_dtype(numbers, expected, place)
    rtol, atol = tolerance.resolve(expected)
    if numbers.shape != expected.shape:
        cause = _cause(numbers, expected, hints, rtol)
        place.fail("shape", got_shape=shown_shape(numbers.shape), expected_shape=expected.shape, cause=cause)
    with np.errstate(all="ignore"):
        _compare_values(numbers, expected, place, (rtol, atol), hints)


def _check_dtype(numbers: Array, expected: Array, place: Place) -> None:
    right, name = {"b": ("b", "bool"), "c": ("iufc", "number")}.get(expected.dtype.kind, ("iuf", "real"))
    if numbers.dtype.kind not in right:
        place.fail("dtype", got_dtype=dtype_name(numbers.dtype), expected_dtype=name)


def _compare_values(numbers: Array, expected: Array, place: Place, allowed: tuple[float, float], hints: Hints) -> None:
    rtol, atol = allowed
    exact = not (rtol or atol)
    got, wanted = _comparable(numbers, exact=exact), _comparable(expected, exact=exact)
    wrong = ~((got == wanted) | (np.isnan(got) & np.isnan(wanted)))
    if not exact:
        wrong &= ~(np.isfinite(wanted) & (np.abs(got - wanted) <= rtol * np.abs(wanted) + atol))
    if not wrong.any():
        if not exact and handles.current is not None:
            handles.current.note_tolerance(_share_used(got, wanted, rtol, atol))
        return
    unfit = wrong & ~np.isfinite(got) & np.isfinite(wanted)
    counted = unfit if unfit.any() else wrong
    entries, counts = first_entries(got, wanted, counted), {"differing": int(counted.sum()), "total": counted.size}
    if unfit.any():
        place.fail("nonfinite", entries, **counts)
    power = power_of_ten(got[wrong], wanted[wrong], atol / rtol) if rtol else None
    cause = _cause(numbers, expected, hints, rtol)
    place.fail("values", entries, **counts, error_power_of_ten=power, cause=cause)


def _share_used(got: Array, wanted: Array, rtol: float, atol: float) -> float:
    """The largest error as a share of what is allowed, 0 to 1; entries that agree to the last bit have none."""
    differs = got != wanted
    error = np.abs(got[differs] - wanted[differs])
    return float((error / (rtol * np.abs(wanted[differs]) + atol)).max(initial=0.0, where=np.isfinite(error)))


def _comparable(values: Array, *, exact: bool) -> Array:
    """Floats or complex numbers of double precision; bools, and integers that must agree exactly, as they are."""
    if values.dtype.kind == "b" or (exact and values.dtype.kind in "iu"):
        return values
    return values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)


def _cause(numbers: Array, expected: Array, hints: Hints, rtol: float) -> str:
    if "b" in (numbers.dtype.kind, expected.dtype.kind):
        return ""
    return likely_cause(numbers, expected, hints, rtol=rtol)
