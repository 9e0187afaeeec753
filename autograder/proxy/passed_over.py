"""What the student's side says of statements that failed at import: a claim, checked and put into sentences.

It is taken from the first import of a submission alone, which comes before the inputs of any test: what a later sandbox
says could carry them to the student.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from autograder.printable import clean_text
from autograder.proxy.wire import WireError

MAX_ENTRIES: Final = 20
_MAX_NAMES: Final = 20
_SAID_NAMES: Final = 5


@dataclass(frozen=True)
class PassedOver:
    """One statement.

    Attributes:
        file: the submission's file, or the cell of its notebook.
        first: the statement's first line.
        line: the line that failed.
        slow: it was interrupted because it took too long.
        type_name: the exception's class.
        text: the exception's text, or how long the statement took.
        names: what it would have defined.
    """

    file: str
    first: int
    line: int
    slow: bool
    type_name: str
    text: str
    names: tuple[str, ...]

    def sentence(self, module_file: str) -> str:
        """What the student is told; `module_file` need not be named."""
        where = _capitalise(place(self.file, self.line, module_file))
        lost = f", and {_and(self.names)} with it" if self.names else ""
        why = self.text if self.slow else f"{self.type_name}: {self.text}" if self.text else self.type_name
        return f"{where} was passed over{lost}: {why}{'' if why.endswith(('.', '?', '!')) else '.'}"

    def cause(self, module_file: str) -> str:
        """Why a name is missing: the line and the type alone."""
        why = "it took too long" if self.slow else self.type_name
        return f"{place(self.file, self.line, module_file)} was passed over ({why})"


def place(file: str, line: int, module_file: str = "") -> str:
    """`line 3 of helper.py`, `line 3` of the module itself, or `cell 2, line 3`."""
    if "." not in file:
        return f"{file}, line {line}"
    return f"line {line}" if file == module_file else f"line {line} of {file}"


def _capitalise(text: str) -> str:
    """The text with a capital letter."""
    return text[:1].upper() + text[1:]


def read_passed_over(value: Any, lines: Mapping[str, int]) -> tuple[tuple[PassedOver, ...], int]:
    """The entries of a reply to IMPORT, and how many more there were.

    Args:
        value: as it was decoded.
        lines: the submission's files and cells, and how many lines each has.

    Raises:
        WireError: it is not of the form that the wire's specification states.
    """
    if type(value) is not dict or value.keys() != {"passed_over", "more"} or type(value["passed_over"]) is not list:
        raise WireError("an answer to an import that is none")
    more = value["more"]
    if type(more) is not int or not 0 <= more < 2**32 or len(value["passed_over"]) > MAX_ENTRIES:
        raise WireError("more that was passed over than there can be")
    return tuple(_read_entry(entry, lines) for entry in value["passed_over"]), more


_FORM: Final = {"file": str, "first": int, "line": int, "kind": str, "type": str, "text": str, "names": list}


def _read_entry(entry: Any, lines: Mapping[str, int]) -> PassedOver:
    if type(entry) is not dict or {key: type(value) for key, value in entry.items()} != _FORM:
        raise WireError("a malformed entry of what was passed over")
    names = entry["names"][:_MAX_NAMES]
    if not all(type(name) is str for name in names) or entry["kind"] not in ("raised", "slow"):
        raise WireError("a malformed entry of what was passed over")
    last = lines.get(entry["file"], 0)
    if not 1 <= entry["first"] <= last:
        raise WireError("a line that there is not")
    line = entry["line"] if 1 <= entry["line"] <= last else entry["first"]
    return PassedOver(
        entry["file"], entry["first"], line, entry["kind"] == "slow",
        _line(entry["type"], 80), _line(entry["text"], 200),
        tuple(name for name in names if len(name) <= 60 and name.isidentifier()),
    )  # fmt: skip


def _line(text: str, limit: int) -> str:
    return " ".join(clean_text(text, limit).split())


def _and(names: tuple[str, ...]) -> str:
    shown = list(names[:_SAID_NAMES])
    if len(names) > _SAID_NAMES:
        return f"{', '.join(shown)} and {len(names) - _SAID_NAMES} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
