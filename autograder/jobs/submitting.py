"""Arrays laid out and submitted, and those of an earlier run read again."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from autograder.course import SlurmSettings
from autograder.errors import GraderError
from autograder.jobs.arrays import ArrayFolder, Job, Plan, create_array
from autograder.jobs.class_run import Options
from autograder.jobs.cluster import Cluster, UnreachableError
from autograder.jobs.demands import make_chunks, make_request, split_evenly, write_script
from autograder.jobs.ground import Ground, key_digest
from autograder.jobs.watched import WatchedArray
from autograder.spec import Assignment
from autograder.submission import Submission
from autograder.verdict import ExpectedTest


class Submitter:
    """Makes a run's arrays.

    Args:
        assignment: whose suites.
        tests: of the suite.
        options: how the class is graded.
        settings: how jobs are asked for.
        cluster: where.
        ground: what every grade hangs on.
        sandbox: what `--sandbox` said.
        results: the folder below which the arrays lie.
    """

    def __init__(
        self,
        assignment: Assignment,
        tests: Sequence[ExpectedTest],
        options: Options,
        settings: SlurmSettings,
        cluster: Cluster,
        ground: Ground,
        sandbox: str,
        results: Path,
    ) -> None:
        self.assignment = assignment
        self.tests = tests
        self.options = options
        self.settings = settings
        self.cluster = cluster
        self.ground = ground
        self.sandbox = sandbox
        self.results = results
        self._most_tasks = 0

    @property
    def gpu_wait_s(self) -> float:
        """How long a request for GPUs may pend while none of its array runs."""
        return 60 * self.settings.gpu_wait_min

    def _plan(self, gpus: int, tasks: Sequence[dict[str, str]]) -> Plan:
        return Plan(
            assignment=self.assignment.id,
            course=str(self.assignment.course),
            sandbox=self.sandbox,
            device=self.options.accelerator.choice,
            seed=self.options.seed,
            jobs=self.options.jobs,
            gpus=gpus,
            assignment_digest=self.ground.assignment,
            environment_digest=self.ground.environment,
            seed_digest=key_digest(self.ground.key),
            tasks=tuple(tasks),
        )

    def is_same(self, plan: Plan) -> bool:
        """Whether a plan's tasks grade as this run would."""
        return self._plan(plan.gpus, ()) == plan.model_copy(update={"tasks": (), "jobs": self.options.jobs})

    def divide(self, submissions: Sequence[Submission], alone: Collection[str]) -> Iterator[Sequence[list[Submission]]]:
        """The chunks of each array that is needed for these submissions, as many as the site allows in one."""
        if submissions:
            self._most_tasks = self._most_tasks or self.cluster.find_most_tasks()
            yield from split_evenly(make_chunks(submissions, self.settings.chunk, alone), self._most_tasks)

    def prepare(self, gpus: int, chunks: Sequence[list[Submission]]) -> WatchedArray:
        """Lay an array out.

        Raises:
            SpecError, GraderError: it cannot be written.
        """
        plan = self._plan(gpus, [{one.student: one.digest for one in chunk} for chunk in chunks])
        folder = create_array(self.results, plan, chunks, write_script(self.settings))
        waiting = {number: {one.student: one for one in chunk} for number, chunk in enumerate(chunks)}
        array = WatchedArray(folder, plan, Job(), waiting, alive_s=time.time(), pending=set(waiting))
        array.note_job(submitted_s=array.alive_s)
        return array

    def submit(self, array: WatchedArray) -> None:
        """Submit it. Where nobody hears whether that went well, the queue tells by its name.

        Raises:
            RefusedError: it can never run.
        """
        longest = max(len(students) for students in array.plan.tasks)
        request = make_request(
            array.folder, len(array.plan.tasks), longest, array.gpus, self.options.jobs, self.settings,
            self.assignment.spec.limits, self.tests,
        )  # fmt: skip
        with contextlib.suppress(UnreachableError):
            array.note_job(id=self.cluster.submit(request))

    def adopt(self, folder: ArrayFolder, needs: Mapping[int, Mapping[str, Submission]]) -> WatchedArray | None:
        """An array that an earlier run submitted, and what of it is needed; None where it cannot be read."""
        try:
            plan = folder.read_plan()
        except GraderError:
            return None
        job = folder.read_job()
        waiting: dict[int, dict[str, Submission]] = {}
        for number, students in enumerate(plan.tasks):
            found = {student: needs.get(plan.gpus, {}).get(student) for student in students}
            waiting[number] = {
                student: one for student, one in found.items() if one is not None and one.digest == students[student]
            }
        waiting = {number: needed for number, needed in waiting.items() if needed}
        return WatchedArray(folder, plan, job, waiting, alive_s=job.submitted_s)
