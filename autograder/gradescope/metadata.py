"""submission_metadata.json as Gradescope really writes it: every field may be missing, null or of another type.

Nothing here is needed to grade; what cannot be read is a sentence for the TA and no fault.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

_MAX_BYTES: Final = 64 << 20  # earlier results are in it, with all their outputs


@dataclass(frozen=True)
class Dates:
    """When an assignment is due, for all or for one student."""

    due: datetime | None = None
    late_due: datetime | None = None


@dataclass(frozen=True)
class Metadata:
    """What is known of a submission.

    Attributes:
        student: the name that the grader's own records go by: SID, else e-mail, else name, else the submission's id.
        created_at: when it was handed in.
        dates: of the assignment.
        members: dates of each student of the submission, their own where they have any.
        problems: a sentence for each thing that could not be read.
    """

    student: str = "submission"
    created_at: datetime | None = None
    dates: Dates = Dates()
    members: tuple[Dates, ...] = ()
    problems: tuple[str, ...] = ()


def read_metadata(path: Path) -> Metadata:
    """Read it; never raises for what the file holds or lacks."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        return Metadata(problems=(f"{path.name} cannot be read ({error.strerror}).",))
    if len(data) > _MAX_BYTES:
        return Metadata(problems=(f"{path.name} is larger than {_MAX_BYTES >> 20} MiB.",))
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return Metadata(problems=(f"{path.name} is not JSON.",))
    if not isinstance(value, dict):
        return Metadata(problems=(f"{path.name} holds no object.",))
    return parse_metadata(value)


def parse_metadata(value: dict[str, Any]) -> Metadata:
    """Take from the object what is there and of the right type."""
    problems: list[str] = []
    created_at = _time(value, "created_at", problems)
    if created_at is None and not problems:
        problems.append("created_at is missing.")
    assignment = _table(value.get("assignment"))
    dates = _dates(assignment, problems)
    users = [user for user in _list(value.get("users")) if isinstance(user, dict)]
    return Metadata(
        student=_student(users, value.get("id")),
        created_at=created_at,
        dates=dates,
        members=tuple(_own_dates(user, dates, problems) for user in users),
        problems=tuple(problems),
    )


def _student(users: list[dict[str, Any]], number: Any) -> str:
    for field in ("sid", "email", "name"):
        for user in users[:1]:
            if isinstance(user.get(field), (str, int)) and str(user[field]).strip():
                return str(user[field]).strip()
    return f"submission-{number}" if isinstance(number, (str, int)) else "submission"


def _own_dates(user: dict[str, Any], dates: Dates, problems: list[str]) -> Dates:
    """A student's own; a date that is not there is the assignment's."""
    own = _dates(_table(user.get("assignment")), problems)
    return Dates(own.due or dates.due, own.late_due or dates.late_due)


def _dates(table: dict[str, Any], problems: list[str]) -> Dates:
    return Dates(_time(table, "due_date", problems), _time(table, "late_due_date", problems))


def _time(table: dict[str, Any], key: str, problems: list[str]) -> datetime | None:
    """An aware time; None where it is null, or cannot be compared with another."""
    text = table.get(key)
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text.strip())
    except (AttributeError, ValueError):
        problems.append(f"{key} is not a time ({str(text)[:40]!r}).")
        return None
    if time.utcoffset() is None:
        problems.append(f"{key} has no time zone ({text[:40]!r}).")
        return None
    return time


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
