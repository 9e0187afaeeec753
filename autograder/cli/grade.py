"""`autograder grade`: grades a class, or a single submission."""

from __future__ import annotations

import contextlib
import enum
import json
import os
import secrets
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from autograder.cli.progress import show_progress
from autograder.course import read_slurm_settings
from autograder.errors import EXIT_OK, EXIT_UNGRADED, SpecError
from autograder.jobs.class_run import ClassRun, Options
from autograder.jobs.cluster import Slurm
from autograder.jobs.local import grade_class
from autograder.jobs.results import ResultsFolder
from autograder.jobs.room import count_cores, fit_jobs, free_memory_mib
from autograder.jobs.rulings import load_overrides
from autograder.jobs.slurm import grade_on_cluster
from autograder.reports.table import render_table
from autograder.sandbox import open_sandbox
from autograder.sandbox.runtime import visible_folders
from autograder.spec import Assignment, find_course, load_assignment
from autograder.submission import Intake, Layout, Submission, collect_submissions, read_roster
from autograder.testrun.accelerator import Accelerator, lend_none
from autograder.verdict import GradeReport, Outcome


class SandboxChoice(enum.StrEnum):
    """What `--sandbox` takes."""

    AUTO = "auto"
    NAMESPACES = "namespaces"
    USER = "user"
    NONE = "none"


class Executor(enum.StrEnum):
    """What `--executor` takes."""

    LOCAL = "local"
    SLURM = "slurm"


class DeviceChoice(enum.StrEnum):
    """What `--device` takes."""

    AUTO = "auto"
    CPU = "cpu"


def take_path(text: str) -> Path:
    """A path as it was typed: an empty one, of a variable that is not set say, would be the current folder."""
    if not text:
        raise SpecError("an empty path was given; name the files or folders of the submissions, and DIR for --out.")
    return Path(text)


def grade(
    assignment_id: Annotated[str, typer.Argument(metavar="ID", help="The assignment, a folder of assignments/.")],
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...",
            help="A .py or .ipynb file, an archive, a student's folder, a folder of these, or an export.",
            parser=take_path,
        ),
    ],
    out: Annotated[
        Path, typer.Option(help="Where the results go.", metavar="DIR", show_default=False, parser=take_path)
    ],
    course: Annotated[
        Path | None, typer.Option(help="The course; else the nearest folder upward.", metavar="DIR")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Submissions at a time, as memory allows; else the number of cores.")
    ] = None,
    sandbox: Annotated[SandboxChoice, typer.Option(help="none: no sandbox, for trusted code.")] = SandboxChoice.AUTO,
    seed: Annotated[
        str | None, typer.Option(help="Draw the tests' inputs from this, not from the course's secret.")
    ] = None,
    layout: Annotated[
        Layout, typer.Option(help="How PATH is laid out, where the guess from its content is wrong.")
    ] = Layout.AUTO,
    roster: Annotated[
        Path | None, typer.Option(help="Who is in the course; else roster.csv of the course.", metavar="FILE")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="This student alone; may be repeated.", metavar="STUDENT")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="The first N submissions alone.", metavar="N")] = None,
    overrides: Annotated[
        Path | None, typer.Option(help="A TA's own verdicts; else DIR/overrides.csv.", metavar="FILE")
    ] = None,
    device: Annotated[
        DeviceChoice, typer.Option(help="cpu: no GPU; what the suite allows runs on the processor instead.")
    ] = DeviceChoice.AUTO,
    executor: Annotated[
        Executor, typer.Option(help="slurm: by jobs of this cluster, as the table slurm of course.toml says.")
    ] = Executor.LOCAL,
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
    listed = _find_roster(root, roster)
    intake = collect_submissions(
        paths,
        assignment.spec.modules,
        leave_out=out,
        layout=layout,
        roster=read_roster(listed) if listed else None,
        assignment=assignment.id,
    )
    chosen = _choose(intake, only or [], limit)
    folder = ResultsFolder(out.resolve())
    check_hidden(root, folder.path)
    options = Options(
        jobs=jobs or count_cores(),
        secret=take_secret(root, seed),
        fresh=fresh,
        only=frozenset(s.student for s in chosen),
        left_out=intake.left_out,
        paths=tuple(paths),
        layout=layout,
        roster=listed,
        seed=seed,
        overrides=load_overrides(folder.path, overrides),
        absent=intake.absent,
        reopen=lambda: open_sandbox(sandbox.value, assignment.spec.packages),
        accelerator=Accelerator(device.value, assignment.spec.packages),
    )
    console = Console(stderr=True)
    _note(console, *intake.left_out, *_tell_absent(intake))
    if executor is Executor.SLURM:
        settings = read_slurm_settings(root)
        options = replace(options, jobs=jobs or settings.cpus, accelerator=lend_none(device.value))
        cluster = Slurm()
        with show_progress(console, quiet=quiet) as progress:
            run = grade_on_cluster(
                intake.submissions, assignment, folder, options, settings, sandbox.value, cluster, progress
            )
    else:
        run = _grade_here(intake, assignment, folder, options, sandbox, console, quiet=quiet)
    _tell(run, chosen, assignment, folder, quiet=quiet, as_json=as_json)
    _note(console, *_tell_others(folder, intake))
    raise typer.Exit(EXIT_UNGRADED if run.faults else EXIT_OK)


def _grade_here(
    intake: Intake,
    assignment: Assignment,
    folder: ResultsFolder,
    options: Options,
    sandbox: SandboxChoice,
    console: Console,
    *,
    quiet: bool,
) -> ClassRun:
    """The class on this machine."""
    fitting = fit_jobs(options.jobs, assignment.spec.limits, free_memory_mib())
    _note(console, *_tell_room(options.jobs, fitting, assignment))
    place = open_sandbox(sandbox.value, assignment.spec.packages)
    if place.passed_over:
        _note(console, f"{place.passed_over} The sandbox 'user' is used instead.")
    try:
        with show_progress(console, quiet=quiet) as progress:
            return grade_class(intake.submissions, assignment, place, folder, replace(options, jobs=fitting), progress)
    finally:
        place.close()


def _note(console: Console, *sentences: str) -> None:
    for sentence in sentences:
        console.print(f"note: {sentence}", style="yellow", highlight=False, markup=False, soft_wrap=True)


def _find_roster(course: Path, named: Path | None) -> Path | None:
    path = named or course / "roster.csv"
    return path if named or path.exists() else None


def _tell_absent(intake: Intake) -> list[str]:
    """One sentence for who of the roster did not submit."""
    names = [one.student for one in intake.absent]
    return [f"not submitted by {len(names)} of the roster: {_list_some(names)}."] if names else []


def _list_some(names: list[str]) -> str:
    """The first ten, and how many more there are."""
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def _tell_others(folder: ResultsFolder, intake: Intake) -> list[str]:
    """One sentence where the folder also has results of students who were not named this time."""
    listed = {one.student for one in intake.submissions} | {one.student for one in intake.absent}
    others = sorted(folder.students() - listed)
    if not others:
        return []
    return [
        f"{folder.path} also holds results of whom no submission was found this time ({_list_some(others)}); "
        "they are not in grades.csv: for a table of all, name every PATH in one command."
    ]


def _tell_room(wanted: int, fitting: int, assignment: Assignment) -> list[str]:
    """One sentence where the machine's memory takes fewer submissions at a time than its processors."""
    if fitting == wanted:
        return []
    return [
        f"{fitting} of {wanted} submissions are graded at a time: each may use {assignment.spec.limits.memory_mib} "
        "MiB (limits.memory_mib in assignment.toml), and no more memory is free."
    ]


def _choose(intake: Intake, only: list[str], limit: int | None) -> list[Submission]:
    known = {submission.student for submission in intake.submissions}
    for student in only:
        if student not in known:
            raise SpecError(f"--only {student}: no such student was found; found are {', '.join(sorted(known)[:20])}.")
    chosen = [s for s in intake.submissions if not only or s.student in only]
    return chosen[:limit]


def _tell_overrides(run: ClassRun) -> None:
    """Which file had the last word, and on how much."""
    overrides = run.overrides
    if overrides.path is not None:
        tests = sum(test.override is not None for report in run.reports.values() for test in report.tests)
        print(f"overrides: {overrides.path} ({len(overrides.rows)} rows; they change {tests} tests of these students)")


def take_secret(course: Path, seed: str | None) -> bytes:
    """The course's secret, made on first use; it never leaves the course's folder."""
    if seed is not None:
        return f"seed {seed}".encode()
    path = course / ".autograder" / "secret"
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if not path.exists():
            _make_secret(path)
        secret = path.read_bytes().strip()
    except OSError as error:
        raise SpecError(f"{path}, the course's secret, cannot be kept ({error.strerror}); give --seed.") from None
    if len(secret) < 32:
        raise SpecError(f"{path}, the course's secret, is damaged; restore it, or remove it to draw a new one.")
    return secret


def check_hidden(*folders: Path) -> None:
    """The course and the results must not lie where every sandbox can read: in the interpreter's folder, say."""
    for folder in folders:
        for visible in visible_folders():
            if folder.is_relative_to(visible):
                raise SpecError(f"{folder} lies in {visible}, which submissions can read; move it elsewhere.")


def _make_secret(path: Path) -> None:
    """Draw a secret; of two runs that begin at once, one's is taken by both."""
    temporary = path.with_name(f".secret.{os.getpid()}")
    temporary.touch(mode=0o600)
    temporary.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(temporary)
    temporary.unlink()


def describe_row(report: GradeReport) -> dict[str, Any]:
    """A student of `--json`; `waiting` are points that wait for a GPU."""
    row = {"student": report.student, "score": report.score, "points": report.points}
    return row | {"waiting": report.waiting} if report.waiting else row


def _tell_waiting(run: ClassRun) -> None:
    """One sentence where tests are put off or ran elsewhere than they ask, and what to do about it."""
    tests = [test for report in run.reports.values() for test in report.tests]
    waiting = {test.expected.function for test in tests if test.result.outcome is Outcome.DEFERRED}
    on_cpu = {test.expected.function for test in tests if test.result.device == "cpu"}
    if waiting and run.executor:
        print(f"put off: {', '.join(sorted(waiting))} ({' '.join(run.told)})")
    elif waiting:
        reasons = {line.removeprefix("put off: ") for test in tests if test.result.outcome is Outcome.DEFERRED
                   for line in test.result.evidence}  # fmt: skip
        print(
            f"put off: {', '.join(sorted(waiting))} ({'; '.join(sorted(reasons))}); grade into another folder on a "
            "machine with a GPU, and `autograder merge` the two."
        )
    if on_cpu:
        print(f"run on the processor instead of a GPU: {', '.join(sorted(on_cpu))}")


def _tell(
    run: ClassRun,
    chosen: list[Submission],
    assignment: Assignment,
    folder: ResultsFolder,
    *,
    quiet: bool,
    as_json: bool,
) -> None:
    ordered = [run.reports[s.student] for s in chosen if s.student in run.reports]
    if as_json:
        rows: list[dict[str, Any]] = [describe_row(report) for report in ordered]
        rows += [{"student": student, "fault": why} for student, why in sorted(run.faults.items())]
        print(json.dumps({"assignment": assignment.id, "out": str(folder.path), "students": rows}, indent=1))
    elif not quiet:
        console = Console()
        console.print(render_table(ordered, sorted(run.faults)))
        again = sum(report.student in run.kept for report in ordered)
        kept = f", {again} of them kept from an earlier run" if again else ""
        console.print(
            f"{len(ordered)} of {len(chosen)} graded{kept}. Gradescope JSON: {folder.path}/results, "
            f"for the TA: {folder.path}/details, grades: {folder.path}/grades.csv",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
    for student, why in sorted(run.faults.items()):
        print(f"autograder: {student} was not graded: {why}", file=sys.stderr)
    if not quiet and not as_json:
        _tell_overrides(run)
        _tell_waiting(run)
        for place in run.sandboxes:
            warning = "NO SANDBOX, as asked: " if place.name == "none" else ""
            print(f"sandbox: {warning}{place.name} ({'; '.join(place.layers)})")
