"""A student's exceptions on the trusted side: builtin ones as themselves, public ones of the submission as mirrors.

The list is closed and goes by identity: the student's side names a class only if the exception is of that very
class, so a class that is merely called ValueError arrives as something that derives from its own builtin base.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from autograder.printable import clean_text
from autograder.proxy import wire
from autograder.proxy.handles import ExceptionMirror
from autograder.verdict import StudentFrame

CLASSES: Final[dict[str, type[BaseException]]] = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception) and name != "ExceptionGroup"
} | {"SystemExit": SystemExit, "LinAlgError": np.linalg.LinAlgError}
_NAMES: Final = {value: name for name, value in reversed(CLASSES.items())}

_ATTRIBUTE: Final = "_autograder_student_error"


@dataclass(frozen=True)
class StudentError:
    """What the student's side says of an exception: a claim, cleaned, for messages alone."""

    type_name: str
    builtin: str
    """The nearest builtin class, the only part of the type that a hidden test may show."""
    text: str
    frame: StudentFrame | None
    traceback: str

    @property
    def headline(self) -> str:
        """The last line of a traceback."""
        return f"{self.type_name}: {self.text}" if self.text else self.type_name


def student_exception(reply: wire.Raised, mirrors: dict[tuple[str, str], type], lines: dict[str, int]) -> BaseException:
    """The exception to raise in the test for one that the student's code raised.

    Args:
        reply: what the student's side says.
        mirrors: the public classes, by module and name.
        lines: the submission's files and how many lines each has: a frame elsewhere is not believed.
    """
    base = CLASSES.get(reply.base, Exception)
    text = clean_text(reply.text)
    type_name = clean_text(reply.type, 80)
    found = [mirrors.get(path) for path in reply.classes[:16]]
    own = tuple(dict.fromkeys(kind for kind in found if isinstance(kind, ExceptionMirror)))
    if own:
        kind = _derive(own[0].__name__, (*own, base) if base is not Exception else own)
    else:
        kind = base if reply.exact else _derive("StudentException", (base,))
    error = _make(kind, text)
    described = StudentError(type_name, base.__name__, text, _frame(reply, lines), clean_text(reply.traceback))
    setattr(error, _ATTRIBUTE, described)
    return error


def student_error(error: BaseException | None) -> StudentError | None:
    """What the student's side said of an exception, or None if it was raised on the trusted side."""
    found: Any = getattr(error, _ATTRIBUTE, None)
    return found if isinstance(found, StudentError) else None


def copy_student_error(source: BaseException, target: BaseException) -> None:
    """Let an exception that stands for another say of the student's what that one says."""
    setattr(target, _ATTRIBUTE, getattr(source, _ATTRIBUTE))


def builtin_name(error: BaseException) -> str:
    """The name under which an exception of the test's is raised on the student's side; "" where it has none."""
    return _NAMES.get(type(error), "")


def _frame(reply: wire.Raised, lines: dict[str, int]) -> StudentFrame | None:
    """The last frame that can be: of a file that was handed in, at a line that it has."""
    for file, line, function in reversed(reply.frames[-8:]):
        if 1 <= line <= lines.get(file, 0):
            return StudentFrame(file=file, line=line, function=clean_text(function, 100))
    return None


def _derive(name: str, bases: tuple[type, ...]) -> Any:
    """A class that is equal to no other, and derives from what it claims to derive from."""
    kind = ExceptionMirror if any(isinstance(base, ExceptionMirror) for base in bases) else type
    return kind(name, bases, {"__module__": "submission"})


def _make(kind: type[BaseException], text: str) -> BaseException:
    if issubclass(kind, UnicodeDecodeError):
        return kind("utf-8", b"", 0, 0, text)
    if issubclass(kind, UnicodeEncodeError):
        return kind("utf-8", "", 0, 0, text)
    if issubclass(kind, UnicodeTranslateError):
        return kind("", 0, 0, text)
    return kind(text)
