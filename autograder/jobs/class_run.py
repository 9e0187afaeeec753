"""What a class's grading is told, what comes of it, and what is shown meanwhile, wherever it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.jobs.ground import Backend
from autograder.jobs.rulings import NO_FILE, OverridesFile
from autograder.sandbox import Zygote
from autograder.submission import Enrolled, Layout
from autograder.testrun.accelerator import NO_GPU, Accelerator
from autograder.verdict import GradeReport, Outcome, ScoredTest, TestResult


class Shortener:
    """Makes of a report what a class's table needs: the reports of a thousand students take hundreds of megabytes.

    Outcomes and points stay; what a test printed, said or was called with is in the details on the disk. Tests that
    came to the same are one object for all students.
    """

    def __init__(self) -> None:
        self._tests: dict[tuple[object, ...], ScoredTest] = {}

    def shorten(self, report: GradeReport) -> GradeReport:
        """The report without what is said in words, but for why a test was put off."""
        tests = tuple(self._share(test) for test in report.tests)
        return report.model_copy(update={"tests": tests, "notes": (), "evidence": ()})

    def _share(self, test: ScoredTest) -> ScoredTest:
        result = test.result
        why = result.evidence if result.outcome is Outcome.DEFERRED else ()
        key = (
            result.nodeid, result.outcome, result.credit, result.device, why,
            test.score, test.blocked_by, test.waits_for, test.override,
        )  # fmt: skip
        found = self._tests.get(key)
        if found is None:
            short = TestResult(
                nodeid=result.nodeid, outcome=result.outcome, credit=result.credit, device=result.device, evidence=why
            )
            found = self._tests[key] = test.model_copy(update={"result": short})
        return found


@dataclass
class ClassRun:
    """A class as it is graded.

    Attributes:
        reports: of the students who are graded, by name; on this machine shortened, once their details are written.
        faults: why a student is not, by name: ours or the machine's.
        kept: students whose earlier result still holds.
        overrides: the file that had the last word.
        sandboxes: what kept the submissions in, each kind once.
        executor: what the machine's own record adds where a cluster graded.
        told: what is to be said at the end, a sentence each.
        shortener: of this run's reports.
    """

    reports: dict[str, GradeReport] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    reference: GradeReport | None = None
    overrides: OverridesFile = NO_FILE
    sandboxes: list[Backend] = field(default_factory=list)
    executor: dict[str, Any] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    shortener: Shortener = field(default_factory=Shortener)


@dataclass(frozen=True)
class Options:
    """How a class is graded.

    Attributes:
        jobs: how many submissions at a time.
        secret: the course's, or what stands for it where a seed was given.
        fresh: grade again what an earlier run graded.
        only: these students alone; of the others what an earlier run left is kept in grades.csv where it still holds.
        left_out: what the intake left out, for the record.
        paths, layout, roster: what the submissions were read from and how, for the record.
        seed: the text that stands for the course's secret, for the record.
        overrides: a TA's own verdicts.
        absent: who of the roster did not submit.
        reopen: opens another sandbox where the fork server or the suite's process is lost; None: the rest is faults.
        accelerator: lends GPUs to the tests that need them.
    """

    jobs: int
    secret: bytes
    fresh: bool = False
    only: frozenset[str] | None = None
    left_out: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    layout: Layout = Layout.AUTO
    roster: Path | None = None
    seed: str | None = None
    overrides: OverridesFile = NO_FILE
    absent: tuple[Enrolled, ...] = ()
    reopen: Callable[[], Zygote] | None = None
    accelerator: Accelerator = NO_GPU

    def takes(self, student: str) -> bool:
        """Whether a student is among those to grade."""
        return self.only is None or student in self.only


class Progress:
    """What a run tells while it goes on; the base class says nothing."""

    def begin(self, total: int) -> None:
        """The reference is graded; `total` submissions come."""

    def advance(self, student: str, report: GradeReport | None) -> None:
        """One more is graded, or cannot be."""

    def tell(self, sentence: str) -> None:
        """What a TA who waits wants to know."""
