"""Formulas as trees of numbers, symbols and a few functions, and their values at given points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


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
    """A function of the whitelist, applied."""

    function: str
    argument: Expression


Expression = Number | Symbol | Sum | Product | Power | Call

FUNCTIONS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "log": np.log,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "sigmoid": lambda z: 1.0 / (1.0 + np.exp(-z)),
}


def evaluate(expression: Expression, values: Mapping[str, Values]) -> Values:
    """The expression's values in float64, at points given by the values of each symbol, all of one shape.

    Where it is not defined (a division by zero, the logarithm of a negative number) it is NaN or infinite.
    """
    with np.errstate(all="ignore"):
        return _evaluate(expression, values)


def _evaluate(expression: Expression, values: Mapping[str, Values]) -> Values:
    match expression:
        case Number(value):
            return np.asarray(float(value))
        case Symbol(name):
            return values[name]
        case Sum(terms):
            return np.asarray(sum(_evaluate(term, values) for term in terms))
        case Product(factors, divisors):
            product = np.ones(())
            for factor in factors:
                product = product * _evaluate(factor, values)
            for divisor in divisors:
                product = product / _evaluate(divisor, values)
            return np.asarray(product)
        case Power(base, exponent):
            return np.asarray(np.power(_evaluate(base, values), _evaluate(exponent, values)))
        case Call(function, argument):
            return np.asarray(FUNCTIONS[function](_evaluate(argument, values)))
