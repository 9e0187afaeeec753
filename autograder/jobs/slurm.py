"""A class on a cluster: arrays of tasks, each of which grades its submissions as a machine would by itself.

The driver submits, looks, takes what is there and asks again for what was lost. It may die at any time: what is known
of its arrays lies below DIR/slurm, and the same command takes them up again by their job's id, or by their name where
it died before it heard the id.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from autograder.course import SlurmSettings
from autograder.errors import GraderError, SpecError
from autograder.jobs.arrays import FOLDER, NodeRecord, find_arrays, read_node
from autograder.jobs.class_run import ClassRun, Options, Progress
from autograder.jobs.cluster import Cluster, RefusedError, Task, TaskState, UnreachableError
from autograder.jobs.gathering import Gathering
from autograder.jobs.ground import Ground, assignment_digest, environment_digest
from autograder.jobs.interrupts import Interrupts
from autograder.jobs.results import Journal, ResultsFolder
from autograder.jobs.submitting import Submitter
from autograder.jobs.summary import begin_journal, refresh_kept, write_summary
from autograder.jobs.watched import Queue, WatchedArray, find_by_name, say_why_pending
from autograder.overrides import Overrides
from autograder.sandbox.unconfined import open_unconfined
from autograder.spec import Assignment
from autograder.submission import Submission
from autograder.testrun.runner import Suite, key_for
from autograder.verdict import ExpectedTest

_TRIES: Final = 3
_FIRST_LOOK_S: Final = 1.0
_LAST_LOOK_S: Final = 15.0
_PATIENCE_S: Final = 600.0  # how long the controller may not answer
_LAST_WAIT_S: Final = 60.0  # for tasks to end whose results are all here


def grade_on_cluster(
    submissions: Iterable[Submission],
    assignment: Assignment,
    folder: ResultsFolder,
    options: Options,
    settings: SlurmSettings,
    sandbox: str,
    cluster: Cluster,
    progress: Progress,
) -> ClassRun:
    """Grade every submission by tasks of a cluster and leave the results in the folder, as `grade_class` does.

    Args:
        submissions: the class.
        assignment: whose suites.
        folder: on a file system that the nodes share.
        options: `jobs` is the number of submissions at a time in a task.
        settings: how jobs are asked for.
        sandbox: what `--sandbox` said; the nodes open it.
        cluster: where.
        progress: what is shown meanwhile.

    Raises:
        SpecError: the suite, the reference or the request is wrong.
        UnreachableError: the cluster does not answer; the same command goes on with what it has submitted.
        KeyboardInterrupt: the jobs are cancelled; what was graded stays.
    """
    submissions = list(submissions)
    started = time.time()
    key = key_for(options.secret, assignment.id)
    run = ClassRun(overrides=options.overrides)
    journal = Journal(folder.path / "journal.jsonl", assignment.id)
    try:
        ground = Ground(assignment_digest(assignment), environment_digest(assignment.spec.packages), "", key)
        tests = collect_tests(assignment, key)
        overrides = options.overrides.resolve(tests, {s.student for s in submissions} | folder.students())
        gathering = Gathering(run, folder, journal, ground, sandbox, options.accelerator.choice, overrides)
        submitter = Submitter(assignment, tests, options, settings, cluster, ground, sandbox, folder.path)
        driver = _Driver(submissions, assignment, tests, options, submitter, cluster, gathering, progress)
        driver.begin(overrides)
        driver.work()
    finally:
        journal.close()
    run.executor = driver.describe()
    run.told += driver.tell()
    write_summary(run, submissions, assignment, ground, folder, started, options)
    return run


def collect_tests(assignment: Assignment, key: bytes) -> tuple[ExpectedTest, ...]:
    """The suite's tests, collected on this machine: nothing of a submission's is near, so no sandbox is needed.

    Raises:
        SpecError: the suite cannot be collected; that is better known before a job has waited for hours.
    """
    nothing = open_unconfined([])
    try:
        suite = Suite(assignment, nothing, key)
        suite.close()
        return suite.tests
    finally:
        nothing.close()


class _Driver:
    """Looks after a class's arrays until nothing more is to come.

    `needs` holds, by the number of GPUs, the submissions of which something is still needed: their tests without GPUs
    under 0, and the tests that need so many under each other number.
    """

    def __init__(
        self,
        submissions: list[Submission],
        assignment: Assignment,
        tests: Sequence[ExpectedTest],
        options: Options,
        submitter: Submitter,
        cluster: Cluster,
        gathering: Gathering,
        progress: Progress,
    ) -> None:
        self.submissions = submissions
        self.assignment = assignment
        self.tests = tests
        self.options = options
        self.submitter = submitter
        self.cluster = cluster
        self.gathering = gathering
        self.progress = progress
        self.run = gathering.run
        self.journal = gathering.journal
        self.sandbox = gathering.nodes[-1].name if gathering.nodes else gathering.sandbox
        self.arrays: list[WatchedArray] = []
        self.needs: dict[int, dict[str, Submission]] = {}
        self.losses: Counter[tuple[int, str]] = Counter()
        self.alone: set[str] = set()
        self.put_off: dict[int, str] = {}
        self.jobs: set[str] = set()
        self.said = ""
        self.settled_s = 0.0
        self.interrupts = Interrupts()

    # ---- the beginning

    def begin(self, overrides: Overrides) -> None:
        """Keep what holds, and see what is needed."""
        self._note_run()
        chosen = [s for s in self.submissions if self.options.takes(s.student)]
        again = {s.student for s in chosen} if self.options.fresh else set()
        for submission in self.submissions:
            if submission.student not in again:
                self.gathering.keep(submission)
        refresh_kept(self.run, overrides, self.gathering.folder, self.journal)
        self.needs[0] = {s.student: s for s in chosen if s.student not in self.run.reports}
        counts = {test.gpus for test in self.tests if test.gpus} if self.options.accelerator.choice != "cpu" else set()
        for gpus in sorted(counts):
            waits = (s for s in chosen if s.student in self.needs[0] or self.gathering.waits_for(s.student, gpus))
            self.needs[gpus] = {s.student: s for s in waits}
        self.progress.begin(len(self.needs[0]))
        for submission in list(self.needs[0].values()):
            if submission.fault:
                self._fail(submission.student, submission.fault)

    def _note_run(self) -> None:
        ground = self.gathering.ground
        begin_journal(self.journal, self.assignment, ground, self.submissions, self.options, self.sandbox)

    # ---- until the end

    def work(self) -> None:
        """Submit, look and take, until every submission is settled; whatever ends it early cancels the jobs."""
        try:
            with self.interrupts:
                self._take_up()
                self._submit_missing()
                self._look_until_settled()
                self._clean_up()
        except UnreachableError as error:
            more = " What is submitted goes on; the same command takes it up again." if self.arrays else ""
            raise UnreachableError(f"{error}{more}") from None
        except BaseException:
            with contextlib.suppress(GraderError):
                self._cancel(self.arrays)
            raise

    def _look_until_settled(self) -> None:
        pause_s, silent_s = _FIRST_LOOK_S, 0.0
        while not self._is_settled():
            self.interrupts.sleep(pause_s)
            try:
                changed = self._look(self.cluster.poll())
                silent_s = 0.0
            except UnreachableError:
                changed, silent_s = False, silent_s + pause_s
                if silent_s > _PATIENCE_S:
                    raise
            self._submit_missing()
            pause_s = _FIRST_LOOK_S if changed else min(_LAST_LOOK_S, 1.5 * pause_s)

    def _is_settled(self) -> bool:
        """Whether nothing more is needed, and no task is about to end, as far as that is worth waiting for."""
        if any(self.needs.values()):
            return False
        self.settled_s = self.settled_s or time.monotonic()
        return not self.arrays or time.monotonic() - self.settled_s > _LAST_WAIT_S

    def _take_up(self) -> None:
        """Go on with the arrays of earlier runs; those that would grade something else are cancelled."""
        found = list(find_arrays(self.gathering.folder.path))
        if not found:
            return
        queue = self.cluster.poll()
        stale: list[WatchedArray] = []
        for folder in found:
            array = self.submitter.adopt(folder, self.needs)
            if array is None:
                folder.remove()
                continue
            self._hear_of(array, queue)
            (self.arrays if self.submitter.is_same(array.plan) and not self.options.fresh else stale).append(array)
        self._cancel(stale)
        for array in stale:
            array.folder.remove()
        by_place = _by_place(queue)
        for array in list(self.arrays):
            self.journal.append("taken up", array=array.folder.name, job=array.job.id, gpus=array.gpus)
            for number in list(array.waiting):
                self._collect(array, number)
                task = array.find_task(number, by_place)
                if array.job.cancelled or task is None or task.state is TaskState.OVER:
                    array.waiting.pop(number, None)  # an earlier run's loss: what is missing is asked for anew
                else:
                    array.note_alive(number, task)
        self._retire(by_place)

    # ---- submitting

    def _submit_missing(self) -> None:
        """Ask for whatever no array is at work on; tests whose GPUs cannot be had here are put off.

        Raises:
            SpecError: a request without GPUs is refused.
        """
        for gpus, needed in self.needs.items():
            busy = {student for array in self.arrays if array.gpus == gpus for student in array.students}
            missing = [submission for student, submission in needed.items() if student not in busy]
            for part in self.submitter.divide(missing, self.alone):
                self.interrupts.check()
                array = self.submitter.prepare(gpus, part)
                self.arrays.append(array)  # from here on it is cancelled by whatever ends this run
                try:
                    self.submitter.submit(array)
                except RefusedError as error:
                    self.arrays.remove(array)
                    array.folder.remove()
                    if not gpus:
                        raise SpecError(
                            f"Slurm refuses the job ({error}); change [slurm] in {self.assignment.course}/course.toml, "
                            "or the limits in assignment.toml."
                        ) from None
                    self._put_off(gpus, f"Slurm refuses the request: {error}")
                    break
                self.jobs |= {array.job.id} - {""}
                self.journal.append(
                    "submitted", array=array.folder.name, job=array.job.id, gpus=gpus, tasks=len(part),
                    students=len(array.students),
                )  # fmt: skip

    # ---- looking

    def _look(self, queue: list[Task]) -> bool:
        """Take what is there, and see what will not come any more. Whether anything has changed."""
        by_place = _by_place(queue)
        before = self._count()
        for array in self.arrays:
            self.interrupts.check()
            self._hear_of(array, queue)
            for number in list(array.waiting):
                task = array.find_task(number, by_place)
                self._collect(array, number)
                if number in array.waiting and array.is_over(number, task):
                    self._settle_lost(array, number, task)
            reason = array.waits_in_vain(by_place, self.submitter.gpu_wait_s) if array.gpus else ""
            if reason:
                minutes = f"{self.submitter.gpu_wait_s / 60:g} minutes"
                self._put_off(array.gpus, f"no GPU became free in {minutes} (Slurm says {reason})")
        self._retire(by_place)
        said = say_why_pending(self.arrays, by_place)
        if said not in ("", self.said):
            self.said = said
            self.progress.tell(said)
        return self._count() != before

    def _count(self) -> int:
        """How much is still to come."""
        return sum(map(len, self.needs.values())) + sum(len(array.waiting) for array in self.arrays)

    def _hear_of(self, array: WatchedArray, queue: list[Task]) -> None:
        """Find the id of an array of which sbatch did not tell."""
        job = array.job.id or find_by_name(array.folder.name, queue)
        if job != array.job.id:
            array.note_job(id=job)
        if job and array.waiting:
            self.jobs.add(job)

    def _collect(self, array: WatchedArray, number: int) -> None:
        for attempt in array.folder.attempts(number):
            node = read_node(attempt)
            if node is None:
                continue
            if self.gathering.note_task(node):
                self._tell_sandbox(node)
            wanted = dict(array.waiting.get(number, {}))
            for student, report in self.gathering.collect(attempt, wanted.values()).items():
                array.release(student)
                array.taken.add(student)
                self.needs[array.gpus].pop(student, None)
                if array.gpus:
                    self.gathering.fill(wanted[student], report)
                else:
                    self.progress.advance(student, self.gathering.take(wanted[student], report, node))

    def _tell_sandbox(self, node: NodeRecord) -> None:
        """A kind of sandbox that this run has not met: what follows was graded in it, and a weaker one is said."""
        if node.name != self.sandbox:
            self.sandbox = node.name
            self._note_run()
        if node.passed_over:
            self.progress.tell(f"{node.host}: {node.passed_over} The sandbox {node.name!r} is used there instead.")

    def _settle_lost(self, array: WatchedArray, number: int, task: Task | None) -> None:
        """A task is over, and some submissions have not come from it: they are asked for again.

        Raises:
            SpecError: the assignment cannot be graded there.
        """
        students = array.waiting.pop(number)
        faults, failure = array.read_end(number)
        attempt = array.last_attempt(number)
        if attempt is not None:
            useless = {student: self.gathering.explain(attempt, one) for student, one in students.items()}
            faults |= {student: sentence for student, sentence in useless.items() if sentence}
        if failure is not None and failure.kind == "spec":
            raise SpecError(failure.why)
        why = failure.why if failure is not None else array.say_lost(number, task)
        cancelled = array.was_cancelled(number, task)
        if cancelled:
            why = f"Slurm's job {array.job.id} was cancelled; run the same command again."
        array.lost = True
        self.journal.append("lost", job=array.job.id, task=number, why=why, students=sorted(students))
        for student in students:
            self.losses[array.gpus, student] += 1
            if student in faults or cancelled or self.losses[array.gpus, student] >= _TRIES:
                self._give_up(array.gpus, student, faults.get(student, why))
        if failure is None and array.was_its_own(number, task):
            self.alone.update(students)  # one of them may have been what ended it

    # ---- what cannot be had

    def _give_up(self, gpus: int, student: str, why: str) -> None:
        """Of tests that need GPUs: they stay put off. Of the others: the submission stays ungraded."""
        if gpus:
            self.put_off[gpus] = why
            self.needs[gpus].pop(student, None)
        else:
            self._fail(student, why)

    def _fail(self, student: str, why: str) -> None:
        for needed in self.needs.values():
            needed.pop(student, None)
        for array in self.arrays:
            array.release(student)
        self.gathering.fail(student, why)
        self.progress.advance(student, None)

    def _put_off(self, gpus: int, why: str) -> None:
        """The tests that need so many GPUs stay put off, in every report that is without them."""
        self.journal.append("put off", gpus=gpus, why=why, students=sorted(self.needs[gpus]))
        self.put_off[gpus] = why
        self.needs[gpus].clear()
        for array in self.arrays:
            if array.gpus == gpus:
                array.waiting.clear()

    # ---- letting go

    def _cancel(self, arrays: Iterable[WatchedArray]) -> None:
        arrays = [array for array in arrays if not array.job.cancelled]
        known = [array.job.id for array in arrays if array.job.id]
        self.cluster.cancel(known, [array.folder.name for array in arrays if not array.job.id])
        for array in arrays:
            with contextlib.suppress(OSError):
                array.note_job(cancelled=True)

    def _retire(self, by_place: Queue) -> None:
        """Let go of arrays from which nothing more is wanted, once their tasks are over: then nobody writes there."""
        for array in [array for array in self.arrays if not array.waiting]:
            if self._works_for_others(array):
                self.arrays.remove(array)
            elif array.has_ended(by_place):
                array.folder.remove_all_but_logs() if array.lost else array.folder.remove()
                self.arrays.remove(array)
            elif not array.is_taken():
                self._cancel([array])

    def _works_for_others(self, array: WatchedArray) -> bool:
        """Whether an array also grades students that this run was not asked for (`--only`)."""
        if array.job.cancelled:
            return False
        mine = {submission.student: submission.digest for submission in self.submissions}
        return any(
            mine.get(student) == digest
            and not self.options.takes(student)
            and (student not in self.run.reports or self.gathering.waits_for(student, array.gpus))
            for students in array.plan.tasks
            for student, digest in students.items()
        )

    def _clean_up(self) -> None:
        self._cancel(self.arrays)
        for array in self.arrays:
            array.folder.remove()
        with contextlib.suppress(OSError):
            (self.gathering.folder.path / FOLDER).rmdir()

    # ---- what is said

    def tell(self) -> list[str]:
        """A sentence for each number of GPUs that could not be had."""
        return [
            f"{gpus} {'GPU' if gpus == 1 else 'GPUs'}: {why.rstrip('.')}; the same command asks again."
            for gpus, why in sorted(self.put_off.items())
        ]

    def describe(self) -> dict[str, object]:
        """For run.json."""
        slurm = {
            "jobs": sorted(self.jobs, key=int),
            "nodes": dict(sorted(self.gathering.hosts.items())),
            "put_off": {str(gpus): why for gpus, why in sorted(self.put_off.items())},
        }
        return {"executor": "slurm", "slurm": slurm}


def _by_place(queue: Iterable[Task]) -> Queue:
    return {(task.job, task.index): task for task in queue}
