"""Formulas as trees of numbers, symbols and the functions of a whitelist."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final


@dataclass(frozen=True)
class Number:
    """A literal, exactly."""

    value: Fraction


@dataclass(frozen=True)
class Symbol:
    """A variable."""

    name: str


@dataclass(frozen=True)
class Sum:
    """The sum of its terms."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True)
class Product:
    """The product of its factors over the product of its divisors."""

    factors: tuple[Expression, ...]
    divisors: tuple[Expression, ...] = ()


@dataclass(frozen=True)
class Power:
    """base ** exponent."""

    base: Expression
    exponent: Expression


@dataclass(frozen=True)
class Call:
    """One of CORE, applied; the constant pi is a call without arguments."""

    function: str
    arguments: tuple[Expression, ...]


Expression = Number | Symbol | Sum | Product | Power | Call

ONE: Final = Number(Fraction(1))
MINUS_ONE: Final = Number(Fraction(-1))
CORE: Final = ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "abs", "max", "min", "pi")
"""The functions that trees hold."""


def negated(expression: Expression) -> Expression:
    """Minus the expression."""
    return Product((MINUS_ONE, expression))


def _plain(name: str) -> Callable[..., Expression]:
    return lambda *arguments: Call(name, arguments)


def _log_to(base: int) -> Callable[[Expression], Expression]:
    return lambda u: Product((Call("log", (u,)),), (Call("log", (Number(Fraction(base)),)),))


def _sigmoid(u: Expression) -> Expression:
    return Product((ONE,), (Sum((ONE, Call("exp", (negated(u),)))),))


def _tanh(u: Expression) -> Expression:
    doubled = Call("exp", (Product((Number(Fraction(2)), u)),))
    return Sum((ONE, Product((Number(Fraction(-2)),), (Sum((doubled, ONE)),))))


FUNCTIONS: Final[Mapping[str, Callable[..., Expression]]] = {
    **{name: _plain(name) for name in CORE if name != "pi"},
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "relu": lambda u: Call("max", (u, Number(Fraction(0)))),
    "softplus": lambda u: Call("log", (Sum((ONE, Call("exp", (u,)))),)),
    "square": lambda u: Power(u, Number(Fraction(2))),
    "log1p": lambda u: Call("log", (Sum((ONE, u)),)),
    "expm1": lambda u: Sum((Call("exp", (u,)), MINUS_ONE)),
    "log2": _log_to(2),
    "log10": _log_to(10),
}
"""The whitelist of what may be written, each as a tree in its argument; no argument is written twice."""
SEVERAL: Final = frozenset({"max", "min"})
"""The functions of two arguments or more."""


def rational_value(expression: Expression) -> Fraction | None:
    """The value of an expression of small numbers alone, such as the exponent -1/2; None for any other."""
    match expression:
        case Number(value):
            return value
        case Sum(terms):
            parts = [rational_value(term) for term in terms]
            total = None if None in parts else sum((part for part in parts if part is not None), Fraction(0))
            return _small(total)
        case Product(factors, divisors):
            value = Fraction(1)
            for part, divides in [*((factor, False) for factor in factors), *((divisor, True) for divisor in divisors)]:
                number = rational_value(part)
                if number is None or (divides and not number):
                    return None
                value = value / number if divides else value * number
                if _small(value) is None:
                    return None
            return value
        case Power(base, exponent):
            below, above = rational_value(base), rational_value(exponent)
            if below is None or above is None or above.denominator != 1 or abs(above) > 64 or (not below and above < 0):
                return None
            return _small(below**above.numerator)
    return None


def _small(value: Fraction | None) -> Fraction | None:
    limit = 1 << 128
    return value if value is not None and max(abs(value.numerator), value.denominator) <= limit else None


def children(expression: Expression) -> tuple[Expression, ...]:
    """The parts that an expression is made of."""
    match expression:
        case Sum(terms):
            return terms
        case Product(factors, divisors):
            return factors + divisors
        case Power(base, exponent):
            return (base, exponent)
        case Call(_, arguments):
            return arguments
    return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and all its parts."""
    waiting = [expression]
    while waiting:
        waiting.extend(children(current := waiting.pop()))
        yield current


def substitute(expression: Expression, replaced: Mapping[str, Expression]) -> Expression:
    """The expression with its symbols replaced, all at once."""
    match expression:
        case Symbol(name):
            return replaced.get(name, expression)
        case Sum(terms):
            return Sum(tuple(substitute(term, replaced) for term in terms))
        case Product(factors, divisors):
            above = tuple(substitute(factor, replaced) for factor in factors)
            return Product(above, tuple(substitute(divisor, replaced) for divisor in divisors))
        case Power(base, exponent):
            return Power(substitute(base, replaced), substitute(exponent, replaced))
        case Call(function, arguments):
            return Call(function, tuple(substitute(argument, replaced) for argument in arguments))
    return expression
