"""How late a submission is, by its own time and never by the clock. Points are not touched."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from autograder.gradescope.metadata import Dates, Metadata


@dataclass(frozen=True)
class Lateness:
    """What is known of it.

    Attributes:
        seconds: whole seconds after the due date, rounded up; 0 is on time; None where it cannot be told.
        due: the due date that was used.
        late_due: the late due date that was used.
        after_late_due: whether it came after that as well.
    """

    seconds: int | None = None
    due: datetime | None = None
    late_due: datetime | None = None
    after_late_due: bool = False

    def describe(self) -> str:
        """A sentence for the student; empty where nothing is due."""
        if self.due is None:
            return ""
        due = f"due {_write(self.due)}"
        if self.seconds is None:
            return f"How late this is could not be told ({due})."
        if self.seconds == 0:
            return f"Handed in on time ({due})."
        more = ", and after the late due date" if self.after_late_due else ""
        return f"Handed in {say_duration(self.seconds)} late ({due}){more}; nothing is taken off the points here."

    def as_data(self) -> dict[str, Any]:
        """For extra_data of results.json."""
        return {
            "late_seconds": self.seconds,
            "due_date": self.due.isoformat() if self.due else None,
            "late_due_date": self.late_due.isoformat() if self.late_due else None,
            "after_late_due_date": self.after_late_due,
        }


def measure_lateness(metadata: Metadata) -> Lateness:
    """Compare the time of submission with the due date of whoever submitted.

    Each student's own dates count, and the assignment's where a student has none. Of a group the latest counts: an
    extension of one is of use to all, and nobody is late by a partner's earlier date.
    """
    members = metadata.members or (metadata.dates,)
    due = _latest(members, "due")
    late_due = _latest(members, "late_due")
    if due is None or metadata.created_at is None:
        return Lateness(None, due, late_due)
    seconds = max(0, math.ceil((metadata.created_at - due).total_seconds()))
    after = seconds > 0 and late_due is not None and metadata.created_at > late_due
    return Lateness(seconds, due, late_due, after)


def _latest(members: tuple[Dates, ...], which: str) -> datetime | None:
    """The latest date; None as soon as one member has none: who is never due is never late."""
    dates = [getattr(one, which) for one in members]
    return None if None in dates else max(dates)


def say_duration(seconds: int) -> str:
    """`1 day, 2 hours and 3 minutes`; seconds alone where it is less than a minute."""
    parts = []
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}{'s' * (count > 1)}")
    if not parts:
        return f"{seconds} second{'s' * (seconds != 1)}"
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _write(time: datetime) -> str:
    return time.isoformat(" ", "minutes")
