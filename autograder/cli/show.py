"""`autograder show`: one submission of a graded class, for the TA."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from autograder.jobs.graded import find_test, read_graded
from autograder.jobs.origin import find_origin
from autograder.reports.detail import render_submission, render_test
from autograder.reports.feedback import describe_test
from autograder.verdict import GradeReport, ScoredTest


def show(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What grade --out left.")],
    student: Annotated[str, typer.Argument(metavar="STUDENT", help="As in grades.csv.")],
    test: Annotated[
        str | None, typer.Argument(metavar="[TEST]", help="A node id, its end, or a part that no other has.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON on standard output.")] = False,
) -> None:
    """Show one submission test by test, or one test in full.

    Of one test: what the student reads, the traceback, the inputs of the last calls, what was printed, seed, times,
    evidence, and the command that runs it again on the same inputs.

    Exit codes: 0 shown; 2 a wrong argument.

    Example: autograder show out ada test_double_random
    """
    report = read_graded(folder, student)
    chosen = find_test(report, test) if test is not None else None
    replay = replay_command(folder, student, chosen.expected.nodeid) if chosen is not None else ""
    if as_json:
        print(json.dumps(_describe(report) if chosen is None else _describe_test(report, chosen, replay), indent=1))
        return
    console = Console(highlight=False)
    if chosen is None:
        console.print(render_submission(report))
    else:
        # softly wrapped, so that a command that is copied is whole
        replay = replay or f"{folder} does not say how it was graded; grade {student} again."
        console.print(render_test(report, chosen, replay), soft_wrap=True)


def replay_command(folder: Path, student: str, nodeid: str) -> str:
    """The command that runs a test again, for a shell; empty where the journal does not say how it was graded."""
    origin = find_origin(folder / "journal.jsonl", student)
    if origin is None:
        return ""
    # -P: not the file autograder.py of a student's, should the command be run in a folder that holds one
    program = ["autograder"] if shutil.which("autograder") else [sys.executable, "-P", "-m", "autograder"]
    options = ["--sandbox", "none"] if origin.run.sandbox == "none" else []
    dashes = ["--"] if student.startswith("-") else []
    return shlex.join([*program, "replay", *options, *dashes, str(folder.resolve()), student, nodeid])


def _describe(report: GradeReport) -> dict[str, Any]:
    return report.model_dump(mode="json", exclude={"tests": {"__all__": {"result": {"detail", "printed", "calls"}}}})


def _describe_test(report: GradeReport, test: ScoredTest, replay: str) -> dict[str, Any]:
    return {
        "student": report.student,
        "assignment": report.assignment,
        "notes": report.notes,
        "test": test.model_dump(mode="json"),
        "student_reads": describe_test(test),
        "replay": replay,
    }
