"""A student's exceptions on the trusted side: builtin ones arrive as themselves, others as their nearest builtin class.

The list is closed and goes by identity: the student's side names a class only if the exception is of that very
class, so a class that is merely called ValueError arrives as the builtin class that it derives from.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from autograder.proxy import wire
from autograder.verdict import StudentFrame

_CLASSES: Final[dict[str, type[BaseException]]] = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception) and name != "ExceptionGroup"
} | {"SystemExit": SystemExit, "LinAlgError": np.linalg.LinAlgError}

_ATTRIBUTE: Final = "_autograder_student_error"


@dataclass(frozen=True)
class StudentError:
    """What the student's side says of an exception: a claim, cleaned, for messages alone."""

    type_name: str
    builtin: bool
    text: str
    frame: StudentFrame | None
    traceback: str

    @property
    def headline(self) -> str:
        """The last line of a traceback."""
        return f"{self.type_name}: {self.text}" if self.text else self.type_name


def student_exception(reply: wire.Raised) -> BaseException:
    """The exception to raise in the test for one that the student's code raised."""
    base = _CLASSES.get(reply.base, Exception)
    text = wire.clean_text(reply.text)
    error = _make(base if reply.exact else _derived(base, wire.clean_text(reply.type, 80)), text)
    frame = None
    if reply.frames:
        file, line, function = reply.frames[-1]
        frame = StudentFrame(file=wire.clean_text(file, 200), line=line, function=wire.clean_text(function, 100))
    described = StudentError(
        wire.clean_text(reply.type, 80), reply.exact, text, frame, wire.clean_text(reply.traceback)
    )
    setattr(error, _ATTRIBUTE, described)
    return error


def student_error(error: BaseException | None) -> StudentError | None:
    """What the student's side said of an exception, or None if it was raised on the trusted side."""
    found: Any = getattr(error, _ATTRIBUTE, None)
    return found if isinstance(found, StudentError) else None


def _derived(base: type[BaseException], name: str) -> type[BaseException]:
    """A class of the student's: derives from what it claims to derive from, and is equal to no other."""
    return type(name if name.isidentifier() else "StudentException", (base,), {"__module__": "submission"})


def _make(kind: type[BaseException], text: str) -> BaseException:
    if issubclass(kind, UnicodeDecodeError):
        return kind("utf-8", b"", 0, 0, text)
    if issubclass(kind, UnicodeEncodeError):
        return kind("utf-8", "", 0, 0, text)
    if issubclass(kind, UnicodeTranslateError):
        return kind("", 0, 0, text)
    return kind(text)
