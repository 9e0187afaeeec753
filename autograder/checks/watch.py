"""What a test wants to know of the student's process: warnings, output, seeds.

`warnings`, `sys.stdout` and the global generators of the test's own process are not the student's. These context
managers act where the student's code runs; outside a grading run that is this process.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from autograder.checks.failure import Place
from autograder.checks.probe import seed_everything
from autograder.proxy import handles

_BUILTIN: Final = frozenset(
    name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, Warning)
)


@dataclass
class Printed:
    """What the student's code printed; `text` is there when the context has ended."""

    text: str = ""


@contextlib.contextmanager
def no_warnings() -> Iterator[None]:
    """The student's code warns of nothing in this context.

    Raises:
        CheckFailure: it did (an overflow in exp, say); the message names the first warning's class if it is a builtin.
    """
    caught: list[str] = []
    if handles.current is None:
        with warnings.catch_warnings(record=True) as recorded:
            warnings.simplefilter("always")
            yield
        caught = [warning.category.__name__ for warning in recorded]
    else:
        with _watched("warnings") as lines:
            yield
        caught = [line.partition(":")[0] for line in lines]
    if caught:
        # a name of the student's own could carry an input away
        Place("no_warnings", "Your code").fail("warned", got_type=caught[0] if caught[0] in _BUILTIN else "")


@contextlib.contextmanager
def printed() -> Iterator[Printed]:
    """Collect what the student's code prints in this context."""
    result = Printed()
    if handles.current is None:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            yield result
        result.text = out.getvalue()
    else:
        with _watched("output") as lines:
            yield result
        result.text = lines[0] if lines else ""


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Set the global generators where the student's code runs: random, numpy.random, and torch where it is imported."""
    if handles.current is None:
        seed_everything(seed)
    else:
        handles.current.watch("seed", on=True, seed=seed)
    yield


@contextlib.contextmanager
def _watched(what: str) -> Iterator[list[str]]:
    """Collect on the student's side; the list is filled when the context ends."""
    owner = handles.get_current(what)
    lines: list[str] = []
    owner.watch(what, on=True)
    try:
        yield lines
    except Exception:
        owner.watch(what, on=False)
        raise
    lines += owner.watch(what, on=False)
