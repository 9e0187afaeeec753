"""An exact decision for rational functions: their values in a finite field, at a point that nobody could foresee.

Two rational functions that are one agree wherever both are defined, in any field. Two that are not agree at a random
point of a large prime field with a probability that is bounded: the numerator of their difference is a polynomial with
whole coefficients, of degree d and with coefficients of at most h bits, where d and h are at most the sum of the
formulas' weights, each at most 2^64. It vanishes modulo a prime only if the prime divides all its coefficients, and at
most h / 255 of the more than 2^246 primes of 256 bits do; else it has at most a share d / 2^255 of the points as zeros
(Schwartz and Zippel). Both together are under 2^-170, also as gaps between primes make some likelier than others. Prime
and point come from a hash of the formulas' own text, so that a formula cannot be made for them, and the same texts are
always judged alike.

Functions such as log are taken for further variables, one for each function and argument. So formulas of one
fingerprint are equal, as an identity in those variables; formulas of different ones differ for certain only if they are
rational.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

from autograder.checks.expression import Call, Expression, Number, Power, Product, Sum, Symbol, rational_value, walk
from autograder.checks.interval import UndefinedError

_BITS: Final = 256
_MAX_WEIGHT: Final = 1 << 64
_WITNESSES: Final = 24


class Field:
    """A random prime field, and a random value for each variable.

    Args:
        seed: which one.
    """

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._prime = _random_prime(seed)

    def fingerprint(self, expression: Expression) -> int | None:
        """The formula's value, or None if it is too large for the bound above.

        Raises:
            UndefinedError: it divides by zero everywhere.
        """
        return self._value(expression) if weigh(expression) <= _MAX_WEIGHT else None

    def _value(self, expression: Expression) -> int:
        prime = self._prime
        match expression:
            case Number(value):
                return value.numerator * self._inverse(value.denominator) % prime
            case Symbol(name):
                return self._draw("symbol", name)
            case Sum(terms):
                return sum(self._value(term) for term in terms) % prime
            case Product(factors, divisors):
                total = 1
                for factor in factors:
                    total = total * self._value(factor) % prime
                for divisor in divisors:
                    total = total * self._inverse(self._value(divisor)) % prime
                return total
            case Power(base, exponent):
                return self._power(self._value(base), exponent)
            case Call(function, arguments):
                values = [self._value(argument) for argument in arguments]
                if function in ("max", "min"):
                    values.sort()
                return self._draw(function, *values)

    def _power(self, base: int, exponent: Expression) -> int:
        number = rational_value(exponent)
        if number is None:
            return self._draw("power", base, self._value(exponent))
        if number.denominator != 1:
            root = self._draw("sqrt", base) if number.denominator == 2 else self._draw("root", base, number.denominator)
            return self._whole_power(root, number.numerator)
        return self._whole_power(base, number.numerator)

    def _whole_power(self, base: int, exponent: int) -> int:
        return pow(base if exponent >= 0 else self._inverse(base), abs(exponent), self._prime)

    def _inverse(self, value: int) -> int:
        if not value % self._prime:
            raise UndefinedError
        return pow(value, -1, self._prime)

    def _draw(self, *what: str | int) -> int:
        return _hash(self._seed, *what) % self._prime


def weigh(expression: Expression) -> int:
    """A bound on the degrees and on the bits of the coefficients of a formula's numerator and denominator."""
    match expression:
        case Number(value):
            return value.numerator.bit_length() + value.denominator.bit_length()
        case Sum(terms):
            # a/b + c/d = (ad + bc) / bd: degrees and bits add, and one bit more
            return sum(weigh(term) + 1 for term in terms)
        case Product(factors, divisors):
            return sum(weigh(part) for part in factors + divisors)
        case Power(base, exponent):
            number = rational_value(exponent)
            if number is not None:
                return weigh(base) * max(1, abs(number.numerator))
    return 1


def is_rational(expression: Expression) -> bool:
    """Whether the formula is a quotient of polynomials in its symbols."""
    return not any(
        isinstance(part, Call) or (isinstance(part, Power) and not _is_whole(part)) for part in walk(expression)
    )


def _is_whole(power: Power) -> bool:
    value = rational_value(power.exponent)
    return value is not None and value.denominator == 1


def _hash(seed: bytes, *what: str | int) -> int:
    """512 bits for what."""
    return int.from_bytes(hashlib.sha512(seed + repr(what).encode()).digest(), "big")


@lru_cache(maxsize=64)
def _random_prime(seed: bytes) -> int:
    candidate = _hash(seed, "prime") % (1 << _BITS - 1) | 1 << _BITS - 1 | 1
    while not _is_prime(candidate):
        candidate += 2
    return candidate


def _is_prime(number: int) -> bool:
    """The test of Miller and Rabin; fixed witnesses do, as the number comes from a hash and was not made to deceive."""
    if any(number % small == 0 for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
        return False
    odd, halvings = number - 1, 0
    while odd % 2 == 0:
        odd, halvings = odd // 2, halvings + 1
    for witness in range(2, 2 + _WITNESSES):
        value = pow(witness, odd, number)
        if value in (1, number - 1):
            continue
        for _ in range(halvings - 1):
            value = value * value % number
            if value == number - 1:
                break
        else:
            return False
    return True
