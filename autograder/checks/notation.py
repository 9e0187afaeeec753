r"""Formulas as text: a student's string, in Python or simple LaTeX notation, read into a tree.

The string is data. It meets a tokenizer of a few patterns and a parser of a few rules, and neither eval nor a library
that would evaluate it. Length, nesting, digits and exponents are bounded, so that reading a string costs
milliseconds whatever it holds.

    sum     = product {("+" | "-") product}
    product = factor {("*" | "/" | nothing) factor}
    factor  = {"+" | "-"} power
    power   = atom [("^" | "**") factor]
    atom    = number | symbol | function ["^" factor] argument | "\frac" argument argument | "(" sum ")"

Braces and square brackets group as parentheses do. Two things that are written can be read in two ways: 1/2x is (1/2)x
to Python and 1/(2x) to many a hand, and log 2x is log(2) x or log(2x). `readings` gives every tree that may be meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, NoReturn

from autograder.checks.expression import FUNCTIONS, Call, Expression, Number, Power, Product, Sum, Symbol

Reason = Literal["", "syntax", "symbol", "equation", "size"]
"""Why a text is no expression: none of the grammar, an unknown name, an equals sign, or beyond the bounds."""

MAX_LENGTH: Final = 2_000
_MAX_DEPTH: Final = 40
_MAX_DIGITS: Final = 20
_MAX_POWER: Final = 64
_SPELLINGS: Final = {name: name for name in FUNCTIONS} | {"ln": "log", "sigma": "sigmoid", "\u03c3": "sigmoid"}


class UnreadableError(Exception):
    """A text that is no expression.

    Args:
        reason: of a closed list, so that nothing of the text is told.
        position: of the character, from 1.
    """

    def __init__(self, reason: Reason, position: int) -> None:
        super().__init__(reason, position)
        self.reason: Reason = reason
        self.position = position


# Tokens ------------------------------------------------------------------------------------------------------

Kind = Literal["number", "symbol", "function", "frac", "open", "close", "sign", "times", "over", "power", "end"]


@dataclass(frozen=True)
class _Token:
    kind: Kind
    text: str
    position: int


_SKIPPED: Final = re.compile(
    r"\s+|\$|~|\\[,;:! ()\[\]]"
    r"|\\(?:left|right|[bB]igg?[lr]?|quad|qquad|displaystyle)(?![A-Za-z])"
    r"|(?:np|numpy|math)\.(?=[a-z])"
)
_NUMBER: Final = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_NAME: Final = re.compile(r"\\(?:operatorname|mathrm|text)\s*\{\s*([A-Za-z]+)\s*\}|(\\[A-Za-z]+)|([A-Za-z]+|\u03c3)")
_COMMANDS: Final[Mapping[str, Kind]] = {
    "\\frac": "frac", "\\dfrac": "frac", "\\tfrac": "frac",
    "\\cdot": "times", "\\times": "times", "\\ast": "times", "\\div": "over",
}  # fmt: skip
_SIGNS: Final[Mapping[str, Kind]] = {
    "+": "sign", "-": "sign", "\N{MINUS SIGN}": "sign", "*": "times", "\N{MIDDLE DOT}": "times",
    "\N{DOT OPERATOR}": "times", "\N{MULTIPLICATION SIGN}": "times", "/": "over", "\N{DIVISION SIGN}": "over",
    "^": "power", "(": "open", "[": "open", "{": "open", ")": "close", "]": "close", "}": "close",
}  # fmt: skip
_REPAIRS: Final = {
    "\\\\": "\\", "\frac": "\\frac", "\times": "\\times", "\right": "\\right", "\big": "\\big",
    "\N{SUPERSCRIPT TWO}": "^2", "\N{SUPERSCRIPT THREE}": "^3",
}  # fmt: skip
"""What becomes of LaTeX in a string without r, where one backslash before frac makes a form feed, or with too many."""
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}


def _tokens(text: str, symbols: Collection[str]) -> list[_Token]:
    if len(text) <= MAX_LENGTH:
        for written, meant in _REPAIRS.items():
            text = text.replace(written, meant)
    if len(text) > MAX_LENGTH:
        raise UnreadableError("size", MAX_LENGTH)
    if "=" in text:
        raise UnreadableError("equation", text.index("=") + 1)
    found: list[_Token] = []
    at = 0
    while at < len(text):
        if skipped := _SKIPPED.match(text, at):
            at = skipped.end()
        elif number := _NUMBER.match(text, at):
            found.append(_Token("number", number[0], at + 1))
            at = number.end()
        elif name := _NAME.match(text, at):
            found += _named(name, symbols)
            at = name.end()
        elif text.startswith("**", at):
            found.append(_Token("power", "^", at + 1))
            at += 2
        else:
            found.append(_sign(text[at], at + 1))
            at += 1
    return [*found, _Token("end", "", len(text) + 1)]


def _sign(character: str, position: int) -> _Token:
    kind = _SIGNS.get(character)
    if kind is None:
        raise UnreadableError("syntax", position)
    return _Token(kind, "-" if character == "\N{MINUS SIGN}" else character, position)


def _named(name: re.Match[str], symbols: Collection[str]) -> list[_Token]:
    """A name's token; a name that is none, such as px or ylogp, is read as the symbols and functions it is made of."""
    wrapped, command, letters = name.groups()
    position = name.start() + 1
    if command is not None and command in _COMMANDS:
        return [_Token(_COMMANDS[command], command, position)]
    word = wrapped or letters or command[1:]
    if word in symbols or word in _SPELLINGS:
        return [_known(word, symbols, position)]
    if letters is None:
        raise UnreadableError("symbol", position)
    known = sorted({*symbols, *_SPELLINGS}, key=len, reverse=True)
    parts: list[_Token] = []
    while word:
        part = next((part for part in known if word.startswith(part)), "")
        if not part:
            raise UnreadableError("symbol", position)
        parts.append(_known(part, symbols, position))
        word, position = word[len(part) :], position + len(part)
    return parts


def _known(word: str, symbols: Collection[str], position: int) -> _Token:
    if word in symbols:
        return _Token("symbol", word, position)
    return _Token("function", _SPELLINGS[word], position)


# The parser --------------------------------------------------------------------------------------------------


def readings(text: str, symbols: Collection[str]) -> list[Expression]:
    """What the text may mean, the reading of a programming language first.

    Args:
        text: at most MAX_LENGTH characters.
        symbols: the names of the variables.

    Raises:
        UnreadableError: it is no expression in these symbols.
    """
    tokens = _tokens(text, symbols)
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

    def __init__(self, tokens: list[_Token], *, runs_first: bool, wide: bool) -> None:
        self._tokens = list(tokens)
        self._runs_first = runs_first
        self._wide = wide
        self._at = 0
        self._depth = 0

    def parse(self) -> Expression:
        expression = self._sum()
        if self._next.kind != "end":
            self._fail()
        return expression

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
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
            terms.append(_negated(term) if negative else term)
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
        kinds = ("number", "symbol", "frac", "open", "function") if functions else ("number", "symbol", "frac", "open")
        return self._next.kind in kinds

    def _factor(self) -> Expression:
        negative = False
        while self._next.kind == "sign":
            negative ^= self._take().text == "-"
        power = self._power()
        return _negated(power) if negative else power

    def _power(self) -> Expression:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            self._fail("size")
        base = self._atom()
        power = Power(base, self._exponent()) if self._next.kind == "power" else base
        self._depth -= 1
        return power

    def _exponent(self) -> Expression:
        self._take()
        position = self._next.position
        exponent = self._factor()
        if abs(_constant(exponent)) > _MAX_POWER:
            raise UnreadableError("size", position)
        return exponent

    def _atom(self) -> Expression:
        match self._next.kind:
            case "number":
                return _number(self._take())
            case "symbol":
                return Symbol(self._take().text)
            case "open":
                return self._group()
            case "frac":
                self._take()
                return Product((self._fraction_part(),), (self._fraction_part(),))
            case "function":
                return self._call()
            case _:
                raise UnreadableError("syntax", self._next.position)

    def _group(self) -> Expression:
        opening = self._take().text
        inside = self._sum()
        if self._next.text != _CLOSING[opening]:
            self._fail()
        self._take()
        return inside

    def _fraction_part(self) -> Expression:
        """A group, or what TeX takes without one: a single digit or symbol."""
        token = self._next
        if token.kind == "number" and token.text.isdigit() and len(token.text) > 1:
            self._tokens[self._at] = _Token("number", token.text[1:], token.position + 1)
            return Number(Fraction(int(token.text[0])))
        if token.kind not in ("number", "symbol", "open"):
            self._fail()
        return self._atom()

    def _call(self) -> Expression:
        name = self._take().text
        exponent = self._exponent() if self._next.kind == "power" else None
        if self._next.kind == "open":
            if name == "sqrt" and self._next.text == "[":  # TeX's root of another degree
                self._fail()
            argument = self._group()
        else:
            argument = self._bare_argument()
        call = Call(name, argument)
        return call if exponent is None else Power(call, exponent)

    def _bare_argument(self) -> Expression:
        factors = [self._power()]
        while self._wide and self._starts_atom(functions=False):
            factors.append(self._power())
        return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _number(token: _Token) -> Number:
    if len(token.text) > _MAX_DIGITS or abs(int(re.split("[eE]", f"{token.text}e0")[1])) > _MAX_DIGITS:
        raise UnreadableError("size", token.position)
    return Number(Fraction(token.text))


def _constant(expression: Expression) -> Fraction:
    """The value of a number or of minus a number; 0 for anything else."""
    match expression:
        case Number(value):
            return value
        case Product((Number(sign), Number(value)), ()):
            return sign * value
    return Fraction(0)


def _negated(expression: Expression) -> Expression:
    return Product((Number(Fraction(-1)), expression))
