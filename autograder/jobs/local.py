"""A class on this machine: the reference first, then the submissions, a few at a time."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from autograder import __version__
from autograder.errors import GraderError, SpecError
from autograder.grading import grade_reference, grade_submission
from autograder.jobs.groups import Groups
from autograder.jobs.origin import Origin
from autograder.jobs.results import Journal, ResultsFolder
from autograder.jobs.rulings import NO_FILE, OverridesFile
from autograder.jobs.station import Station
from autograder.overrides import Overrides
from autograder.reports.table import Person, render_csv
from autograder.sandbox import Zygote
from autograder.scoring import apply_overrides
from autograder.spec import Assignment
from autograder.submission import Enrolled, Layout, Submission
from autograder.testrun.accelerator import NO_GPU, Accelerator
from autograder.testrun.runner import Suite, key_for
from autograder.verdict import ExpectedTest, GradeReport

_TRIES = 2


@dataclass
class ClassRun:
    """A class as it is graded.

    Attributes:
        reports: of the students who are graded, by name.
        faults: why a student is not, by name: ours or the machine's.
        kept: students whose earlier result still holds.
        overrides: the file that had the last word.
    """

    reports: dict[str, GradeReport] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    reference: GradeReport | None = None
    overrides: OverridesFile = NO_FILE


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


def grade_class(
    submissions: Iterable[Submission],
    assignment: Assignment,
    sandbox: Zygote,
    folder: ResultsFolder,
    options: Options,
    progress: Progress,
) -> ClassRun:
    """Grade every submission and leave the results in the folder.

    Raises:
        SpecError: the suite or the reference is wrong; nothing is graded.
        KeyboardInterrupt: everything that was started has ended; what was graded stays.
    """
    submissions = list(submissions)
    key = key_for(options.secret, assignment.id)
    started = time.time()
    journal = Journal(folder.path / "journal.jsonl")
    station = None
    run = ClassRun(overrides=options.overrides)
    try:
        ground = find_ground(assignment, sandbox, key)
        station = Station(
            assignment, key, sandbox, options.reopen, lambda: assignment_digest(assignment) == ground.assignment,
            options.accelerator,
        )  # fmt: skip
        suite = station.suite
        options.accelerator.prepare(suite.tests, sandbox)
        ground = ground.on_device(suite.tests, options.accelerator)
        overrides = options.overrides.resolve(suite.tests, {s.student for s in submissions} | folder.students())
        run.reference = grade_reference(assignment, suite)
        keys = {s.student: ground.grade_key(s) for s in submissions}
        _begin(journal, assignment, submissions, options, _find_origin(assignment, ground, sandbox, options))
        for sentence in options.left_out:
            journal.append("left out", why=sentence)
        again = {s.student for s in submissions if options.fresh and options.takes(s.student)}
        left = _keep_earlier([s for s in submissions if s.student not in again], keys, folder, run)
        _refresh_kept(run, overrides, folder, journal)
        waiting = [s for s in submissions if s.student in again or (s in left and options.takes(s.student))]
        progress.begin(len(waiting))
        grade = _Grader(assignment, station, folder, journal, keys, overrides)
        if not options.fresh:
            grade.groups.remember(run.reports.values(), submissions)
        _grade_all(waiting, grade, options.jobs, run, progress)
    finally:
        if station is not None:
            station.close()
        options.accelerator.close()
        journal.close()
    _write_summary(run, submissions, assignment, ground, sandbox, folder, started, options)
    return run


class _Grader:
    """Grades one submission and writes its result; called by several threads."""

    def __init__(
        self,
        assignment: Assignment,
        station: Station,
        folder: ResultsFolder,
        journal: Journal,
        keys: dict[str, str],
        overrides: Overrides,
    ) -> None:
        self.assignment = assignment
        self.station = station
        self.folder = folder
        self.journal = journal
        self.keys = keys
        self.overrides = overrides
        self.lock = threading.Lock()
        self.stopped = False
        self.groups = Groups()

    def __call__(self, submission: Submission) -> GradeReport:
        attempt = 0
        while True:
            suite = self.station.suite
            try:
                report = self.groups.grade(submission, self._run)
            except GraderError as error:
                attempt += self._note_fault(submission, attempt, error, suite)
                continue
            report = apply_overrides(report, self.overrides.of(submission.student))
            report = report.model_copy(update={"grade_key": self.keys[submission.student]})
            with self.lock:
                self.folder.write_report(report, __version__)
                self._note_graded(submission, report)
            return report

    def _note_fault(self, submission: Submission, attempt: int, error: GraderError, suite: Suite) -> int:
        """How many attempts a fault costs: none where a process of ours was lost and is there again.

        Raises:
            GraderError: it was the last attempt; the submission stays ungraded.
        """
        with self.lock:
            if self.stopped:
                raise error
            self.journal.append("fault", student=submission.student, attempt=attempt, why=str(error))
        try:
            mended = self.station.mend(suite)
        except (GraderError, SpecError) as worse:
            error, mended, attempt = GraderError(str(worse)), False, _TRIES
        if not mended and attempt + 1 >= _TRIES:
            with self.lock:
                self.folder.remove_report(submission.student)
            raise error
        return 0 if mended else 1

    def _run(self, submission: Submission) -> GradeReport:
        if submission.fault:
            raise GraderError(submission.fault)
        report = grade_submission(submission, self.assignment, self.station.suite)
        if report.faults:
            raise GraderError(report.faults[0].result.summary or "A test was not judged.")
        return report

    def _note_graded(self, submission: Submission, report: GradeReport) -> None:
        student = submission.student
        key, digest = self.keys[student], submission.digest
        self.journal.append("graded", student=student, key=key, submission=digest, score=report.score)


def _grade_all(
    waiting: list[Submission],
    grade: _Grader,
    jobs: int,
    run: ClassRun,
    progress: Progress,
) -> None:
    pool = ThreadPoolExecutor(max_workers=jobs)
    try:
        pending: dict[Future[GradeReport], str] = {pool.submit(grade, s): s.student for s in waiting}
        while pending:
            done, _ = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                _take(future, pending.pop(future), run, progress)
    except BaseException:
        # Whoever waits for a fork of the suite learns of its end when the caller closes the suite; that is no fault.
        with grade.lock:
            grade.stopped = True
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _take(future: Future[GradeReport], student: str, run: ClassRun, progress: Progress) -> None:
    report = None
    try:
        report = run.reports[student] = future.result()
    except GraderError as error:
        run.faults[student] = str(error)
    except Exception as error:  # noqa: BLE001  one submission that we cannot take must not end the class
        run.faults[student] = f"The grader failed on it ({type(error).__name__}: {error}); please report this."
    progress.advance(student, report)


def _keep_earlier(
    submissions: list[Submission], keys: dict[str, str], folder: ResultsFolder, run: ClassRun
) -> list[Submission]:
    """Take over the results of an earlier run that hang on the very same things; the submissions that are left."""
    left = []
    for submission in submissions:
        student = submission.student
        report = folder.read_report(student)
        if report is None or report.grade_key != keys[student]:
            left.append(submission)
            continue
        run.reports[student] = report
        run.kept.add(student)
    return left


def _refresh_kept(run: ClassRun, overrides: Overrides, folder: ResultsFolder, journal: Journal) -> None:
    """Bring what is kept up to today's overrides, and note that this run stands for it too."""
    for student in sorted(run.kept):
        run.reports[student] = apply_overrides(run.reports[student], overrides.of(student))
        folder.refresh_report(run.reports[student], __version__)
    if run.kept:
        journal.append("kept", students=sorted(run.kept))


def _begin(
    journal: Journal, assignment: Assignment, submissions: list[Submission], options: Options, origin: Origin
) -> None:
    """Note that a run begins, and what it is made of."""
    journal.append(
        "run",
        assignment=assignment.id,
        grader=__version__,
        submissions=len(submissions),
        origin=origin.model_dump(),
        overrides=options.overrides.describe(),
    )


def _find_origin(assignment: Assignment, ground: Ground, sandbox: Zygote, options: Options) -> Origin:
    return Origin(
        assignment=assignment.id,
        course=str(assignment.course),
        paths=tuple(str(path.absolute()) for path in options.paths),
        layout=options.layout,
        roster=str(options.roster.absolute()) if options.roster else "",
        seed=options.seed,
        seed_digest=key_digest(ground.key),
        sandbox=sandbox.name,
        assignment_digest=ground.assignment,
        environment_digest=ground.environment,
    )


def key_digest(key: bytes) -> str:
    """What may be told of a key: enough to see whether another is the same."""
    return hashlib.sha256(key).hexdigest()[:16]


@dataclass(frozen=True)
class Ground:
    """What every grade of a run hangs on beside the submission, taken before the suite is collected.

    Attributes:
        assignment: SHA-256 over the assignment's and the reference's files.
        environment: SHA-256 over the grader's own files, Python and the packages.
        sandbox: the backend and its layers: what was graded without a sandbox is not kept by a run with one.
        key: the assignment's key.
    """

    assignment: str
    environment: str
    sandbox: str
    key: bytes

    def on_device(self, tests: Iterable[ExpectedTest], accelerator: Accelerator) -> Ground:
        """The ground of a run whose tests need GPUs, if any does: what was put off is graded once there is one."""
        needing = [test for test in tests if test.gpus]
        if not needing:
            return self
        where = [
            accelerator.choice if accelerator.why_not(test) or accelerator.choice == "cpu" else "gpu"
            for test in needing
        ]
        return replace(self, sandbox=f"{self.sandbox} {' '.join(where)}")

    def grade_key(self, submission: Submission) -> str:
        """A digest of everything that a submission's grade hangs on."""
        parts = (submission.digest, self.assignment, self.environment, self.sandbox, self.key.hex())
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def find_ground(assignment: Assignment, sandbox: Zygote, key: bytes) -> Ground:
    """The ground of a run that begins now."""
    layers = " ".join((sandbox.name, *sandbox.layers))
    return Ground(assignment_digest(assignment), environment_digest(assignment.spec.packages), layers, key)


def assignment_digest(assignment: Assignment) -> str:
    """SHA-256 over the assignment's and the reference's files."""
    digest = hashlib.sha256()
    for folder in (assignment.folder, assignment.reference):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(assignment.course).as_posix()
                data = path.read_bytes()
                digest.update(f"{len(name)}:{len(data)}:{name}".encode() + data)
    return digest.hexdigest()


def environment_digest(packages: list[str]) -> str:
    """SHA-256 over the grader's own files, Python and the packages that results hang on."""
    digest = hashlib.sha256(f"{__version__} {sys.version} {platform.machine()}".encode())
    for package in sorted({*packages, "numpy", "pytest", "msgspec", "nbformat", "nbconvert", "ipython"}):
        digest.update(f"{package} {_version(package)}".encode())
    source = Path(__file__).parents[1]
    for path in sorted((*source.rglob("*.py"), *source.rglob("*.ini"))):
        digest.update(path.relative_to(source).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "-"


def _write_summary(
    run: ClassRun,
    submissions: list[Submission],
    assignment: Assignment,
    ground: Ground,
    sandbox: Zygote,
    folder: ResultsFolder,
    started: float,
    options: Options,
) -> None:
    """run.json and grades.csv."""
    ordered = [run.reports[s.student] for s in submissions if s.student in run.reports]
    folder.write_text("grades.csv", render_csv(ordered, sorted(run.faults), _people(submissions, options.absent)))
    summary: dict[str, Any] = {
        "assignment": assignment.id,
        "assignment_digest": ground.assignment,
        "grader_version": __version__,
        "environment_digest": ground.environment,
        "seed": options.seed,
        "seed_digest": key_digest(ground.key),
        "python": platform.python_version(),
        "packages": {package: _version(package) for package in ("numpy", "torch", "pytest")},
        "machine": {"system": platform.platform(), "processors": platform.machine(), "jobs": options.jobs},
        "sandbox": {"backend": sandbox.name, "layers": list(sandbox.layers)},
        "device": options.accelerator.describe(),
        "submissions": {s.student: s.digest for s in submissions},
        "overrides": options.overrides.describe(),
        "graded": sorted(run.reports),
        "kept": sorted(run.kept),
        "faults": run.faults,
        "absent": [one.student for one in options.absent],
        "started_s": round(started, 3),
        "wall_s": round(time.time() - started, 3),
    }
    folder.write_text("run.json", json.dumps(summary, indent=1) + "\n")


def _people(submissions: list[Submission], absent: tuple[Enrolled, ...]) -> dict[str, Person]:
    """What the export and the roster tell of the students."""
    people = {
        s.student: Person(s.name, s.email, s.submitted_at.isoformat() if s.submitted_at else "", s.late)
        for s in submissions
    }
    return people | {one.student: Person(one.name, one.email, absent=True) for one in absent}
