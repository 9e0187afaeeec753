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
from dataclasses import dataclass, field
from typing import Final

from autograder.course import SlurmSettings
from autograder.errors import GraderError, SpecError
from autograder.jobs.arrays import (
    FOLDER,
    ArrayFolder,
    Job,
    NodeRecord,
    Plan,
    create_array,
    find_arrays,
    read_failure,
    read_faults,
    read_node,
)
from autograder.jobs.class_run import ClassRun, Options, Progress
from autograder.jobs.cluster import Cluster, RefusedError, Task, TaskState, UnreachableError
from autograder.jobs.demands import make_chunks, make_request, split_evenly, write_script
from autograder.jobs.gathering import Gathering
from autograder.jobs.ground import Ground, assignment_digest, environment_digest, key_digest
from autograder.jobs.results import Journal, ResultsFolder
from autograder.jobs.summary import begin_journal, refresh_kept, write_summary
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
_HEARD_OF_S: Final = 60.0  # when an array that nobody confirmed counts as never submitted
_LAST_WAIT_S: Final = 60.0  # for tasks to end whose results are all here
_SHOW_UP_S: Final = 90.0  # how long a network file system may keep a finished task's files from this machine


@dataclass
class _Array:
    """An array that is looked after.

    Attributes:
        waiting: of each task, the submissions that are still to come from it, by student.
        over_s: of each task that is over and whose files are waited for, since when.
        alive_s: when a task of it ran last, by the clock; at first when it was submitted.
        taken: of whom something has come.
        lost: whether a task of it was.
    """

    folder: ArrayFolder
    plan: Plan
    job: Job
    waiting: dict[int, dict[str, Submission]]
    over_s: dict[int, float] = field(default_factory=dict)
    alive_s: float = 0.0
    taken: set[str] = field(default_factory=set)
    lost: bool = False

    def release(self, task: int, student: str) -> None:
        """Nothing more is expected of this task for this student."""
        self.waiting[task].pop(student, None)
        if not self.waiting[task]:
            del self.waiting[task]


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
    journal = Journal(folder.path / "journal.jsonl")
    try:
        ground = Ground(assignment_digest(assignment), environment_digest(assignment.spec.packages), "", key)
        tests = collect_tests(assignment, key)
        overrides = options.overrides.resolve(tests, {s.student for s in submissions} | folder.students())
        gathering = Gathering(run, folder, journal, ground, sandbox, options.accelerator.choice, overrides)
        driver = _Driver(submissions, assignment, tests, options, settings, cluster, gathering, progress)
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
    """Looks after a class's arrays until nothing more is to come."""

    def __init__(
        self,
        submissions: list[Submission],
        assignment: Assignment,
        tests: Sequence[ExpectedTest],
        options: Options,
        settings: SlurmSettings,
        cluster: Cluster,
        gathering: Gathering,
        progress: Progress,
    ) -> None:
        self.submissions = submissions
        self.assignment = assignment
        self.tests = tests
        self.options = options
        self.settings = settings
        self.cluster = cluster
        self.gathering = gathering
        self.progress = progress
        self.run = gathering.run
        self.journal = gathering.journal
        self.arrays: list[_Array] = []
        self.needs: dict[int, dict[str, Submission]] = {}
        self.losses: Counter[tuple[int, str]] = Counter()
        self.alone: set[str] = set()
        self.put_off: dict[int, str] = {}
        self.jobs: list[str] = []
        self.said = ""
        self.quiet_s = 0.0
        self.sandbox = gathering.nodes[-1].name if gathering.nodes else gathering.sandbox
        self.most_tasks = 0

    # ---- the beginning

    def begin(self, overrides: Overrides) -> None:
        """Keep what holds, take up what earlier runs have submitted, and see what is still needed."""
        begin_journal(
            self.journal, self.assignment, self.gathering.ground, self.submissions, self.options, self.sandbox
        )
        chosen = [s for s in self.submissions if self.options.takes(s.student)]
        again = {s.student for s in chosen} if self.options.fresh else set()
        for submission in self.submissions:
            if submission.student not in again:
                self.gathering.keep(submission)
        refresh_kept(self.run, overrides, self.gathering.folder, self.journal)
        self.needs[0] = {s.student: s for s in chosen if s.student not in self.run.reports}
        for gpus in sorted({test.gpus for test in self.tests if test.gpus}) if self._with_gpus else []:
            self.needs[gpus] = {
                s.student: s for s in chosen if s.student in self.needs[0] or self.gathering.waits_for(s.student, gpus)
            }
        self.progress.begin(len(self.needs[0]))
        for student, submission in list(self.needs[0].items()):
            if submission.fault:
                self._fail(student, submission.fault)

    @property
    def _with_gpus(self) -> bool:
        return self.options.accelerator.choice != "cpu"

    # ---- until the end

    def work(self) -> None:
        """Submit, look and take, until every submission is settled; whatever ends it early cancels the jobs."""
        try:
            self._take_up()
            pause_s = _FIRST_LOOK_S
            silent_s = 0.0
            while True:
                self._submit_missing()
                if not any(self.needs.values()) and self._is_quiet():
                    break
                time.sleep(pause_s)
                try:
                    changed = self._look(self.cluster.poll())
                    silent_s = 0.0
                except UnreachableError:
                    changed, silent_s = False, silent_s + pause_s
                    if silent_s > _PATIENCE_S:
                        raise
                pause_s = _FIRST_LOOK_S if changed else min(_LAST_LOOK_S, 1.5 * pause_s)
        except UnreachableError as error:
            raise UnreachableError(f"{error} What is submitted goes on; the same command takes it up again.") from None
        except BaseException:
            with contextlib.suppress(GraderError):
                self._cancel(self.arrays)
            raise
        self._clean_up()

    def _take_up(self) -> None:
        """Go on with the arrays of earlier runs; those that would grade something else are cancelled."""
        found = list(find_arrays(self.gathering.folder.path))
        if not found:
            return
        queue = self.cluster.poll()
        ours: list[_Array] = []
        stale: list[_Array] = []
        for folder in found:
            job = folder.read_job()
            job = job if job.id else job.model_copy(update={"id": _find_by_name(folder.name, queue)})
            try:
                array = self._adopt(folder, folder.read_plan(), job)
            except GraderError:
                folder.remove()
                continue
            same = self._plan(array.plan.gpus, ()) == array.plan.model_copy(
                update={"tasks": (), "jobs": self.options.jobs}
            )
            (ours if same and not self.options.fresh else stale).append(array)
        self._cancel(stale)
        for array in stale:
            array.folder.remove()
        self.arrays += ours
        for array in self.arrays:
            self.journal.append("taken up", array=array.folder.name, job=array.job.id, gpus=array.plan.gpus)
        self._look(queue, adopted=True)

    def _adopt(self, folder: ArrayFolder, plan: Plan, job: Job) -> _Array:
        """An array that an earlier run submitted, and what of it is still of use."""
        waiting: dict[int, dict[str, Submission]] = {}
        for number, students in enumerate(plan.tasks):
            needed = {
                student: submission
                for student, digest in students.items()
                if (submission := self.needs.get(plan.gpus, {}).get(student)) and submission.digest == digest
            }
            if needed:
                waiting[number] = needed
        self.jobs += [job.id] if job.id and waiting else []
        return _Array(folder, plan, job, waiting, alive_s=job.submitted_s)

    # ---- submitting

    def _plan(self, gpus: int, tasks: Sequence[dict[str, str]]) -> Plan:
        ground = self.gathering.ground
        return Plan(
            assignment=self.assignment.id,
            course=str(self.assignment.course),
            sandbox=self.gathering.sandbox,
            device=self.options.accelerator.choice,
            seed=self.options.seed,
            jobs=self.options.jobs,
            gpus=gpus,
            assignment_digest=ground.assignment,
            environment_digest=ground.environment,
            seed_digest=key_digest(ground.key),
            tasks=tuple(tasks),
        )

    def _submit_missing(self) -> None:
        """Ask for whatever no array is at work on."""
        for gpus, needed in self.needs.items():
            busy = {
                student
                for array in self.arrays
                if array.plan.gpus == gpus
                for waiting in array.waiting.values()
                for student in waiting
            }
            missing = [submission for student, submission in needed.items() if student not in busy]
            if not missing:
                continue
            self.most_tasks = self.most_tasks or self.cluster.find_most_tasks()
            chunks = make_chunks(missing, self.settings.chunk, self.alone)
            for part in split_evenly(chunks, self.most_tasks):
                if not self._submit(gpus, part):
                    break

    def _submit(self, gpus: int, chunks: Sequence[list[Submission]]) -> bool:
        """Submit an array. Whether it was taken: tests whose GPUs cannot be had here are put off.

        Raises:
            SpecError: a request without GPUs is refused.
        """
        plan = self._plan(gpus, [{one.student: one.digest for one in chunk} for chunk in chunks])
        folder = create_array(self.gathering.folder.path, plan, chunks, write_script(self.settings))
        request = make_request(
            folder, len(chunks), max(map(len, chunks)), gpus, self.options.jobs, self.settings,
            self.assignment.spec.limits, self.tests,
        )  # fmt: skip
        now_s = time.time()
        array = _Array(folder, plan, Job(submitted_s=now_s), {}, alive_s=now_s)
        array.waiting = {number: {one.student: one for one in chunk} for number, chunk in enumerate(chunks)}
        folder.write_job(array.job)
        self.arrays.append(array)
        try:
            array.job = array.job.model_copy(update={"id": self.cluster.submit(request)})
        except RefusedError as error:
            self.arrays.remove(array)
            folder.remove()
            if not gpus:
                raise SpecError(
                    f"Slurm refuses the job ({error}); change [slurm] in {self.assignment.course}/course.toml, "
                    "or the limits in assignment.toml."
                ) from None
            self._put_off(gpus, f"Slurm refuses the request: {error}")
            return False
        except UnreachableError:
            pass  # whether it was submitted, the queue tells by its name
        folder.write_job(array.job)
        self.jobs += [array.job.id] if array.job.id else []
        students = sum(map(len, chunks))
        self.journal.append(
            "submitted", array=folder.name, job=array.job.id, gpus=gpus, tasks=len(chunks), students=students
        )
        return True

    # ---- looking

    def _look(self, queue: list[Task], *, adopted: bool = False) -> bool:
        """Take what is there, and see what will not come any more. Whether anything has changed."""
        by_place = {(task.job, task.index): task for task in queue}
        before = sum(map(len, self.needs.values()))
        released = False
        for array in self.arrays:
            self._hear_of(array, queue)
            for number in list(array.waiting):
                task = by_place.get((array.job.id, number))
                self._collect(array, number)
                if number in array.waiting and self._is_over(array, number, task, adopted=adopted):
                    released = True
                    self._settle_lost(array, number, task, adopted=adopted)
            self._give_up_waiting(array, by_place)
        self._retire(by_place)
        self._say_why_it_waits(by_place)
        return released or sum(map(len, self.needs.values())) != before

    def _hear_of(self, array: _Array, queue: list[Task]) -> None:
        """Find the id of an array of which sbatch did not tell."""
        if not array.job.id:
            job = _find_by_name(array.folder.name, queue)
            if job:
                array.job = array.job.model_copy(update={"id": job})
                array.folder.write_job(array.job)
                self.jobs.append(job)

    def _collect(self, array: _Array, number: int) -> None:
        for attempt in array.folder.attempts(number):
            node = read_node(attempt)
            if node is None:
                continue
            if self.gathering.note_node(node):
                self._tell_sandbox(node)
            wanted = array.waiting.get(number, {})
            for student, report in self.gathering.collect(attempt, list(wanted.values())).items():
                submission = wanted[student]
                array.release(number, student)
                array.taken.add(student)
                self.needs[array.plan.gpus].pop(student, None)
                if array.plan.gpus:
                    self.gathering.fill(submission, report)
                else:
                    self.progress.advance(student, self.gathering.take(submission, report, node))

    def _tell_sandbox(self, node: NodeRecord) -> None:
        """A kind of sandbox that this run has not met: what follows was graded in it, and a weaker one is said."""
        if node.name != self.sandbox:
            self.sandbox = node.name
            begin_journal(
                self.journal, self.assignment, self.gathering.ground, self.submissions, self.options, node.name
            )
        if node.passed_over:
            self.progress.tell(f"{node.host}: {node.passed_over} The sandbox {node.name!r} is used there instead.")

    def _is_over(self, array: _Array, number: int, task: Task | None, *, adopted: bool) -> bool:
        """Whether a task will bring nothing more."""
        if task is None and not array.job.id and not adopted:
            return time.time() - array.job.submitted_s > _HEARD_OF_S
        if task is not None and task.state is not TaskState.OVER:
            if task.state is TaskState.RUNNING:
                array.alive_s = time.time()
            array.over_s.pop(number, None)
            return array.job.cancelled
        attempts = array.folder.attempts(number)
        silent = task is None or task.word == "COMPLETED"
        if adopted or not silent or (attempts and (read_faults(attempts[-1]) or read_failure(attempts[-1]))):
            return True
        # it ended well, but its files are not to be seen yet
        return time.time() - array.over_s.setdefault(number, time.time()) > _SHOW_UP_S

    def _settle_lost(self, array: _Array, number: int, task: Task | None, *, adopted: bool) -> None:
        """A task is over, and these submissions have not come from it."""
        students = list(array.waiting.pop(number))
        gpus = array.plan.gpus
        attempts = array.folder.attempts(number)
        faults = (read_faults(attempts[-1]) if attempts else None) or {}
        failure = read_failure(attempts[-1]) if attempts else None
        if adopted:  # an earlier run's loss; this one has its own tries
            return
        if failure is not None and failure.kind == "spec":
            raise SpecError(failure.why)
        word = task.word if task is not None else "gone"
        said = failure.why if failure is not None else _say_lost(array, number, word)
        array.lost = True
        self.journal.append("lost", job=array.job.id, task=number, state=word, why=said, students=students)
        for student in students:
            self.losses[gpus, student] += 1
            if student in faults:
                self._give_up(gpus, student, faults[student])
            elif task is not None and task.was_cancelled:
                self._give_up(gpus, student, f"Slurm's job {array.job.id} was cancelled; run the same command again.")
            elif self.losses[gpus, student] >= _TRIES:
                self._give_up(gpus, student, said)
        if failure is None:
            self.alone.update(students)

    def _give_up(self, gpus: int, student: str, why: str) -> None:
        if gpus:
            self.put_off[gpus] = why
            self.needs[gpus].pop(student, None)
        else:
            self._fail(student, why)

    def _fail(self, student: str, why: str) -> None:
        for needed in self.needs.values():
            needed.pop(student, None)
        for array in self.arrays:
            for number in [number for number, waiting in array.waiting.items() if student in waiting]:
                array.release(number, student)
        self.gathering.fail(student, why)
        self.progress.advance(student, None)

    # ---- GPUs that cannot be had

    def _put_off(self, gpus: int, why: str) -> None:
        """The tests that need so many GPUs stay put off, in every report."""
        self.journal.append("put off", gpus=gpus, why=why, students=sorted(self.needs[gpus]))
        self.put_off[gpus] = why
        self.needs[gpus].clear()
        for array in self.arrays:
            if array.plan.gpus == gpus:
                array.waiting.clear()

    def _give_up_waiting(self, array: _Array, by_place: dict[tuple[str, int], Task]) -> None:
        """An array that asks for GPUs and has had none for too long."""
        if not array.plan.gpus or not array.waiting:
            return
        tasks = [by_place.get((array.job.id, number)) for number in array.waiting]
        if any(task is None or task.state is not TaskState.PENDING for task in tasks):
            return
        if time.time() - array.alive_s > 60 * self.settings.gpu_wait_min:
            reason = next(task.reason for task in tasks if task is not None)
            minutes = f"{self.settings.gpu_wait_min:g} minutes"
            self._cancel([array])
            self._put_off(array.plan.gpus, f"no GPU became free in {minutes} (Slurm says {reason})")

    # ---- the end

    def _cancel(self, arrays: Iterable[_Array]) -> None:
        arrays = [array for array in arrays if not array.job.cancelled]
        self.cluster.cancel(
            [array.job.id for array in arrays if array.job.id],
            [array.folder.name for array in arrays if not array.job.id],
        )
        for array in arrays:
            array.job = array.job.model_copy(update={"cancelled": True})
            with contextlib.suppress(OSError):
                array.folder.write_job(array.job)

    def _retire(self, by_place: dict[tuple[str, int], Task]) -> None:
        """Let go of arrays from which nothing more is wanted, once their tasks are over: then nobody writes there."""
        for array in [array for array in self.arrays if not array.waiting]:
            if self._works_for_others(array):
                self.arrays.remove(array)
                continue
            places = [(array.job.id, number) for number in range(len(array.plan.tasks))]
            states = [by_place[place].state for place in places if place in by_place]
            if all(state is TaskState.OVER for state in states):
                array.folder.remove_all_but_logs() if array.lost else array.folder.remove()
                self.arrays.remove(array)
            elif not array.taken.issuperset(*array.plan.tasks):
                self._cancel([array])

    def _works_for_others(self, array: _Array) -> bool:
        """Whether an array also grades students that this run was not asked for (`--only`)."""
        mine = {submission.student: submission.digest for submission in self.submissions}
        return any(
            mine.get(student) == digest
            and not self.options.takes(student)
            and (student not in self.run.reports or self.gathering.waits_for(student, array.plan.gpus))
            for students in array.plan.tasks
            for student, digest in students.items()
        )

    def _is_quiet(self) -> bool:
        """Whether no task is about to end, as far as that is worth waiting for."""
        self.quiet_s = self.quiet_s or time.monotonic()
        return not self.arrays or time.monotonic() - self.quiet_s > _LAST_WAIT_S

    def _clean_up(self) -> None:
        self._cancel(self.arrays)
        for array in self.arrays:
            array.folder.remove()
        with contextlib.suppress(OSError):
            (self.gathering.folder.path / FOLDER).rmdir()

    # ---- what is said

    def _say_why_it_waits(self, by_place: dict[tuple[str, int], Task]) -> None:
        """Once for each reason: nothing runs, and Slurm says why."""
        tasks = [by_place.get((array.job.id, number)) for array in self.arrays for number in array.waiting]
        known = [task for task in tasks if task is not None]
        pending = [task for task in known if task.state is TaskState.PENDING]
        if not pending or len(pending) < len(known):
            return
        reason = pending[0].reason
        if reason not in ("None", self.said):
            self.said = reason
            self.progress.tell(f"{len(pending)} tasks wait in Slurm's queue ({reason}).")

    def tell(self) -> list[str]:
        """A sentence for each number of GPUs that could not be had."""
        return [
            f"{gpus} {'GPU' if gpus == 1 else 'GPUs'}: {why.rstrip('.')}; the same command asks again."
            for gpus, why in sorted(self.put_off.items())
        ]

    def describe(self) -> dict[str, object]:
        """For run.json."""
        return {
            "executor": "slurm",
            "slurm": {
                "jobs": sorted(set(self.jobs), key=int),
                "nodes": dict(sorted(self.gathering.hosts.items())),
                "put_off": {str(gpus): why for gpus, why in sorted(self.put_off.items())},
            },
        }


def _find_by_name(name: str, queue: Iterable[Task]) -> str:
    """The id of the array of this name; empty where Slurm knows none. What it refused it calls FAILED."""
    return next((task.job for task in queue if task.name == name and task.word != "FAILED"), "")


def _say_lost(array: _Array, number: int, word: str) -> str:
    last = array.folder.read_log(number)
    said = f"; it last printed: {last}" if last else ""
    return f"Slurm ended the task that graded it ({word}, job {array.job.id or 'unknown'}_{number}{said})."
