"""Progress of a long command: a bar where there is a terminal, a plain line now and then where there is none."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from autograder.jobs.class_run import Progress
from autograder.verdict import GradeReport

_LINE_EVERY_S = 10.0


class _TerminalProgress(Progress):
    def __init__(self, bar: Bar) -> None:
        self.bar = bar
        self.task = bar.add_task("the reference", total=None, rate="", failed="")
        self.started_s = time.monotonic()
        self.faults = 0

    def begin(self, total: int) -> None:
        self.started_s = time.monotonic()
        self.bar.update(self.task, total=total, description="grading")

    def advance(self, student: str, report: GradeReport | None) -> None:
        self.faults += report is None
        task = self.bar.tasks[0]
        rate = (task.completed + 1) / max(1e-9, time.monotonic() - self.started_s)
        failed = f"{self.faults} not graded" if self.faults else ""
        self.bar.update(self.task, advance=1, rate=f"{rate:.1f}/s", failed=failed)

    def tell(self, sentence: str) -> None:
        self.bar.console.print(f"note: {sentence}", style="yellow", highlight=False, markup=False, soft_wrap=True)


class _LineProgress(Progress):
    def __init__(self, console: Console) -> None:
        self.console = console
        self.total = self.done = self.faults = 0
        self.started_s = self.said_s = time.monotonic()

    def begin(self, total: int) -> None:
        self.total = total
        self.started_s = self.said_s = time.monotonic()

    def advance(self, student: str, report: GradeReport | None) -> None:
        self.done += 1
        self.faults += report is None
        now_s = time.monotonic()
        if now_s - self.said_s < _LINE_EVERY_S and self.done < self.total:
            return
        self.said_s = now_s
        rate = self.done / max(1e-9, now_s - self.started_s)
        left_s = (self.total - self.done) / rate
        self.console.print(
            f"{self.done} of {self.total} graded, {self.faults} not gradable, {rate:.1f}/s, {left_s:.0f} s left",
            highlight=False,
        )

    def tell(self, sentence: str) -> None:
        self.console.print(f"note: {sentence}", style="yellow", highlight=False, markup=False, soft_wrap=True)


@contextlib.contextmanager
def show_progress(console: Console, *, quiet: bool) -> Iterator[Progress]:
    """What `grade` shows while it works."""
    if quiet:
        yield Progress()
    elif not console.is_terminal:
        yield _LineProgress(console)
    else:
        columns = (
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(), TextColumn("[red]{task.fields[failed]}"),
        )  # fmt: skip
        with Bar(*columns, console=console, transient=True) as bar:
            yield _TerminalProgress(bar)
