"""Interval arithmetic in decimals of any precision: an interval that surely holds the exact real value.

Every operation rounds outward, so two results that do not overlap are of different numbers, whatever was rounded on the
way. (Python's own -x and abs(x) of a Decimal round to the process's context: here signs are copied.) Decimals come from
the standard library: students' machines have them, and they give the same digits everywhere.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, Inexact
from functools import lru_cache
from typing import Final, NamedTuple

_EXPONENT: Final = 100_000_000
"""Beyond ten to this a number is as good as infinite; every Python's decimals reach it."""
ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
MINUS_ONE: Final = Decimal(-1)
INFINITY: Final = Decimal("Infinity")


class UndefinedError(ArithmeticError):
    """There is no real value anywhere in the interval: a division by zero, the logarithm of a negative number."""


class GapError(UndefinedError):
    """There is none because something is zero that must not be: formulas have such gaps at single points."""


class UnsureError(ArithmeticError):
    """There may be no real value somewhere in the interval."""


class Interval(NamedTuple):
    """All numbers from low to high."""

    low: Decimal
    high: Decimal

    @property
    def is_finite(self) -> bool:
        return self.low.is_finite() and self.high.is_finite()

    @property
    def magnitude(self) -> Decimal:
        return max(self.low.copy_abs(), self.high.copy_abs())

    def holds_zero(self) -> bool:
        """Whether zero is one of the numbers."""
        return self.low <= 0 <= self.high

    def overlaps(self, other: Interval) -> bool:
        """Whether the two share a number."""
        return self.low <= other.high and other.low <= self.high


class Arithmetic:
    """Operations on intervals at a number of digits.

    Args:
        digits: of the precision.
        negligible: an interval about zero that is narrower than this counts as zero: its reciprocal is undefined and
            its square root zero. By default none does, and a doubt is an UnsureError.
    """

    def __init__(self, digits: int, negligible: Decimal = ZERO) -> None:
        def context(rounding: str) -> Context:
            return Context(prec=digits, rounding=rounding, Emin=-_EXPONENT, Emax=_EXPONENT, flags=[], traps=[])

        self.digits = digits
        self._negligible = negligible
        self._down, self._up, self._near = context(ROUND_FLOOR), context(ROUND_CEILING), context(ROUND_HALF_EVEN)

    def number(self, numerator: int, denominator: int) -> Interval:
        """A fraction."""
        above, below = Decimal(numerator), Decimal(denominator)
        return Interval(self._down.divide(above, below), self._up.divide(above, below))

    def add(self, a: Interval, b: Interval) -> Interval:
        return Interval(self._down.add(a.low, b.low), self._up.add(a.high, b.high))

    def subtract(self, a: Interval, b: Interval) -> Interval:
        return self.add(a, Interval(b.high.copy_negate(), b.low.copy_negate()))

    def width(self, a: Interval) -> Decimal:
        return self._up.subtract(a.high, a.low)

    def is_narrow(self, a: Interval, share: Decimal) -> bool:
        """Whether the interval is finite, and no wider than this share of its largest number."""
        return a.is_finite and self.width(a) <= self._down.multiply(share, a.magnitude)

    def multiply(self, a: Interval, b: Interval) -> Interval:
        if a.low == a.high and b.low == b.high:
            return Interval(_times(self._down, a.low, b.low), _times(self._up, a.low, b.low))
        pairs = ((a.low, b.low), (a.low, b.high), (a.high, b.low), (a.high, b.high))
        return Interval(
            min(_times(self._down, left, right) for left, right in pairs),
            max(_times(self._up, left, right) for left, right in pairs),
        )

    def divide(self, a: Interval, b: Interval) -> Interval:
        if a.is_finite and b.is_finite and not b.holds_zero():
            pairs = ((a.low, b.low), (a.low, b.high), (a.high, b.low), (a.high, b.high))
            low = min(self._down.divide(above, below) for above, below in pairs)
            return Interval(low, max(self._up.divide(above, below) for above, below in pairs))
        return self.multiply(a, self._reciprocal(b))

    def _reciprocal(self, a: Interval) -> Interval:
        if a.holds_zero():
            self._doubt(a)
        return Interval(self._down.divide(ONE, a.high), self._up.divide(ONE, a.low))

    def _doubt(self, a: Interval) -> None:
        """Raise what is known of an interval that reaches zero or less where it must not."""
        if a.low == a.high or a.magnitude < self._negligible:
            raise GapError
        raise UnsureError

    def power(self, a: Interval, exponent: int) -> Interval:
        """A whole power."""
        if exponent < 0:
            return self._reciprocal(self.power(a, -exponent))
        if exponent % 2 == 0:
            least = ZERO if a.holds_zero() else min(a.low.copy_abs(), a.high.copy_abs())
            return Interval(_raise(self._down, least, exponent), _raise(self._up, a.magnitude, exponent))
        low, high = (
            _raise(self._up if a.low < 0 else self._down, a.low.copy_abs(), exponent),
            _raise(self._down if a.high < 0 else self._up, a.high.copy_abs(), exponent),
        )
        return Interval(low.copy_sign(a.low), high.copy_sign(a.high))

    def real_power(self, a: Interval, exponent: Interval) -> Interval:
        """A power that is not whole: exp(exponent log a), for a > 0; zero at zero if the exponent is positive."""
        if a.high < 0:
            raise UndefinedError
        if a.low < 0:
            if a.magnitude >= self._negligible:
                raise UnsureError
            a = Interval(ZERO, a.high)
        if a.low == 0:
            if exponent.low <= 0:
                self._doubt(a)
            if a.high == 0:
                return Interval(ZERO, ZERO)
            top = self.exp(self.multiply(exponent, self.log(Interval(a.high, a.high))))
            return Interval(ZERO, max(ONE, top.high) if a.high > 1 else top.high)
        return self.exp(self.multiply(exponent, self.log(a)))

    def exp(self, a: Interval) -> Interval:
        low = ONE if a.low == 0 else self._near.next_minus(self._near.exp(a.low))
        return Interval(max(ZERO, low), ONE if a.high == 0 else self._near.next_plus(self._near.exp(a.high)))

    def log(self, a: Interval) -> Interval:
        if a.high < 0:
            raise UndefinedError
        if a.low <= 0:
            self._doubt(a)
        low = ZERO if a.low == 1 else self._near.next_minus(self._near.ln(a.low))
        return Interval(low, ZERO if a.high == 1 else self._near.next_plus(self._near.ln(a.high)))

    def sqrt(self, a: Interval) -> Interval:
        if a.high < 0:
            raise UndefinedError
        if a.low < 0 and a.magnitude >= self._negligible:
            raise UnsureError
        return Interval(self._root(max(ZERO, a.low), upward=False), self._root(a.high, upward=True))

    def _root(self, value: Decimal, *, upward: bool) -> Decimal:
        self._near.clear_flags()
        root = self._near.sqrt(value)
        if not self._near.flags[Inexact]:
            return root
        return self._near.next_plus(root) if upward else self._near.next_minus(root)

    def absolute(self, a: Interval) -> Interval:
        if a.holds_zero():
            return Interval(ZERO, a.magnitude)
        return a if a.low > 0 else Interval(a.high.copy_negate(), a.low.copy_negate())

    def maximum(self, a: Interval, b: Interval) -> Interval:
        return Interval(max(a.low, b.low), max(a.high, b.high))

    def minimum(self, a: Interval, b: Interval) -> Interval:
        return Interval(min(a.low, b.low), min(a.high, b.high))

    def pi(self) -> Interval:
        value = _pi(self.digits + 5)  # the next number of our precision on either side is further away than its error
        return Interval(self._down.next_minus(value), self._up.next_plus(value))

    def sin(self, a: Interval) -> Interval:
        return Interval(ZERO, ZERO) if a.low == a.high == 0 else self._wave(a, 0)

    def cos(self, a: Interval) -> Interval:
        return Interval(ONE, ONE) if a.low == a.high == 0 else self._wave(a, 1)

    def _wave(self, a: Interval, quarters: int) -> Interval:
        """The sine so many quarter turns on, from the middle: its slope is at most one."""
        whole = Interval(MINUS_ONE, ONE)
        if not a.is_finite or a.magnitude.adjusted() > 30 or self.width(a) > 7:
            return whole
        middle = self._near.divide(self._near.add(a.low, a.high), 2)
        spread = self._up.add(max(self._up.subtract(a.high, middle), self._up.subtract(middle, a.low)), self._unit)
        value = _sine(middle, quarters, self.digits)
        low, high = self._down.subtract(value, spread), self._up.add(value, spread)
        return Interval(max(low, MINUS_ONE), min(high, ONE))

    @property
    def _unit(self) -> Decimal:
        return ONE.scaleb(2 - self.digits)


def _times(context: Context, left: Decimal, right: Decimal) -> Decimal:
    """The product; an infinite bound times zero is zero, as the bound stands for numbers that are all finite."""
    return context.multiply(left, right) if left and right else ZERO


def _raise(context: Context, value: Decimal, exponent: int) -> Decimal:
    """A power of a number that is not negative, each product rounded the same way."""
    result = ONE
    while exponent:
        if exponent % 2:
            result = _times(context, result, value)
        exponent //= 2
        if exponent:
            value = _times(context, value, value)
    return result


@lru_cache(maxsize=16)
def _pi(digits: int) -> Decimal:
    """Pi to so many digits, by Machin's formula in whole numbers."""
    one: int = 10 ** (digits + 10)

    def inverse_tangent(inverse: int) -> int:
        total = term = one // inverse
        divisor, sign = 3, -1
        while term:
            term //= inverse * inverse
            total += sign * (term // divisor)
            divisor, sign = divisor + 2, -sign
        return total

    value = 4 * (4 * inverse_tangent(5) - inverse_tangent(239))
    return Context(prec=digits).create_decimal(Decimal(value).scaleb(-digits - 10, Context(prec=digits + 20)))


def _sine(x: Decimal, quarters: int, digits: int) -> Decimal:
    """sin(x + quarters pi / 2) to an absolute error under 10^-digits, for |x| < 10^31."""
    work = Context(prec=digits + max(0, x.adjusted()) + 12)
    half_pi = work.divide(_pi(work.prec + 5), 2)
    turns = int(work.divide(x, half_pi).to_integral_value(ROUND_HALF_EVEN)) + quarters
    rest = work.subtract(x, work.multiply(turns - quarters, half_pi))
    # the series of the sine (1, 3, 5, ...) or of the cosine (0, 2, 4, ...) of the rest, which is at most 0.8
    index = 0 if turns % 2 else 1
    term = ONE if turns % 2 else rest
    square, total, smallest = work.multiply(rest, rest), term, ONE.scaleb(-digits - 5)
    while term.copy_abs() > smallest:
        term = work.divide(work.multiply(term.copy_negate(), square), (index + 1) * (index + 2))
        total, index = work.add(total, term), index + 2
    return total.copy_negate() if turns % 4 > 1 else total
