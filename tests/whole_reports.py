"""The reports of a class as they are on the disk; a run keeps of them what its table needs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from autograder.jobs.class_run import ClassRun
from autograder.jobs.results import read_report
from autograder.verdict import GradeReport


def read_whole(run: ClassRun, folder: Path) -> ClassRun:
    """The run with its students' reports, read from its folder of results."""
    return replace(run, reports={student: _read(folder, student) for student in run.reports})


def _read(folder: Path, student: str) -> GradeReport:
    report = read_report(folder, student)
    assert report is not None, student
    return report
