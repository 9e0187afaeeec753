"""The class as a table: for the terminal, and as grades.csv."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table

from autograder.verdict import GradeReport, Outcome, ScoredTest


@dataclass(frozen=True)
class Person:
    """What is known of a student beside the grade.

    Attributes:
        submitted_at: ISO 8601 with its time zone, empty where it is not known.
        absent: of the roster, and did not submit.
    """

    name: str = ""
    email: str = ""
    submitted_at: str = ""
    late: bool = False
    absent: bool = False


def render_table(reports: Sequence[GradeReport], ungraded: Iterable[str]) -> Table:
    """A row a student: the score, and what went wrong in how many tests."""
    title = f"{reports[0].title} ({reports[0].points:g} points)" if reports else None
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column("student")
    for heading in ("score", "passed", "of"):
        table.add_column(heading, justify="right")
    table.add_column("lost to")
    for report in reports:
        passed = sum(test.result.outcome is Outcome.PASSED and not test.blocked_by for test in report.tests)
        score = f"{report.score:g}"
        if report.waiting:
            score += f" of {report.settled_points:g}, {report.waiting:g} to come"
        table.add_row(report.student, score, str(passed), str(len(report.tests)), summarise_losses(report))
    for student in ungraded:
        table.add_row(student, "-", "-", "-", "not graded: our fault or the machine's")
    return table


def summarise_losses(report: GradeReport) -> str:
    """Outcomes other than passed, with their counts: `failed 3, timeout 1, overridden 1`."""
    counts: dict[str, int] = {}
    for test in report.tests:
        label = _loss(test)
        if label:
            counts[label] = counts.get(label, 0) + 1
    return ", ".join(f"{label} {count}" for label, count in counts.items())


def _loss(test: ScoredTest) -> str:
    if test.override is not None and test.override.action != "unblocked":
        return "overridden" if test.override.action == "points" else "void"
    return "" if test.label == Outcome.PASSED.label else test.label


def render_csv(
    reports: Sequence[GradeReport], ungraded: Iterable[str], people: Mapping[str, Person] | None = None
) -> str:
    """grades.csv: a row a student, a column a task (a test function); an ungraded student's cells are empty.

    Where points wait for a GPU, `points` are those that could be had so far, `waiting` the others, and the cell of a
    test of which nothing is settled is empty. Where anything is known of `people`, the last columns say it, and whether
    the student is graded; who is absent has a row as well.
    """
    tasks = list(dict.fromkeys(test.expected.function for test in reports[0].tests)) if reports else []
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    people = {student: person for student, person in (people or {}).items() if person != Person()}
    known = ["name", "email", "submitted_at", "late", "status"] if people else []

    def tell(student: str, status: str) -> list[str]:
        person = people.get(student, Person())
        late = "yes" if person.late else ""
        return [plain_cell(person.name), plain_cell(person.email), person.submitted_at, late, status] if known else []

    waits = ["waiting"] if any(report.waiting for report in reports) else []
    writer.writerow(["student", "score", "points", *waits, *tasks, *known])
    for report in reports:
        scores = [_task(_of(report, task)) for task in tasks]
        writer.writerow(
            [
                plain_cell(report.student),
                _number(report.score),
                _number(report.settled_points),
                *([_number(report.waiting)] if waits else []),
                *scores,
                *tell(report.student, "graded"),
            ]
        )
    empty = ["", "", *("" for _ in (*waits, *tasks))]
    for student in ungraded:
        writer.writerow([plain_cell(student), *empty, *tell(student, "not graded")])
    for student, person in people.items():
        if person.absent:
            writer.writerow([plain_cell(student), *empty, *tell(student, "not submitted")])
    return out.getvalue()


def _task(cases: list[ScoredTest]) -> str:
    """The score of a test function; empty where all of it is still to come."""
    return "" if all(case.waiting for case in cases) else _number(sum(case.score for case in cases))


def _of(report: GradeReport, task: str) -> list[ScoredTest]:
    return [test for test in report.tests if test.expected.function == task]


def _number(value: float) -> str:
    return f"{round(value, 6):.6f}".rstrip("0").rstrip(".")


def plain_cell(text: str) -> str:
    """A name that a spreadsheet must not take for a formula; wide signs and hidden letters count as well."""
    begins = "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter.isprintable()).lstrip()
    return f"'{text}" if begins.startswith(tuple("=+-@")) else text
