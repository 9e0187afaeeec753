"""overrides.csv: a TA's own verdicts, a row each, with a reason.

    student,test,points,reason
    ada,test_widen,3,The handout allows a list here
    *,test_total_random,void-give,The statement was ambiguous

Read and checked whole before anything is graded: every mistake is one sentence that names the file and the line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.errors import SpecError, did_you_mean
from autograder.verdict import ExpectedTest, Ruling

COLUMNS: Final = ("student", "test", "points", "reason")
EVERYONE: Final = "*"
VOIDS: Final = ("void-give", "void-drop")
_MAX_BYTES: Final = 4 << 20
_MAX_REASON_CHARS: Final = 1000
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


@dataclass(frozen=True)
class OverrideRow:
    """A row as it stands in the file."""

    line: int
    student: str
    test: str
    points: str
    reason: str


class Overrides:
    """What TAs decided of a class.

    Args:
        everyone: rulings on tests that are void, by node id.
        students: rulings on tests of one student, by student and node id.
    """

    def __init__(self, everyone: dict[str, Ruling], students: dict[str, dict[str, Ruling]]) -> None:
        self.everyone = everyone
        self.students = students

    def of(self, student: str) -> dict[str, Ruling]:
        """The rulings that hold for a student, by node id."""
        return self.everyone | self.students.get(student, {})


NO_OVERRIDES: Final = Overrides({}, {})


def read_overrides(path: Path) -> list[OverrideRow]:
    """The rows of a file, as text.

    Raises:
        SpecError: it cannot be read, is no CSV in UTF-8, or lacks a column, a cell or a reason.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SpecError(f"{path} cannot be read ({error.strerror}); mend it or take it away.") from None
    if len(data) > _MAX_BYTES:
        raise SpecError(f"{path} is larger than {_MAX_BYTES >> 20} MiB; is it a table of overrides?")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SpecError(f"{path} is not UTF-8; save it as 'CSV UTF-8'.") from None
    return parse_overrides(text, path)


def parse_overrides(text: str, path: Path) -> list[OverrideRow]:
    """The rows of a file's text; `path` is for the messages. Raises SpecError as `read_overrides` does."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    places: list[int] | None = None
    rows: list[OverrideRow] = []
    end = 0
    try:
        for cells in reader:
            line, end = end + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if places is None:
                places = _find_columns([cell.strip().lower() for cell in cells], f"{path}, line {line}")
            else:
                rows.append(_read_row(cells, places, line, f"{path}, line {line}"))
    except csv.Error as error:
        where = f"{path}, line {reader.line_num}"
        raise SpecError(f"{where}: no valid CSV ({error}); double the quotes inside a quoted cell.") from None
    if places is None:
        raise SpecError(f"{path} has no header; its first line is {','.join(COLUMNS)}.")
    return rows


def _find_columns(header: list[str], where: str) -> list[int]:
    for name in header:
        if name not in COLUMNS:
            raise SpecError(f"{where}: unknown column {name!r}{did_you_mean(name, COLUMNS)}")
        if header.count(name) > 1:
            raise SpecError(f"{where}: the column {name!r} is there twice; take one out.")
    for name in COLUMNS:
        if name not in header:
            raise SpecError(f"{where}: the column {name!r} is missing; the columns are {','.join(COLUMNS)}.")
    return [header.index(name) for name in COLUMNS]


def _read_row(cells: list[str], places: list[int], line: int, where: str) -> OverrideRow:
    if len(cells) != len(places):
        raise SpecError(
            f"{where}: {len(cells)} cells where there are {len(places)} columns; put quotes around a cell with a comma."
        )
    student, test, points, reason = (" ".join(cells[place].split()) for place in places)
    if re.match(r"'[=+@-]", student):
        student = student[1:]  # as grades.csv writes a name that a spreadsheet must not take for a formula
    for name, cell in zip(COLUMNS, (student, test, points, reason), strict=True):
        if not cell:
            raise SpecError(f"{where}: the {name} is missing; fill it in.")
        if not cell.isprintable():
            raise SpecError(f"{where}: the {name} holds a control character; write it again.")
    if len(reason) > _MAX_REASON_CHARS:
        raise SpecError(f"{where}: the reason is longer than {_MAX_REASON_CHARS} characters; shorten it.")
    return OverrideRow(line, student, test, points, reason)


def resolve_overrides(
    rows: Iterable[OverrideRow], tests: Sequence[ExpectedTest], students: Collection[str], path: Path
) -> Overrides:
    """The rows against the tests and the students that there are.

    A row names a test by its node id, or by its function, as in grades.csv: then its points are shared among the
    function's cases as the cases' own are.

    Raises:
        SpecError: a row names a student or a test that is not there, points that the test cannot be worth, or a test on
            which another row has decided; or every point of the assignment would be dropped.
    """
    everyone: dict[str, Ruling] = {}
    single: dict[str, dict[str, Ruling]] = {}
    decided: dict[str, dict[str, int]] = {}
    for row in rows:
        where = f"{path}, line {row.line}"
        _check_student(row, students, where)
        cases = _find_cases(row.test, tests, where)
        _check_once(row, cases, decided, where)
        for nodeid, ruling in _rule(row, cases, where).items():
            target = everyone if row.student == EVERYONE else single.setdefault(row.student, {})
            target[nodeid] = ruling
    if not any(test.points for test in tests if _stays(test, everyone)):
        raise SpecError(f"{path} takes every point out of the total; void tests with void-give.")
    return Overrides(everyone, single)


def _stays(test: ExpectedTest, everyone: dict[str, Ruling]) -> bool:
    ruling = everyone.get(test.nodeid)
    return ruling is None or ruling.action != "void-drop"


def _check_student(row: OverrideRow, students: Collection[str], where: str) -> None:
    if row.student == EVERYONE:
        if row.points not in VOIDS:
            raise SpecError(f"{where}: {EVERYONE} takes void-give or void-drop as points, not {row.points!r}.")
    elif row.points in VOIDS:
        raise SpecError(f"{where}: {row.points} is for everyone; write {EVERYONE} as the student, or points.")
    elif row.student not in students:
        raise SpecError(f"{where}: there is no student {row.student!r}{did_you_mean(row.student, sorted(students))}")


def _find_cases(name: str, tests: Sequence[ExpectedTest], where: str) -> list[ExpectedTest]:
    cases = [test for test in tests if test.nodeid == name] or [test for test in tests if test.function == name]
    if not cases:
        known = dict.fromkeys([*(test.function for test in tests), *(test.nodeid for test in tests)])
        raise SpecError(f"{where}: there is no test {name!r}{did_you_mean(name, known)}")
    return cases


def _check_once(row: OverrideRow, cases: list[ExpectedTest], decided: dict[str, dict[str, int]], where: str) -> None:
    """One row a student and a test; what is void for everyone is not decided for one."""
    for test in cases:
        lines = decided.setdefault(test.nodeid, {})
        others = lines.values() if row.student == EVERYONE else (lines.get(EVERYONE), lines.get(row.student))
        line = next((line for line in others if line is not None), None)
        if line is not None:
            raise SpecError(f"{where}: line {line} has decided on {row.test} already; take one of the two out.")
        lines[row.student] = row.line


def _rule(row: OverrideRow, cases: list[ExpectedTest], where: str) -> dict[str, Ruling]:
    if row.points == "void-give":
        return {t.nodeid: Ruling(action="void-give", points=t.points, reason=row.reason) for t in cases}
    if row.points == "void-drop":
        return {t.nodeid: Ruling(action="void-drop", points=0.0, reason=row.reason) for t in cases}
    if not _NUMBER.fullmatch(row.points):
        raise SpecError(f"{where}: the points are {row.points!r}; write a number, as 2.5.")
    points, most = float(row.points), sum(test.points for test in cases)
    if not 0 <= points <= most + 1e-6:
        raise SpecError(f"{where}: the points are {row.points}, but {row.test} is worth from 0 to {most:g}.")
    share = min(1.0, points / most) if most else 0.0
    return {t.nodeid: Ruling(action="points", points=t.points * share, reason=row.reason) for t in cases}
