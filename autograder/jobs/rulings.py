"""Which overrides.csv holds for a run: the one that is named, else the results' own, else the last run's.

What was decided must not be lost in silence: a file that the last run went by, and that is gone, is an error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from autograder.errors import SpecError
from autograder.jobs.results import read_events
from autograder.overrides import NO_OVERRIDES, OverrideRow, Overrides, read_overrides, resolve_overrides
from autograder.verdict import ExpectedTest

FILE: Final = "overrides.csv"


@dataclass(frozen=True)
class OverridesFile:
    """A file of overrides, read, its rows not yet checked against tests and students."""

    path: Path | None
    rows: tuple[OverrideRow, ...] = ()
    digest: str = ""

    def resolve(self, tests: Sequence[ExpectedTest], students: Collection[str]) -> Overrides:
        """The overrides that hold. Raises SpecError: a row is wrong."""
        if self.path is None:
            return NO_OVERRIDES
        return resolve_overrides(self.rows, tests, students, self.path)

    def describe(self) -> dict[str, Any] | None:
        """For the record."""
        if self.path is None:
            return None
        return {"file": str(self.path), "rows": len(self.rows), "sha256": self.digest}


NO_FILE: Final = OverridesFile(None)


def load_overrides(folder: Path, named: Path | None) -> OverridesFile:
    """Find and read the overrides of a run into `folder`.

    Args:
        folder: the results'.
        named: a file that the TA names.

    Raises:
        SpecError: it cannot be read; the one of the last run is gone; or there are two that could be meant.
    """
    path = named.absolute() if named is not None else _find(folder)
    if path is None:
        return NO_FILE
    rows = tuple(read_overrides(path))
    return OverridesFile(path, rows, hashlib.sha256(path.read_bytes()).hexdigest())


def _find(folder: Path) -> Path | None:
    own, last = folder / FILE, _last(folder)
    if own.exists() and last not in (None, own):
        raise SpecError(f"{own} is there, but the last run went by {last}; name one of them with --overrides.")
    if own.exists():
        return own
    if last is not None and not last.exists():
        raise SpecError(
            f"{last}, the overrides of the last run, is gone; bring it back, or name another with --overrides "
            "(one that holds the header alone takes every override back)."
        )
    return last


def _last(folder: Path) -> Path | None:
    """The file of the last run, if it held any row."""
    runs = [event for event in read_events(folder / "journal.jsonl") if event.get("event") == "run"]
    described = runs[-1].get("overrides") if runs else None
    if not isinstance(described, dict) or not described.get("rows"):
        return None
    return Path(str(described.get("file")))
