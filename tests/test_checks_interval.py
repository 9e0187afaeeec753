"""Tests of autograder.checks.interval: the exact value is always inside, and nearly nothing else is."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks.interval import Arithmetic, GapError, Interval, UndefinedError, UnsureError

NUMBERS = st.builds(Fraction, st.integers(-(10**12), 10**12), st.integers(1, 10**6))
KNOWN = {
    "pi": "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899",
    "e": "2.71828182845904523536028747135266249775724709369995957496696762772407663035354759",
    "log 2": "0.693147180559945309417232121458176568075500134360255254120680009493393621969694716",
    "sin 1": "0.841470984807896506652502321630298999622563060798371065672751709991910404391239669",
    "cos 1": "0.540302305868139717400936607442976603732310420617922227670097255381100394774471765",
    "sqrt 2": "1.41421356237309504880168872420969807856967187537694807317667973799073247846210704",
}


def exactly(value: int | str) -> Interval:
    """An interval that holds one number."""
    return Interval(Decimal(value), Decimal(value))


def between(low: str, high: str) -> Interval:
    """An interval by its ends."""
    return Interval(Decimal(low), Decimal(high))


def holds(interval: Interval, value: Fraction) -> bool:
    """Whether a fraction is inside."""
    return Fraction(interval.low) <= value <= Fraction(interval.high)


@given(NUMBERS, NUMBERS, st.sampled_from([5, 12, 50]))
def test_rational_operations_hold_the_exact_value(a: Fraction, b: Fraction, digits: int) -> None:
    """Sums, products, quotients and powers of fractions, at any precision, negative ones too."""
    arithmetic = Arithmetic(digits)
    left, right = (arithmetic.number(value.numerator, value.denominator) for value in (a, b))
    assert holds(left, a)
    assert holds(arithmetic.add(left, right), a + b)
    assert holds(arithmetic.subtract(left, right), a - b)
    assert holds(arithmetic.multiply(left, right), a * b)
    assert holds(arithmetic.power(left, 3), a**3)
    assert holds(arithmetic.power(left, 4), a**4)
    assert holds(arithmetic.absolute(left), abs(a))
    assert holds(arithmetic.maximum(left, right), max(a, b))
    assert holds(arithmetic.minimum(left, right), min(a, b))
    if b:
        assert holds(arithmetic.divide(left, right), a / b)
        assert holds(arithmetic.power(right, -3), b**-3)


@pytest.mark.parametrize("digits", [10, 28, 50, 70])
def test_constants_are_held_and_narrow(digits: int) -> None:
    """Pi, e, log 2, sin 1, cos 1 and the root of 2, to the last of the digits but two."""
    arithmetic = Arithmetic(digits)
    one, two = exactly(1), exactly(2)
    found = {
        "pi": arithmetic.pi(),
        "e": arithmetic.exp(one),
        "log 2": arithmetic.log(two),
        "sin 1": arithmetic.sin(one),
        "cos 1": arithmetic.cos(one),
        "sqrt 2": arithmetic.sqrt(two),
    }
    for name, interval in found.items():
        assert holds(interval, Fraction(KNOWN[name]))
        assert arithmetic.is_narrow(interval, Decimal(10) ** (4 - digits))


@given(st.floats(-40, 40), st.floats(0, 1))
def test_functions_of_intervals_hold_the_values_inside(low: float, width: float) -> None:
    """The function's value at any number of an interval is in the function's interval, to a float's accuracy."""
    arithmetic = Arithmetic(40)
    high = low + width
    interval = Interval(Decimal(low), Decimal(high))
    for name in ("exp", "sin", "cos"):
        result = getattr(arithmetic, name)(interval)
        for share in (0, 0.3, 1):
            value = getattr(math, name)(low + share * (high - low))
            assert float(result.low) <= value + 1e-13 * abs(value) + 1e-13
            assert float(result.high) >= value - 1e-13 * abs(value) - 1e-13


def test_the_processs_context_rounds_nothing() -> None:
    """Signs and magnitudes of numbers longer than Python's default 28 digits are kept."""
    arithmetic, long = Arithmetic(50), "1." + "3" * 45
    assert arithmetic.subtract(exactly(0), exactly(long)) == exactly("-" + long)
    assert arithmetic.absolute(exactly("-" + long)) == exactly(long)
    assert arithmetic.power(exactly("-" + long), 1) == exactly("-" + long)


def test_what_is_not_defined_is_told_from_what_may_not_be() -> None:
    """A gap, a negative number's root, and an interval that reaches across."""
    arithmetic, across = Arithmetic(20), between("-1", "1")
    for gap in (lambda: arithmetic.divide(exactly(1), exactly(0)), lambda: arithmetic.log(exactly(0))):
        with pytest.raises(GapError):
            gap()
    for undefined in (lambda: arithmetic.sqrt(exactly(-1)), lambda: arithmetic.log(exactly(-1))):
        with pytest.raises(UndefinedError):
            undefined()
    for unsure in (
        lambda: arithmetic.divide(exactly(1), across),
        lambda: arithmetic.log(across),
        lambda: arithmetic.sqrt(across),
        lambda: arithmetic.real_power(across, exactly("0.3")),
    ):
        with pytest.raises(UnsureError):
            unsure()


def test_what_is_beyond_any_number_is_infinite() -> None:
    """An overflow is an interval up to infinity, and its reciprocal one down to zero; nothing is NaN."""
    arithmetic = Arithmetic(20)
    huge = arithmetic.exp(arithmetic.exp(exactly(30)))
    assert huge.low > 0
    assert not huge.is_finite
    tiny = arithmetic.divide(exactly(1), huge)
    assert 0 <= tiny.low < tiny.high < Decimal("1e-1000")
    assert not arithmetic.subtract(huge, huge).low.is_nan()
    assert arithmetic.multiply(huge, exactly(0)) == exactly(0)
    assert arithmetic.sin(huge) == between("-1", "1")


def test_real_powers() -> None:
    """A root of zero is zero, a power of an interval from zero reaches its larger end's."""
    arithmetic = Arithmetic(30)
    assert arithmetic.real_power(exactly(0), exactly("0.3")) == exactly(0)
    wide = arithmetic.real_power(between("0", "8"), between("0.25", "0.5"))
    assert wide.low == 0
    assert wide.high >= Decimal(8).sqrt()
    with pytest.raises(GapError):
        arithmetic.real_power(exactly(0), exactly("-0.3"))
