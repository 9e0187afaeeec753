"""A class on this machine: the reference first, then the submissions, a few at a time."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

from autograder import __version__
from autograder.errors import GraderError, SpecError
from autograder.grading import grade_reference, grade_submission
from autograder.jobs.class_run import ClassRun, Options, Progress
from autograder.jobs.ground import assignment_digest, find_ground
from autograder.jobs.groups import Groups
from autograder.jobs.results import Journal, ResultsFolder
from autograder.jobs.station import Station
from autograder.jobs.summary import begin_journal, refresh_kept, write_summary
from autograder.overrides import Overrides
from autograder.sandbox import Zygote
from autograder.scoring import apply_overrides
from autograder.spec import Assignment
from autograder.submission import Submission
from autograder.testrun.runner import Suite, key_for
from autograder.verdict import GradeReport

_TRIES = 2


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
    journal = Journal(folder.path / "journal.jsonl", assignment.id)
    station = None
    run = ClassRun(overrides=options.overrides, sandboxes=[sandbox])
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
        begin_journal(journal, assignment, ground, submissions, options, sandbox.name)
        again = {s.student for s in submissions if options.fresh and options.takes(s.student)}
        left = _keep_earlier([s for s in submissions if s.student not in again], keys, folder, run)
        refresh_kept(run, overrides, folder, journal)
        waiting = [s for s in submissions if s.student in again or (s in left and options.takes(s.student))]
        progress.begin(len(waiting))
        grade = _Grader(assignment, station, folder, journal, keys, overrides, options.jobs)
        if not options.fresh:
            grade.groups.remember(run.reports.values(), submissions)
        run.reports = {student: run.shortener.shorten(report) for student, report in run.reports.items()}
        gc.freeze()  # what is here by now stays; it need not be looked through again for each few submissions
        _grade_all(waiting, grade, options.jobs, run, progress)
    finally:
        gc.unfreeze()
        if station is not None:
            station.close()
        options.accelerator.close()
        journal.close()
    write_summary(run, submissions, assignment, ground, folder, started, options)
    return run


class _Grader:
    """Grades one submission and has its result written; called by several threads.

    A thread that has graded a submission goes on to the next one: it does not wait for the disk. Another thread writes
    one result after another, and no more than a few wait for it.
    """

    def __init__(
        self,
        assignment: Assignment,
        station: Station,
        folder: ResultsFolder,
        journal: Journal,
        keys: dict[str, str],
        overrides: Overrides,
        jobs: int,
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
        self.writer = ThreadPoolExecutor(max_workers=1)
        self.room = threading.BoundedSemaphore(2 * jobs)

    def __call__(self, submission: Submission) -> Future[GradeReport]:
        report = self._grade(submission)
        self.room.acquire()
        return self.writer.submit(self._write, submission, report)

    def _grade(self, submission: Submission) -> GradeReport:
        attempt = 0
        while True:
            suite = self.station.suite
            try:
                report = self.groups.grade(submission, self._run)
            except GraderError as error:
                attempt += self._note_fault(submission, attempt, error, suite)
                continue
            return report

    def _write(self, submission: Submission, report: GradeReport) -> GradeReport:
        """The report with what overrides say, when it is on the disk and in the journal."""
        try:
            report = apply_overrides(report, self.overrides.of(submission.student))
            report = report.model_copy(update={"grade_key": self.keys[submission.student]})
            self.folder.write_report(report, __version__)
            with self.lock:
                self._note_graded(submission, report)
        finally:
            self.room.release()
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
        pending: dict[Future[Future[GradeReport]], str] = {pool.submit(grade, s): s.student for s in waiting}
        for future in as_completed(pending):
            _take(future, pending.pop(future), run, progress)
    except BaseException:
        # Whoever waits for a fork of the suite learns of its end when the caller closes the suite; that is no fault.
        with grade.lock:
            grade.stopped = True
        pool.shutdown(wait=False, cancel_futures=True)
        grade.writer.shutdown()  # what was graded stays
        raise
    pool.shutdown()
    grade.writer.shutdown()


def _take(future: Future[Future[GradeReport]], student: str, run: ClassRun, progress: Progress) -> None:
    report = None
    try:
        report = future.result().result()
        run.reports[student] = run.shortener.shorten(report)
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
