"""An array that a driver looks after: what is still to come from it, and when nothing more will."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from autograder.jobs.arrays import ArrayFolder, Failure, Job, Plan, read_failure, read_faults, read_node
from autograder.jobs.cluster import Task, TaskState
from autograder.submission import Submission

_HEARD_OF_S: Final = 60.0  # when an array that nobody confirmed counts as never submitted
_SHOW_UP_S: Final = 90.0  # how long a network file system may keep a finished task's files from this machine

_OTHERS: Final = ("BOOT_FAIL", "CANCELLED", "NODE_FAIL", "PREEMPTED")

Queue = Mapping[tuple[str, int], Task]
"""What Slurm knows, by array's id and task's number."""


@dataclass
class WatchedArray:
    """One array.

    Attributes:
        waiting: of each task, the submissions that are still to come from it, by student.
        alive_s: when a task of it ran last, by the clock; at first when it was submitted.
        taken: of whom something has come.
        lost: whether a task of it was.
        pending: the tasks that were in the queue when they were last seen.
    """

    folder: ArrayFolder
    plan: Plan
    job: Job
    waiting: dict[int, dict[str, Submission]]
    alive_s: float = 0.0
    taken: set[str] = field(default_factory=set)
    lost: bool = False
    pending: set[int] = field(default_factory=set)
    _over_s: dict[int, float] = field(default_factory=dict)

    @property
    def gpus(self) -> int:
        """How many a task asks for."""
        return self.plan.gpus

    @property
    def students(self) -> set[str]:
        """Of whom something is still to come."""
        return {student for waiting in self.waiting.values() for student in waiting}

    def release(self, student: str) -> None:
        """Nothing more is expected for this student."""
        for number in list(self.waiting):
            self.waiting[number].pop(student, None)
            if not self.waiting[number]:
                del self.waiting[number]

    def note_job(self, **facts: str | float | bool) -> None:
        """Keep what has become known of the job."""
        self.job = self.job.model_copy(update=facts)
        self.folder.write_job(self.job)

    def find_task(self, number: int, queue: Queue) -> Task | None:
        """What Slurm knows of a task; a controller that has lost its state gives an id away again."""
        task = queue.get((self.job.id, number))
        return task if task is not None and task.name == self.folder.name else None

    def find_tasks(self, queue: Queue) -> list[Task]:
        """Those of its tasks that Slurm knows."""
        found = (self.find_task(number, queue) for number in range(len(self.plan.tasks)))
        return [task for task in found if task is not None]

    def has_ended(self, queue: Queue) -> bool:
        """Whether no task of it runs or will: nobody writes in its folder any more."""
        return all(task.state is TaskState.OVER for task in self.find_tasks(queue))

    def is_taken(self) -> bool:
        """Whether everything that it was to grade has come."""
        return all(student in self.taken for students in self.plan.tasks for student in students)

    def is_over(self, number: int, task: Task | None) -> bool:
        """Whether a task will bring nothing more.

        Args:
            number: of the task.
            task: what Slurm says of it; None: it knows of none, as before it has heard and after it has forgotten.
        """
        now_s = time.time()
        if task is None and not self.job.id:
            return now_s - self.job.submitted_s > _HEARD_OF_S
        if task is not None and task.state is not TaskState.OVER:
            self.note_alive(number, task)
            return False
        if (task is not None and task.word != "COMPLETED") or self.was_cancelled(number, task):
            return True
        attempt = self.last_attempt(number)
        if attempt is not None and (read_faults(attempt) is not None or read_failure(attempt) is not None):
            return True
        return now_s - self._over_s.setdefault(number, now_s) > _SHOW_UP_S

    def note_alive(self, number: int, task: Task) -> None:
        """A task waits or runs."""
        self._over_s.pop(number, None)
        if task.state is TaskState.PENDING:
            self.pending.add(number)
        else:
            self.pending.discard(number)
            self.alive_s = time.time()

    def was_cancelled(self, number: int, task: Task | None) -> bool:
        """Whether somebody took a task out of the queue or ended it: one that only pended is then simply gone."""
        if task is not None:
            return task.was_cancelled
        return number in self.pending and not self.folder.has_begun(number)

    def was_its_own(self, number: int, task: Task | None) -> bool:
        """Whether what ended a task may have been a submission of it: it had begun, and nobody else ended it."""
        attempt = self.last_attempt(number)
        return attempt is not None and read_node(attempt) is not None and (task is None or task.word not in _OTHERS)

    def last_attempt(self, number: int) -> Path | None:
        """The folder of a task's last start; None where it never got so far."""
        attempts = self.folder.attempts(number)
        return attempts[-1] if attempts else None

    def read_end(self, number: int) -> tuple[dict[str, str], Failure | None]:
        """Students whom a task could not grade, with why; and why it could grade nothing, where that is so."""
        attempt = self.last_attempt(number)
        if attempt is None:
            return {}, None
        return read_faults(attempt) or {}, read_failure(attempt)

    def say_lost(self, number: int, task: Task | None) -> str:
        """One sentence on a task that ended before it was done."""
        last = self.folder.read_log(number)
        said = f"; it last printed: {last}" if last else ""
        word = task.word if task is not None else "it is not known any more"
        return f"Slurm ended the task that graded it ({word}, job {self.job.id or 'unknown'}_{number}{said})."

    def waits_in_vain(self, queue: Queue, most_s: float) -> str:
        """Slurm's reason, where every task that is waited for has pended for so long; empty where that is not so."""
        tasks = [self.find_task(number, queue) for number in self.waiting]
        pending = [task for task in tasks if task is not None and task.state is TaskState.PENDING]
        if not pending or len(pending) < len(tasks) or time.time() - self.alive_s <= most_s:
            return ""
        return pending[0].reason or "nothing"


def find_by_name(name: str, queue: Iterable[Task]) -> str:
    """The id of the array of this name; empty where Slurm knows none. What it refused it calls FAILED."""
    return next((task.job for task in queue if task.name == name and task.word != "FAILED"), "")


def say_why_pending(arrays: Sequence[WatchedArray], queue: Queue) -> str:
    """How many tasks wait, and for what, where none of these arrays runs; empty where one does."""
    found = [array.find_task(number, queue) for array in arrays for number in array.waiting]
    tasks = [task for task in found if task is not None]
    pending = [task for task in tasks if task.state is TaskState.PENDING]
    if not pending or len(pending) < len(tasks) or pending[0].reason in ("", "None"):
        return ""
    return f"{len(pending)} tasks wait in Slurm's queue ({pending[0].reason})."
