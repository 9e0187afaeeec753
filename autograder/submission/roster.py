"""roster.csv: who is in the course, in our columns or in those of Gradescope's and Canvas's own lists."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from autograder.errors import SpecError
from autograder.submission.layouts import Alias, Handin
from autograder.submission.names import clean_student, shown
from autograder.submission.records import Enrolled

_MAX_ROSTER_BYTES: Final = 16 << 20
# the first column of each list that is there, and not empty in a row, counts
_IDS: Final = ("sid", "student id", "sis user id", "sis id", "sis login id", "id")
_NAMES: Final = ("name", "full name", "student name")
_EMAILS: Final = ("email", "e-mail", "email address")
_NO_STUDENTS: Final = frozenset({"instructor", "ta", "reader", "observer", "teacher", "designer"})


@dataclass(frozen=True)
class Roster:
    """The students of the course, and what each alone may be known by, all in one letter case."""

    path: Path
    students: tuple[Enrolled, ...]
    aliases: dict[Alias, str]
    left_out: tuple[str, ...] = ()

    def find(self, aliases: Iterable[Alias]) -> tuple[str, Alias] | None:
        """The student whom the first alias that means one student means, and that alias."""
        folded = ((self.aliases.get(_fold(alias)), alias) for alias in aliases)
        return next(((student, alias) for student, alias in folded if student), None)


def read_roster(path: Path) -> Roster:
    """Read a roster.

    Raises:
        SpecError: it cannot be read, or lacks a column that tells the students apart.
    """
    rows = _rows(path)
    if not rows:
        raise SpecError(f"{path} is empty; it needs a row a student and a header: student,name,email.")
    header = [cell.strip().casefold() for cell in rows[0]]
    if not {*_IDS, *_EMAILS, "student"} & set(header):
        raise SpecError(f"{path} has no column student (or sid) or email in its first line; add one.")
    students: dict[str, Enrolled] = {}
    aliases: dict[Alias, set[str]] = {}
    left_out = []
    for number, row in enumerate(rows[1:], 2):
        cells = {key: _plain(cell) for key, cell in zip(header, row, strict=False)}
        one, keys = _enrolled(cells)
        if not one.student:
            continue
        if one.student in students:
            left_out.append(f"{path}: {one.student} stands there twice; line {number} was left out.")
            continue
        students[one.student] = one
        for key in keys:
            aliases.setdefault(_fold(key), set()).add(one.student)
    if not students:
        raise SpecError(f"{path} names no student; it needs a row a student and a header: student,name,email.")
    # what several students are known by tells nothing
    plain = {key: found.pop() for key, found in aliases.items() if len(found) == 1}
    return Roster(path, tuple(students.values()), plain, tuple(left_out))


def _rows(path: Path) -> list[list[str]]:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_ROSTER_BYTES + 1)
    except OSError as error:
        raise SpecError(f"{path} cannot be read ({error.strerror}); name the roster with --roster FILE.") from None
    if len(data) > _MAX_ROSTER_BYTES:
        raise SpecError(f"{path} is larger than {_MAX_ROSTER_BYTES >> 20} MiB; it is no roster.")
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
        first = text.partition("\n")[0]
        mark = max(",;\t", key=first.count)
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if any(map(str.strip, row))]
    except UnicodeError:
        raise SpecError(f"{path} is not UTF-8; save it as CSV in UTF-8.") from None
    except csv.Error as error:
        raise SpecError(f"{path} is not CSV ({error}); save it as CSV in UTF-8.") from None


def _plain(cell: str) -> str:
    """A cell's text without what keeps a spreadsheet from taking a SID for a number: `'0675`, `="0675"`."""
    text = " ".join(cell.split())
    quoted = re.fullmatch(r'="(.*)"', text)
    return quoted[1] if quoted else text.removeprefix("'")


def _enrolled(cells: dict[str, str]) -> tuple[Enrolled, list[Alias]]:
    """A row's student, and everything that they may be known by; the student is empty where the row is nobody's."""
    if cells.get("role", "").casefold() in _NO_STUDENTS or cells.get("student", "").casefold() == "points possible":
        return Enrolled(""), []
    ids = [cells[key] for key in _IDS if cells.get(key)]
    if len(ids) > 1 and any(key.startswith("sis") for key in cells):
        ids.remove(cells.get("id") or ids[-1])  # Canvas's own number, which could be another's SID
    name = _first(cells, _NAMES) or " ".join(filter(None, (cells.get("first name"), cells.get("last name"))))
    student = cells.get("student", "")
    if not any(key in cells for key in _IDS):
        ids = [student] if student else []
    elif not name:  # Canvas calls the column of names Student
        name = student
    email = _first(cells, _EMAILS)
    identity = next(filter(None, (*ids, email, name)), "")
    aliases = [Alias("id", text) for text in (*ids, email)]
    aliases += [Alias("name", name), Alias("name", _sortable(name, cells)), Alias("canvas", cells.get("id", ""))]
    return Enrolled(clean_student(identity) if identity else "", name, email), [one for one in aliases if one.text]


def _first(cells: dict[str, str], keys: Iterable[str]) -> str:
    return next((cells[key] for key in keys if cells.get(key)), "")


def _sortable(name: str, cells: dict[str, str]) -> str:
    """A name as Canvas writes it before a file's: family name first, lower case, letters and digits alone."""
    if cells.get("last name"):
        name = f"{cells['last name']} {cells.get('first name', '')}"
    elif "," not in name:
        given, _, family = name.rpartition(" ")
        name = f"{family} {given}"
    return re.sub(r"\W", "", name)


def _fold(alias: Alias) -> Alias:
    return Alias(alias.kind, " ".join(alias.text.split()).casefold())


def enrol(handins: list[Handin], roster: Roster) -> tuple[list[Handin], list[str]]:
    """The hand-ins under the roster's names, and a sentence for each that is nobody's there, or not for certain."""
    people = {one.student: one for one in roster.students}
    matches = [roster.find(handin.aliases) for handin in handins]
    by_name = Counter(match[0] for match in matches if match and match[1].kind == "name")
    sure = {match[0] for match in matches if match and match[1].kind != "name"}
    claimed: dict[str, set[str]] = {}
    for handin, match in zip(handins, matches, strict=True):
        if match and match[1].kind != "name" and handin.email:
            claimed.setdefault(match[0], set()).add(handin.email.casefold())
    enrolled, said = [], []
    for handin, match in zip(handins, matches, strict=True):
        graded = "what they handed in was graded all the same"
        if match is None:
            said.append(f"{shown(handin.student)} is not in {roster.path}; {graded}.")
        elif match[1].kind == "name" and (by_name[match[0]] > 1 or match[0] in sure):
            said.append(f"{shown(handin.student)} has the name of {match[0]}, as others have; {graded}.")
            match = None
        elif len(claimed.get(match[0], ())) > 1 and handin.email.casefold() != people[match[0]].email.casefold():
            # students can write another's SID into their account
            said.append(f"{shown(handin.student)} has the SID of {match[0]}, as others have; {graded}.")
            match = None
        else:
            one = people[match[0]]
            handin = replace(handin, student=one.student, name=one.name or handin.name, email=one.email or handin.email)
        if match is None and handin.student in people:  # a name that looks like another's SID
            handin = replace(handin, student=f"{handin.student}-unknown")
        enrolled.append(handin)
    return enrolled, said
