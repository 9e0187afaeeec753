"""gradient: a claimed gradient against central differences of the function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from autograder.checks.causes import Array, Hints
from autograder.checks.close import Tolerance, as_expected, as_numbers, compare
from autograder.checks.failure import Place, dtype_name, shown_shape
from autograder.errors import SpecError

_FLOOR: Final = 1e-3
"""An entry's step is never smaller than if the entry were this share of the largest one."""
_VALUE: Final = Place("gradient", "the function's value")


def gradient(
    function: Callable[[Any], Any],
    claimed: Any,
    at: Any,
    *,
    step: float | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    subject: str = "gradient",
    n: int | None = None,
    classes: int | None = None,
) -> None:
    """Fail unless claimed is the gradient of function, by central differences (f(x + h) - f(x - h)) / 2h.

    It says whether function and gradient belong together: if the function is the student's too, check it as well.
    The function is called twice for each entry of at, and once more.

    Args:
        function: takes an array of at's shape, or a float if at is one, and returns a number.
        claimed: the gradient, of at's shape; or a callable that takes what function takes and returns it.
        at: the point, a float or an array, where function is smooth within the steps.
        step: h, in at's units; by default the cube root of the machine epsilon of the function's dtype, times each
            entry's size or a thousandth of the largest one, whichever is larger (1 if all are zero).
        rtol: relative error that an entry may have; by default 1e-4, and 1e-2 if the function's values are float32.
        atol: error that an entry may have whatever its size; by default a tenth of rtol of the largest entry of the
            gradient. Give it where the gradient is zero.
        subject: what the student calls the gradient: a literal, shown.
        n: the number of examples that a mean is over, so that a missing factor 1/n can be named.
        classes: C, likewise.

    Raises:
        CheckFailure: it is not, or function does not return a finite number.
        SpecError: at or step cannot be used.
    """
    __tracebackhide__ = True
    point = as_expected(at).astype(np.float64)
    if step is not None and not 0 < step < np.inf:
        raise SpecError(f"step = {step} is not a step; give a finite number above 0.")
    tolerance = Tolerance(1e-4 if rtol is None else rtol, atol)
    epsilon = _epsilon(_evaluate(function, point))
    if rtol is None and epsilon > 1e-10:
        tolerance = Tolerance(1e-2, atol)
    expected = _differences(function, point, _steps(point, epsilon) if step is None else np.full(point.shape, step))
    came = claimed(_argument(point)) if callable(claimed) else claimed
    compare(came, expected, Place("gradient", subject), tolerance, Hints(n=n, classes=classes))


def _differences(function: Callable[[Any], Any], point: Array, steps: Array) -> Array:
    slopes = np.empty(point.shape)
    for index in np.ndindex(point.shape):
        ahead, behind = point.copy(), point.copy()
        ahead[index] += steps[index]
        behind[index] -= steps[index]
        rise = float(_evaluate(function, ahead)) - float(_evaluate(function, behind))
        slopes[index] = rise / (2 * steps[index])
    return slopes


def _evaluate(function: Callable[[Any], Any], point: Array) -> Array:
    """The function's value at a copy of the point, as a 0-d array of a finite real number."""
    value = as_numbers(function(_argument(point)), _VALUE)
    if value.shape != ():
        _VALUE.fail("shape", got_shape=shown_shape(value.shape), expected_shape=())
    if value.dtype.kind not in "iuf":
        _VALUE.fail("dtype", got_dtype=dtype_name(value.dtype), expected_dtype="real")
    if not np.isfinite(value):
        _VALUE.fail("nonfinite", differing=1, total=1)
    return value


def _argument(point: Array) -> Any:
    return point.copy() if point.ndim else float(point)


def _epsilon(value: Array) -> float:
    return float(np.finfo(value.dtype if value.dtype in (np.float16, np.float32) else np.float64).eps)


def _steps(point: Array, epsilon: float) -> Array:
    """Steps that balance rounding against curvature, in proportion to each entry."""
    sizes = np.abs(point)
    largest = float(sizes.max(initial=0.0))
    steps: Array = epsilon ** (1 / 3) * (np.maximum(sizes, _FLOOR * largest) if largest else np.ones(point.shape))
    return steps
