r"""Formulas as text: a student's string, in Python or simple LaTeX notation, read into a tree.

The string is data. It meets the tokenizer of `tokens` and a parser of a few rules, and neither eval nor a library that
would evaluate it. Length, nesting, digits and exponents are bounded, so that reading a string costs milliseconds
whatever it holds.

    sum     = product {("+" | "-") product}
    product = factor {("*" | "/" | nothing) factor}
    factor  = {"+" | "-"} power
    power   = atom [("^" | "**") factor]
    atom    = number | symbol | constant | function ["^" factor] argument | "\frac" argument argument
            | "(" sum {"," sum} ")" | "|" sum "|"

Braces and square brackets group as parentheses do; a comma stands between a function's arguments alone. Two things that
are written can be read in two ways: 1/2x is (1/2)x to Python and 1/(2x) to many a hand, and log 2x is log(2) x or
log(2x). `readings` gives every tree that may be meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from fractions import Fraction
from typing import Final, NoReturn

from autograder.checks.expression import (
    FUNCTIONS,
    ONE,
    SEVERAL,
    Call,
    Expression,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
    negated,
    rational_value,
)
from autograder.checks.tokens import Reason, Token, UnreadableError, read_tokens

_MAX_DEPTH: Final = 40
_MAX_DIGITS: Final = 20
_MAX_POWER: Final = 64
_MAX_ARGUMENTS: Final = 4
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
_INVERTIBLE: Final = frozenset({"sin", "cos", "tan", "sinh", "cosh", "tanh"})
"""Functions of which f^-1 may be the inverse or one over it; it is not read."""
_E: Final = Call("exp", (ONE,))


def readings(text: str, symbols: Collection[str]) -> list[Expression]:
    """What the text may mean, the reading of a programming language first.

    Args:
        text: at most MAX_LENGTH characters.
        symbols: the names of the variables.

    Raises:
        UnreadableError: it is no expression in these symbols.
    """
    tokens = read_tokens(text, symbols)
    found: list[Expression] = []
    for runs_first in (False, True):
        for wide in (False, True):
            expression = _Parser(tokens, runs_first=runs_first, wide=wide).parse()
            if expression not in found:
                found.append(expression)
    return found


class _Parser:
    """One reading of the tokens.

    Args:
        tokens: the last is the end.
        runs_first: 1/2x is 1/(2x): factors without a sign between them are multiplied first.
        wide: log 2x is log(2x): an argument without parentheses goes on to the next sign or function.
    """

    def __init__(self, tokens: list[Token], *, runs_first: bool, wide: bool) -> None:
        self._tokens = list(tokens)
        self._runs_first = runs_first
        self._wide = wide
        self._at = 0
        self._depth = 0
        self._in_bars = False

    def parse(self) -> Expression:
        expression = self._sum()
        if self._next.kind != "end":
            self._fail()
        return expression

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _fail(self, reason: Reason = "syntax") -> NoReturn:
        raise UnreadableError(reason, self._next.position)

    def _sum(self) -> Expression:
        terms = [self._product()]
        while self._next.kind == "sign":
            negative = self._take().text == "-"
            term = self._product()
            terms.append(negated(term) if negative else term)
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def _product(self) -> Expression:
        factors = [self._run()]
        divisors: list[Expression] = []
        while True:
            if self._next.kind in ("times", "over"):
                divides = self._take().kind == "over"
                (divisors if divides else factors).append(self._run())
            elif not self._runs_first and self._starts_atom():
                factors.append(self._power())
            else:
                break
        return factors[0] if len(factors) == 1 and not divisors else Product(tuple(factors), tuple(divisors))

    def _run(self) -> Expression:
        first = self._factor()
        factors = [first]
        while self._runs_first and self._starts_atom():
            factors.append(self._power())
        return first if len(factors) == 1 else Product(tuple(factors))

    def _starts_atom(self, *, functions: bool = True) -> bool:
        if self._next.kind == "bar":
            return not self._in_bars  # the bar that closes
        return self._next.kind in ("number", "symbol", "constant", "frac", "open") or (
            functions and self._next.kind == "function"
        )

    def _factor(self) -> Expression:
        negative = False
        while self._next.kind == "sign":
            negative ^= self._take().text == "-"
        power = self._power()
        return negated(power) if negative else power

    def _power(self) -> Expression:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            self._fail("size")
        power = self._atom()
        if self._next.kind == "power":
            exponent = self._exponent()
            power = Call("exp", (exponent,)) if power == _E else Power(power, exponent)
        self._depth -= 1
        return power

    def _exponent(self) -> Expression:
        self._take()
        position = self._next.position
        exponent = self._factor()
        if abs(rational_value(exponent) or Fraction(0)) > _MAX_POWER:
            raise UnreadableError("size", position)
        return exponent

    def _atom(self) -> Expression:
        match self._next.kind:
            case "number":
                return _number(self._take())
            case "symbol":
                return Symbol(self._take().text)
            case "constant":
                return _E if self._take().text == "e" else Call("pi", ())
            case "open":
                return self._group()
            case "bar":
                return Call("abs", (self._between_bars(),))
            case "frac":
                self._take()
                return Product((self._fraction_part(),), (self._fraction_part(),))
            case "function":
                return self._call()
            case _:
                raise UnreadableError("syntax", self._next.position)

    def _group(self) -> Expression:
        inside = self._groups()
        if len(inside) > 1:
            raise UnreadableError("syntax", self._tokens[self._at - 1].position)
        return inside[0]

    def _groups(self) -> list[Expression]:
        """What stands between two brackets, with commas."""
        opening = self._take().text
        outside, self._in_bars = self._in_bars, False
        inside = [self._sum()]
        while self._next.kind == "comma" and len(inside) < _MAX_ARGUMENTS:
            self._take()
            inside.append(self._sum())
        if self._next.text != _CLOSING[opening]:
            self._fail()
        self._take()
        self._in_bars = outside
        return inside

    def _between_bars(self) -> Expression:
        if self._in_bars:
            self._fail()
        self._take()
        self._in_bars = True
        inside = self._sum()
        if self._next.kind != "bar":
            self._fail()
        self._take()
        self._in_bars = False
        return inside

    def _fraction_part(self) -> Expression:
        """A group, or what TeX takes without one: a single digit or symbol."""
        token = self._next
        if token.kind == "number" and token.text.isdigit() and len(token.text) > 1:
            self._tokens[self._at] = Token("number", token.text[1:], token.position + 1)
            return Number(Fraction(int(token.text[0])))
        if token.kind not in ("number", "symbol", "constant", "open"):
            self._fail()
        return self._atom()

    def _call(self) -> Expression:
        name = self._take().text
        exponent = self._exponent() if self._next.kind == "power" else None
        if exponent is not None and name in _INVERTIBLE and rational_value(exponent) == -1:
            self._fail()
        if self._next.kind == "open":
            if name == "sqrt" and self._next.text == "[":  # TeX's root of another degree
                self._fail()
            arguments = self._groups()
        else:
            arguments = [self._bare_argument()]
        if (len(arguments) > 1) != (name in SEVERAL):
            raise UnreadableError("syntax", self._tokens[self._at - 1].position)
        call = FUNCTIONS[name](*arguments)
        return call if exponent is None else Power(call, exponent)

    def _bare_argument(self) -> Expression:
        factors = [self._power()]
        while self._wide and self._starts_atom(functions=False):
            factors.append(self._power())
        return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _number(token: Token) -> Number:
    if len(token.text) > _MAX_DIGITS or abs(int(re.split("[eE]", f"{token.text}e0")[1])) > _MAX_DIGITS:
        raise UnreadableError("size", token.position)
    return Number(Fraction(token.text))
