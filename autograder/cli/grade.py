"""`autograder grade`: grades a class, or a single submission."""

from __future__ import annotations

import enum
import json
import os
import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.cli.progress import show_progress
from autograder.errors import EXIT_OK, EXIT_UNGRADED, SpecError
from autograder.jobs.local import ClassRun, Options, grade_class
from autograder.jobs.results import ResultsFolder
from autograder.reports.table import render_table
from autograder.sandbox import Zygote, open_sandbox
from autograder.spec import Assignment, find_course, load_assignment
from autograder.submission import Intake, Submission, collect_submissions


class SandboxChoice(enum.StrEnum):
    """What `--sandbox` takes."""

    AUTO = "auto"
    NAMESPACES = "namespaces"
    NONE = "none"


def grade(
    assignment_id: Annotated[str, typer.Argument(metavar="ID", help="The assignment, a folder of assignments/.")],
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="A .py file, a student's folder, or a folder of these.")
    ],
    out: Annotated[Path, typer.Option(help="Where the results go.", metavar="DIR", show_default=False)],
    course: Annotated[
        Path | None, typer.Option(help="The course; else the nearest folder upward.", metavar="DIR")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Submissions at a time; else the number of cores.")] = None,
    sandbox: Annotated[SandboxChoice, typer.Option(help="`none` must be asked for by name.")] = SandboxChoice.AUTO,
    seed: Annotated[
        str | None, typer.Option(help="Draw the tests' inputs from this, not from the course's secret.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="This student alone; may be repeated.", metavar="STUDENT")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="The first N submissions alone.", metavar="N")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Grade again what was graded before.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no table.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The class as JSON on standard output.")] = False,
) -> None:
    """Grade what PATH holds and leave results, details and grades.csv in DIR.

    Exit codes: 0 all graded, whatever their scores; 1 some could not be graded, because of us or the machine;
    2 a wrong argument or an assignment's own error; 130 interrupted.

    Example: autograder grade perceptron submissions/ --out out
    """
    if sys.platform != "linux":
        raise SpecError("grade needs Linux (or WSL2, or a virtual machine); students check their work anywhere.")
    root = find_course(Path.cwd()) if course is None else course.resolve()
    assignment = load_assignment(root, assignment_id)
    intake = collect_submissions(paths, assignment.spec.modules)
    chosen = _choose(intake, only or [], limit)
    folder = ResultsFolder(out.resolve())
    options = Options(jobs or os.cpu_count() or 1, _secret(root, seed), fresh, frozenset(s.student for s in chosen))
    console = Console(stderr=True)
    if not quiet:
        for sentence in intake.left_out:
            console.print(f"note: {sentence}", style="yellow", highlight=False, markup=False, soft_wrap=True)
    place = open_sandbox(sandbox.value, assignment.spec.packages)
    assert isinstance(place, Zygote)
    try:
        with show_progress(console, quiet=quiet) as progress:
            run = grade_class(intake.submissions, assignment, place, folder, options, progress)
    finally:
        place.close()
    _tell(run, chosen, assignment, folder, place, quiet=quiet, as_json=as_json)
    raise typer.Exit(EXIT_UNGRADED if run.faults else EXIT_OK)


def _choose(intake: Intake, only: list[str], limit: int | None) -> list[Submission]:
    known = {submission.student for submission in intake.submissions}
    for student in only:
        if student not in known:
            raise SpecError(f"--only {student}: no such student was found; found are {', '.join(sorted(known)[:20])}.")
    chosen = [s for s in intake.submissions if not only or s.student in only]
    return chosen[:limit]


def _secret(course: Path, seed: str | None) -> bytes:
    """The course's secret, made on first use; it never leaves the course's folder."""
    if seed is not None:
        return f"seed {seed}".encode()
    path = course / ".autograder" / "secret"
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(secrets.token_hex(32) + "\n")
        except FileExistsError:
            pass
        secret = path.read_bytes().strip()
    except OSError as error:
        raise SpecError(f"{path}, the course's secret, cannot be kept ({error.strerror}); give --seed.") from None
    if len(secret) < 32:
        raise SpecError(f"{path}, the course's secret, is damaged; restore it, or remove it to draw a new one.")
    return secret


def _tell(
    run: ClassRun,
    chosen: list[Submission],
    assignment: Assignment,
    folder: ResultsFolder,
    place: Zygote,
    *,
    quiet: bool,
    as_json: bool,
) -> None:
    ordered = [run.reports[s.student] for s in chosen if s.student in run.reports]
    if as_json:
        rows = [{"student": r.student, "score": r.score, "points": r.points} for r in ordered]
        rows += [{"student": student, "fault": why} for student, why in sorted(run.faults.items())]
        print(json.dumps({"assignment": assignment.id, "out": str(folder.path), "students": rows}, indent=1))
    elif not quiet:
        console = Console()
        console.print(render_table(ordered, sorted(run.faults)))
        kept = f", {len(run.kept)} of them kept from an earlier run" if run.kept else ""
        console.print(
            f"{len(ordered)} of {len(chosen)} graded{kept}. Gradescope JSON: {folder.path}/results, "
            f"for the TA: {folder.path}/details, grades: {folder.path}/grades.csv",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
    for student, why in sorted(run.faults.items()):
        print(f"autograder: {student} was not graded: {why}", file=sys.stderr)
    if not quiet and not as_json:
        layers = "; ".join(place.layers)
        warning = "NO SANDBOX, as asked: " if place.name == "none" else ""
        print(f"sandbox: {warning}{place.name} ({layers})")
