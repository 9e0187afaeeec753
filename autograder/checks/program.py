"""Formulas as straight programs over intervals: each part that occurs twice is computed once.

A tree in which sinh(u) stands for two exponentials would double with each level; a program does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from autograder.checks.expression import (
    MINUS_ONE,
    Call,
    Expression,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
    rational_value,
)
from autograder.checks.interval import Arithmetic, Interval

_Step = tuple[str, tuple[int, ...], Fraction | str | None]
_COSTS: Final = {"exp": 8, "log": 12, "sin": 30, "cos": 30, "real power": 20, "power": 4, "sqrt": 2}
_HALF: Final = Number(Fraction(1, 2))


class Program:
    """A formula, ready to be evaluated many times.

    Attributes:
        cost: of one evaluation, about one for each addition.
        symbols: that occur.
        divisors: places of what must not be zero.
        branches: places of what changes its sign where an abs, max or min goes from one branch to another.
        roots: places of what must not be negative (or zero, for a logarithm).
    """

    def __init__(self, expression: Expression) -> None:
        self._steps: list[_Step] = []
        self._places: dict[_Step, int] = {}
        self._known: dict[int, tuple[Expression, int]] = {}
        self.divisors: list[int] = []
        self.branches: list[int] = []
        self.roots: list[int] = []
        self._result = self._add(expression)
        self._known.clear()
        self.cost = sum(_COSTS.get(step[0], 1) for step in self._steps)
        self.symbols = frozenset(str(step[2]) for step in self._steps if step[0] == "symbol")

    def run(self, arithmetic: Arithmetic, values: Mapping[str, Interval]) -> Interval:
        """The formula's value.

        Raises:
            UndefinedError: it has none.
            UnsureError: it may have none somewhere in the intervals.
        """
        return self.result_of(self.run_all(arithmetic, values))

    def result_of(self, found: list[Interval]) -> Interval:
        """The formula's value among the values at all places."""
        return found[self._result]

    def run_all(self, arithmetic: Arithmetic, values: Mapping[str, Interval]) -> list[Interval]:
        """The values at all places.

        Raises:
            UndefinedError, UnsureError: as `run`.
        """
        found: list[Interval] = []
        operations = _operations(arithmetic)
        for name, operands, constant in self._steps:
            if name == "symbol":
                found.append(values[str(constant)])
            elif isinstance(constant, Fraction):
                if name == "number":
                    found.append(arithmetic.number(constant.numerator, constant.denominator))
                else:
                    found.append(arithmetic.power(found[operands[0]], constant.numerator))
            else:
                found.append(operations[name](*[found[place] for place in operands]))
        return found

    # Building ----------------------------------------------------------------------------------------------

    def _step(self, name: str, *operands: int, constant: Fraction | str | None = None) -> int:
        step = (name, operands, constant)
        place = self._places.setdefault(step, len(self._steps))
        if place == len(self._steps):
            self._steps.append(step)
        return place

    def _add(self, expression: Expression) -> int:
        known = self._known.get(id(expression))
        if known is None:
            # the expression is kept beside its place, so that its id stays its own
            known = self._known[id(expression)] = (expression, self._build(expression))
        return known[1]

    def _build(self, expression: Expression) -> int:
        match expression:
            case Number(value):
                return self._step("number", constant=value)
            case Symbol(name):
                return self._step("symbol", constant=name)
            case Sum(terms):
                return self._fold("add", [self._add(term) for term in terms])
            case Product(factors, divisors):
                return self._product(factors, divisors)
            case Power(base, exponent):
                return self._power(base, exponent)
            case Call(function, arguments):
                return self._call(function, arguments)

    def _fold(self, name: str, places: list[int]) -> int:
        total = places[0]
        for place in places[1:]:
            total = self._step(name, total, place)
        return total

    def _product(self, factors: tuple[Expression, ...], divisors: tuple[Expression, ...]) -> int:
        above = self._fold("multiply", [self._add(factor) for factor in factors])
        if not divisors:
            return above
        for divisor in divisors:
            self._watch(divisor)
        return self._step("divide", above, self._fold("multiply", [self._add(divisor) for divisor in divisors]))

    def _watch(self, divisor: Expression) -> None:
        """Note what must not be zero, factor by factor: a square never changes its sign, but its base does."""
        match divisor:
            case Product(factors, _):
                for factor in factors:
                    self._watch(factor)
            case Power(base, exponent) if rational_value(exponent) is not None:
                self._watch(base)
            case Call("abs", (argument,)):
                self._watch(argument)
            case _:
                self.divisors.append(self._add(divisor))

    def _power(self, base: Expression, exponent: Expression) -> int:
        value = rational_value(exponent)
        if value is None:
            place = self._add(base)
            self.roots.append(place)
            return self._step("real power", place, self._add(exponent))
        if value < 0:
            self._watch(base)
        if value.denominator == 1:
            return self._step("power", self._add(base), constant=value)
        place = self._add(base)
        self.roots.append(place)
        if value.denominator == 2:
            return self._step("power", self._step("sqrt", place), constant=Fraction(value.numerator))
        return self._step("real power", place, self._step("number", constant=value))

    def _call(self, function: str, arguments: tuple[Expression, ...]) -> int:
        places = [self._add(argument) for argument in arguments]
        if function in ("max", "min"):
            total = places[0]
            for place in places[1:]:
                self.branches.append(self._step("subtract", total, place))
                total = self._step(function, total, place)
            return total
        if function == "abs":
            self.branches.append(places[0])
        elif function in ("log", "sqrt"):
            self.roots.append(places[0])
        elif function == "tan":
            cosine = self._step("cos", *places)
            self.divisors.append(cosine)
            return self._step("divide", self._step("sin", *places), cosine)
        elif function in ("sinh", "cosh"):
            return self._hyperbolic(places[0], even=function == "cosh")
        return self._step(function, *places)

    def _hyperbolic(self, place: int, *, even: bool) -> int:
        growing = self._step("exp", place)
        falling = self._step("exp", self._step("multiply", self._add(MINUS_ONE), place))
        total = self._step("add" if even else "subtract", growing, falling)
        return self._step("multiply", self._add(_HALF), total)


def _operations(arithmetic: Arithmetic) -> dict[str, Callable[..., Interval]]:
    return {
        "add": arithmetic.add, "subtract": arithmetic.subtract, "multiply": arithmetic.multiply,
        "divide": arithmetic.divide, "real power": arithmetic.real_power, "exp": arithmetic.exp, "log": arithmetic.log,
        "sqrt": arithmetic.sqrt, "sin": arithmetic.sin, "cos": arithmetic.cos, "abs": arithmetic.absolute,
        "max": arithmetic.maximum, "min": arithmetic.minimum, "pi": arithmetic.pi,
    }  # fmt: skip
