"""Two runs of one class as one: the tests that the first put off, from a later one that had a GPU.

Only what was put off is taken, and only of a submission that is the same in both: the same bytes, suite and key draw
the same inputs. A TA's overrides come last, as in every run.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from autograder import __version__
from autograder.errors import SpecError
from autograder.jobs.origin import GradeOrigin, find_origins
from autograder.jobs.results import Journal, ResultsFolder
from autograder.jobs.rulings import OverridesFile
from autograder.reports.table import Person, render_csv
from autograder.scoring import apply_overrides, machine_report, score_tests, total
from autograder.verdict import GradeReport, Outcome, TestResult

_UNSETTLED: Final = (Outcome.DEFERRED, Outcome.FAULT, Outcome.INVALID)
_SAME: Final = {
    "assignment": "are of different assignments",
    "assignment_digest": "were graded with different suites or references",
    "seed_digest": "drew their inputs from different secrets or seeds",
}
"""What must be the same in both runs, and what to say where it is not."""


@dataclass(frozen=True)
class GradedRun:
    """What a run of `grade` left in a folder, read whole.

    Attributes:
        assignment: its id.
        summary: run.json.
        reports: by student.
        origins: by student, as the journal says.
    """

    folder: Path
    assignment: str
    summary: dict[str, Any]
    reports: dict[str, GradeReport]
    origins: dict[str, GradeOrigin]


@dataclass
class Merge:
    """What came of it.

    Attributes:
        reports: of every student of the first run, by name.
        filled: by student, how many tests were filled in.
        left: by student, why nothing was, a sentence each; who had nothing put off is in neither.
    """

    reports: dict[str, GradeReport] = field(default_factory=dict)
    filled: dict[str, int] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)


def read_run(folder: Path) -> GradedRun:
    """Read what `grade` left.

    Raises:
        SpecError: the folder is not that of a run, or a file of it cannot be read.
    """
    path = folder / "run.json"
    try:
        summary = json.loads(path.read_bytes())
        students = [str(student) for student in summary["graded"]]
        assignment = str(summary["assignment"])
    except FileNotFoundError:
        raise SpecError(f"{folder} holds no results of grade; name the folder that was its --out.") from None
    except (OSError, ValueError, TypeError, KeyError):
        raise SpecError(f"{path} cannot be read; run the same grade again.") from None
    reports = {}
    for student in students:
        details = folder / "details" / f"{student}.json"
        try:
            reports[student] = GradeReport.model_validate_json(details.read_bytes())
        except (OSError, ValueError):
            raise SpecError(f"{details} cannot be read; grade {student} again.") from None
    return GradedRun(folder, assignment, summary, reports, find_origins(folder / "journal.jsonl"))


def merge_runs(run: GradedRun, gpu_run: GradedRun) -> Merge:
    """Fill in what the first run put off; both stay as they are, and no override is in force in what comes out.

    Raises:
        SpecError: the runs are of different assignments, suites, keys or submissions.
    """
    for name, said in _SAME.items():
        if run.summary.get(name) != gpu_run.summary.get(name):
            raise SpecError(f"{run.folder} and {gpu_run.folder} {said}, so nothing can be filled in; grade both again.")
    merge = Merge()
    same = 0
    for student, report in run.reports.items():
        base = machine_report(report)
        why = _compare(student, run, gpu_run)
        same += not why
        merge.reports[student] = base
        if not base.waiting and not any(test.result.outcome is Outcome.DEFERRED for test in base.tests):
            continue
        if why:
            merge.left[student] = why
            continue
        merge.reports[student], merge.filled[student] = fill_in(base, gpu_run.reports[student])
    if run.reports and not same:
        raise SpecError(
            f"{gpu_run.folder} holds none of the submissions of {run.folder}; name a run of the same class."
        )
    return merge


def _compare(student: str, run: GradedRun, gpu_run: GradedRun) -> str:
    """Why a student's second report cannot be taken; empty where it can."""
    if student not in gpu_run.reports:
        return f"{student} is left as it was: {gpu_run.folder} has no grade of theirs."
    first, second = run.origins.get(student), gpu_run.origins.get(student)
    if first is None or second is None:
        where = run.folder if first is None else gpu_run.folder
        return f"{student} is left as it was: {where}/journal.jsonl does not say which submission was graded."
    if first.submission != second.submission:
        return f"{student} is left as it was: the submission changed between the two runs; grade it again in both."
    return ""


def fill_in(base: GradeReport, later: GradeReport) -> tuple[GradeReport, int]:
    """A report with what it put off taken from a later one, and how many tests that are."""
    found = {test.expected.nodeid: test.result for test in later.tests if test.result.outcome not in _UNSETTLED}
    results = [_take(test.result, found) for test in base.tests]
    filled = [new for old, new in zip((test.result for test in base.tests), results, strict=True) if new is not old]
    tests = score_tests((test.expected for test in base.tests), results)
    update: dict[str, Any] = {"tests": tests, "score": total(tests)}
    if filled:
        update |= {
            "notes": tuple(dict.fromkeys((*base.notes, *later.notes))),
            "evidence": (*base.evidence, *(f"{r.nodeid}: {line}" for r in filled for line in r.evidence)),
            "peak_memory_mib": max(base.peak_memory_mib, later.peak_memory_mib),
            "sandboxes": base.sandboxes + later.sandboxes,
        }
    return base.model_copy(update=update), len(filled)


def _take(result: TestResult, found: Mapping[str, TestResult]) -> TestResult:
    return found.get(result.nodeid, result) if result.outcome is Outcome.DEFERRED else result


def write_merge(merge: Merge, run: GradedRun, gpu_run: GradedRun, folder: ResultsFolder, file: OverridesFile) -> None:
    """Apply the overrides and leave results, details, grades.csv, run.json and a journal, as `grade` does.

    Raises:
        SpecError: a row of the overrides is wrong; nothing has been written.
    """
    some = next(iter(merge.reports.values()), None)
    expected = [test.expected for test in some.tests] if some is not None else []
    overrides = file.resolve(expected, {*merge.reports, *run.origins})
    for student, report in merge.reports.items():
        merge.reports[student] = apply_overrides(report, overrides.of(student))
    people = _read_people(run.folder / "grades.csv")
    record = {
        "run": str(run.folder.resolve()),
        "gpu_run": str(gpu_run.folder.resolve()),
        "filled": merge.filled,
        "left": merge.left,
        "device": gpu_run.summary.get("device"),
    }
    journal = Journal(folder.path / "journal.jsonl", run.assignment)
    try:
        if folder.path != run.folder.resolve():
            _copy_journal(run.folder / "journal.jsonl", journal.path)
        journal.append("run", **_describe(run, merge, file), merged=record)
        for report in merge.reports.values():
            folder.refresh_report(report, __version__)
        journal.append("kept", students=sorted(merge.reports))
    finally:
        journal.close()
    faults = run.summary.get("faults")
    ordered = list(merge.reports.values())
    folder.write_text("grades.csv", render_csv(ordered, sorted(faults if isinstance(faults, dict) else ()), people))
    summary = run.summary | {"overrides": file.describe(), "merged": record}
    folder.write_text("run.json", json.dumps(summary, indent=1) + "\n")


def _describe(run: GradedRun, merge: Merge, file: OverridesFile) -> dict[str, Any]:
    """What the journal keeps of any run: the origin is that of the run whose tests these are."""
    origins = (run.origins[student].run.model_dump() for student in merge.reports if student in run.origins)
    return {
        "assignment": run.summary.get("assignment"),
        "grader": __version__,
        "submissions": len(merge.reports),
        "origin": next(origins, None),
        "overrides": file.describe(),
    }


def _copy_journal(source: Path, target: Path) -> None:
    """The first run's journal, from which `show` and `replay` know where a grade came from; the target is held open."""
    with contextlib.suppress(FileNotFoundError):
        data = source.read_bytes()
        target.write_bytes(data if data.endswith(b"\n") else data + b"\n")


def _read_people(path: Path) -> dict[str, Person]:
    """What the first run's grades.csv tells of the students beside their grades."""
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    except OSError:
        return {}
    return {
        _plain(row["student"]): Person(
            name=_plain(row.get("name") or ""),
            email=_plain(row.get("email") or ""),
            submitted_at=row.get("submitted_at") or "",
            late=row.get("late") == "yes",
            absent=row.get("status") == "not submitted",
        )
        for row in rows
        if row.get("student")
    }


def _plain(cell: str) -> str:
    """A name as it was before grades.csv put a quote in front of what a spreadsheet would take for a formula."""
    return cell[1:] if re.match(r"'\s*[=+@-]", cell) else cell
