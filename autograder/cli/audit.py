"""`autograder audit`: the gate that proves a suite."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from autograder.audit.report import AuditReport, render_findings, render_functions
from autograder.audit.running import Progress
from autograder.cli.grade import check_hidden
from autograder.errors import EXIT_NOT_PASSED, EXIT_OK, SpecError
from autograder.sandbox import open_sandbox
from autograder.spec import find_course, load_assignment

_LINE_EVERY_S = 10.0


def audit(
    assignment_id: Annotated[str, typer.Argument(metavar="ID", help="The assignment.")],
    course: Annotated[
        Path | None, typer.Option(help="The course; else the nearest folder upward.", metavar="DIR")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Programs at a time; else the number of cores.")] = None,
    sample: Annotated[
        int, typer.Option(min=0, help="So many automatic mutants, drawn by the seed; 0: all.", metavar="N")
    ] = 0,
    seed: Annotated[str, typer.Option(help="What inputs and sample are drawn from.")] = "audit",
    named: Annotated[bool, typer.Option("--named", help="Of the mutants the named ones alone.")] = False,
    record: Annotated[
        bool, typer.Option("--record", help="Keep the record in docs/audit/ID.json of the course, for you to commit.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON on standard output.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Prove a suite: the reference scores everything, the stub 0, and each mistake that can be made costs a test.

    Runs the reference with 20 seeds and a unit in the last place off, modules that know nothing, the named mutants of
    assignment.toml ([[mutant]]), and automatic ones of every function: each through the sandbox, like a submission.
    What survives is killed by a better test or marked, with a reason, in assignments/ID/equivalent.toml.

    Exit codes: 0 every demand is met; 1 some are not, or the machine failed; 2 a wrong argument, or an assignment that
    cannot be graded; 130 interrupted.

    Example: autograder audit perceptron
    """
    # here: they import NumPy and pytest, and no other command is to wait for them
    from autograder.audit.gate import Options, audit_assignment
    from autograder.audit.record import digest_sources, write_record

    if sys.platform != "linux":
        raise SpecError("audit needs Linux (or WSL2, or a virtual machine), like grade.")
    if record and (named or sample):
        raise SpecError("--record keeps a whole audit; leave --named and --sample out.")
    root = find_course(Path.cwd()) if course is None else course.resolve()
    assignment = load_assignment(root, assignment_id)
    check_hidden(root)
    options = Options(jobs=jobs or os.cpu_count() or 1, seed=seed, sample=sample, named_only=named)
    digests = digest_sources(assignment)  # before anything is run: a file may change in the meantime
    place = open_sandbox("auto", assignment.spec.packages)
    try:
        with _show_progress(Console(stderr=True), quiet=quiet) as progress:
            report = audit_assignment(assignment, place, options, progress)
    finally:
        place.close()
    if record:
        path = write_record(assignment, report, digests)
        print(f"wrote {path}", file=sys.stderr)
    if as_json:
        print(report.model_dump_json(indent=1))
    else:
        _tell(report)
    raise typer.Exit(EXIT_OK if report.passed else EXIT_NOT_PASSED)


def _tell(report: AuditReport) -> None:
    console = Console()
    console.print(render_findings(report))
    if report.automatic:
        console.print(render_functions(report))
    problems = [problem for finding in report.findings for problem in finding.problems]
    for problem in problems:
        console.print(f"- {problem}", highlight=False, markup=False, soft_wrap=True)
    said = f"{len(problems)} things to mend" if problems else "every demand is met"
    console.print(f"{report.assignment}: {said}; {report.wall_s:.0f} s", highlight=False)


class _LineProgress(Progress):
    """A plain line now and then."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.what = ""
        self.total = self.done = 0
        self.said_s = time.monotonic()

    def begin(self, what: str, total: int) -> None:
        self.what, self.total, self.done = what, total, 0

    def advance(self) -> None:
        self.done += 1
        if time.monotonic() - self.said_s >= _LINE_EVERY_S:
            self.said_s = time.monotonic()
            self.console.print(f"{self.what}: {self.done} of {self.total}", highlight=False)


class _BarProgress(Progress):
    """A bar, of one part after the other."""

    def __init__(self, bar: Bar) -> None:
        self.bar = bar
        self.task = bar.add_task("the reference", total=None)

    def begin(self, what: str, total: int) -> None:
        self.bar.reset(self.task, total=total, description=what)

    def advance(self) -> None:
        self.bar.update(self.task, advance=1)


@contextlib.contextmanager
def _show_progress(console: Console, *, quiet: bool) -> Iterator[Progress]:
    if quiet:
        yield Progress()
    elif not console.is_terminal:
        yield _LineProgress(console)
    else:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Bar(*columns, console=console, transient=True) as bar:
            yield _BarProgress(bar)
