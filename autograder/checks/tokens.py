r"""The words of a formula: what a student wrote, in Python or simple LaTeX notation, as a list of tokens.

The string is data. It meets a few patterns and a closed list of names; what is not on it has no token.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from autograder.checks.expression import FUNCTIONS

Reason = Literal["", "syntax", "symbol", "equation", "size"]
"""Why a text is no expression: none of the grammar, an unknown name, an equals sign, or beyond the bounds."""

MAX_LENGTH: Final = 2_000
Kind = Literal[
    "number", "symbol", "constant", "function", "frac", "open", "close", "bar", "comma", "sign", "times", "over",
    "power", "end",
]  # fmt: skip


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


@dataclass(frozen=True)
class Token:
    """One word of a formula.

    Args:
        kind: what it is for the grammar.
        text: as the parser wants it: a function's name on the whitelist, "-" for any minus.
        position: of its first character, from 1.
    """

    kind: Kind
    text: str
    position: int


_SPELLINGS: Final = {name: name for name in FUNCTIONS} | {
    "ln": "log", "sigma": "sigmoid", "\u03c3": "sigmoid", "absolute": "abs", "maximum": "max", "minimum": "min",
}  # fmt: skip
_CONSTANTS: Final = {"e": "e", "pi": "pi", "\u03c0": "pi"}
_SKIPPED: Final = re.compile(
    r"\s+|\$|~|\\[,;:! ()\[\]]"
    r"|\\(?:left|right|[bB]igg?[lr]?|quad|qquad|displaystyle)(?![A-Za-z])"
    r"|(?:np|numpy|math)\.(?=[a-z])"
)
_NUMBER: Final = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_NAME: Final = re.compile(
    r"\\(?:operatorname|mathrm|text)\s*\{\s*([A-Za-z]+)\s*\}|(\\[A-Za-z]+)|([A-Za-z]+|\u03c3|\u03c0)"
)
_INDEXED: Final = re.compile(r"\\?([A-Za-z]+)(?:_\{([A-Za-z0-9]+)\}|_?([A-Za-z0-9]*))")
_LIBRARY: Final = re.compile(r"log(1p|2|10)(?![A-Za-z0-9])|expm1(?![A-Za-z0-9])")
_COMMANDS: Final[Mapping[str, Kind]] = {
    "\\frac": "frac", "\\dfrac": "frac", "\\tfrac": "frac",
    "\\cdot": "times", "\\times": "times", "\\ast": "times", "\\div": "over",
    "\\lvert": "bar", "\\rvert": "bar", "\\vert": "bar",
}  # fmt: skip
_SIGNS: Final[Mapping[str, Kind]] = {
    "+": "sign", "-": "sign", "\N{MINUS SIGN}": "sign", "*": "times", "\N{MIDDLE DOT}": "times",
    "\N{DOT OPERATOR}": "times", "\N{MULTIPLICATION SIGN}": "times", "/": "over", "\N{DIVISION SIGN}": "over",
    "^": "power", "(": "open", "[": "open", "{": "open", ")": "close", "]": "close", "}": "close",
    "|": "bar", ",": "comma",
}  # fmt: skip
_REPAIRS: Final = {
    "\\\\": "\\", "\frac": "\\frac", "\times": "\\times", "\tanh": "\\tanh", "\right": "\\right", "\big": "\\big",
    "\N{SUPERSCRIPT TWO}": "^2", "\N{SUPERSCRIPT THREE}": "^3",
}  # fmt: skip
"""What becomes of LaTeX in a string without r, where one backslash before frac makes a form feed, or with too many."""


def read_tokens(text: str, symbols: Collection[str]) -> list[Token]:
    """The text's tokens; the last is the end.

    Raises:
        UnreadableError: it is too long, or holds a character or a name that no formula has.
    """
    if len(text) <= MAX_LENGTH:
        for written, meant in _REPAIRS.items():
            text = text.replace(written, meant)
    if len(text) > MAX_LENGTH:
        raise UnreadableError("size", MAX_LENGTH)
    if "=" in text:
        raise UnreadableError("equation", text.index("=") + 1)
    plain = {symbol.replace("_", ""): symbol for symbol in symbols}
    found: list[Token] = []
    at = 0
    while at < len(text):
        if skipped := _SKIPPED.match(text, at):
            at = skipped.end()
        elif number := _NUMBER.match(text, at):
            found.append(Token("number", number[0], at + 1))
            at = number.end()
        elif indexed := _indexed_symbol(text, at, plain):
            found.append(Token("symbol", indexed[0], at + 1))
            at = indexed[1]
        elif library := _LIBRARY.match(text, at):
            found.append(Token("function", library[0], at + 1))
            at = library.end()
        elif word := _NAME.match(text, at):
            found += _named(word, symbols)
            at = word.end()
        elif text.startswith("**", at):
            found.append(Token("power", "^", at + 1))
            at += 2
        else:
            found.append(_sign(text[at], at + 1))
            at += 1
    return [*found, Token("end", "", len(text) + 1)]


def _indexed_symbol(text: str, at: int, plain: Mapping[str, str]) -> tuple[str, int] | None:
    """The symbol with an index that stands here, such as x1, x_1 or x_{1}, and where it ends.

    Args:
        text: all of it.
        at: where the name would begin.
        plain: the symbols by their names without underscores.
    """
    match = _INDEXED.match(text, at)
    if match is None:
        return None
    letters, braced, rest = match.groups()
    if braced:
        return (plain[letters + braced], match.end()) if letters + braced in plain else None
    # x_1x_2 is two symbols: the longest index that makes one counts
    for length in range(len(rest), 0, -1):
        if letters + rest[:length] in plain:
            return plain[letters + rest[:length]], match.end() - len(rest) + length
    return None


def _sign(character: str, position: int) -> Token:
    kind = _SIGNS.get(character)
    if kind is None:
        raise UnreadableError("syntax", position)
    return Token(kind, "-" if character == "\N{MINUS SIGN}" else character, position)


def _named(name: re.Match[str], symbols: Collection[str]) -> list[Token]:
    """A name's token; a name that is none, such as px or ylogp, is read as the symbols and functions it is made of."""
    wrapped, command, letters = name.groups()
    position = name.start() + 1
    if command is not None and command in _COMMANDS:
        kind = _COMMANDS[command]
        return [Token(kind, "|" if kind == "bar" else command, position)]
    word = wrapped or letters or command[1:]
    if word in symbols or word in _SPELLINGS or word in _CONSTANTS:
        return [_known(word, symbols, position)]
    if letters is None:
        raise UnreadableError("symbol", position)
    known = sorted({*symbols, *_SPELLINGS, *_CONSTANTS}, key=len, reverse=True)
    parts: list[Token] = []
    while word:
        part = next((part for part in known if word.startswith(part)), "")
        if not part:
            raise UnreadableError("symbol", position)
        parts.append(_known(part, symbols, position))
        word, position = word[len(part) :], position + len(part)
    return parts


def _known(word: str, symbols: Collection[str], position: int) -> Token:
    if word in symbols:
        return Token("symbol", word, position)
    if word in _CONSTANTS:
        return Token("constant", _CONSTANTS[word], position)
    return Token("function", _SPELLINGS[word], position)
