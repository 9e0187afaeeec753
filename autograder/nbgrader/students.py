"""Who is who: our students, and the ids that nbgrader knows them by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from autograder.errors import SpecError
from autograder.submission import Enrolled, Intake, Roster, Submission
from autograder.submission.layouts import Alias
from autograder.submission.names import clean_student


@dataclass(frozen=True)
class Member:
    """A student as nbgrader's gradebook has them."""

    nbgrader_id: str
    name: str = ""
    email: str = ""


def find_members(intake: Intake, roster: Roster | None, known: Iterable[str]) -> dict[str, Member]:
    """The students of a class, by our names: those who handed something in, and the others of the roster.

    Their id at nbgrader is that of their folder in `submitted/`; else one that the gradebook knows and the roster says
    is theirs; else ours.

    Args:
        intake: what was handed in.
        roster: who is in the course.
        known: the ids in the gradebook.

    Raises:
        SpecError: two students would have one id.
    """
    ids = {one.student: one.folder for one in intake.submissions if one.folder}
    for nbgrader_id in known:
        match = roster.find([Alias("id", nbgrader_id)]) if roster else None
        ids.setdefault(match[0] if match else clean_student(nbgrader_id), nbgrader_id)
    people: list[Submission | Enrolled] = [*intake.submissions, *intake.absent]
    members = {one.student: Member(ids.get(one.student, one.student), one.name, one.email) for one in people}
    taken: dict[str, str] = {}
    for student, member in members.items():
        other = taken.setdefault(member.nbgrader_id, student)
        if other != student:
            raise SpecError(
                f"{other} and {student} would both be {member.nbgrader_id!r} at nbgrader; rename one of them in the "
                "roster or in submitted/."
            )
    return members


def enrol_member(book: Any, member: Member) -> None:
    """See that the gradebook has a student; what it knows of them already stays."""
    known = next((one for one in book.students if one.id == member.nbgrader_id), None)
    first, last = split_name(member.name)
    told = {"first_name": first, "last_name": last, "email": member.email}
    new = {key: text for key, text in told.items() if text and not (known and getattr(known, key))}
    if known is None or new:
        book.update_or_create_student(member.nbgrader_id, **new)


def split_name(name: str) -> tuple[str, str]:
    """First and last name, of `Ada Lovelace` or `Lovelace, Ada`."""
    if "," in name:
        last, _, first = (part.strip() for part in name.partition(","))
        return first, last
    first, _, last = name.rpartition(" ")
    return first, last
