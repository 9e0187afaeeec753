"""A task of an array: the local grading, of the task's own submissions, into a folder of its own."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import GraderError, SpecError
from autograder.jobs.arrays import ERROR, NODE, ArrayFolder, Failure, NodeRecord, Plan
from autograder.jobs.class_run import Options, Progress
from autograder.jobs.local import grade_class
from autograder.jobs.results import ResultsFolder, read_events
from autograder.jobs.room import count_cores, fit_jobs, free_memory_mib
from autograder.sandbox import Choice, Zygote, open_sandbox
from autograder.sandbox.devices import Found, find_devices
from autograder.spec import load_assignment
from autograder.submission import Submission
from autograder.testrun.accelerator import Accelerator
from autograder.writing import write_whole

WITHOUT = "the job was asked for without a GPU"


@dataclass(frozen=True)
class Allotment:
    """What Slurm says of this task.

    Attributes:
        index: its place in the array.
        restarts: how often it was started before.
        cpus: how many processors it has; 0: Slurm does not say.
        job: its id.
    """

    index: int
    restarts: int
    cpus: int
    job: str


def read_allotment() -> Allotment:
    """From the variables that Slurm sets.

    Raises:
        SpecError: this is no task of an array.
    """
    try:
        index = int(os.environ["SLURM_ARRAY_TASK_ID"])
    except (KeyError, ValueError):
        raise SpecError("task is what `grade --executor slurm` runs on a node; run that command.") from None
    restarts, cpus = (os.environ.get(name, "0") for name in ("SLURM_RESTART_COUNT", "SLURM_CPUS_PER_TASK"))
    return Allotment(index, int(restarts), int(cpus), os.environ.get("SLURM_JOB_ID", ""))


def run_task(folder: ArrayFolder, mine: Allotment, take_secret: Callable[[Path, str | None], bytes]) -> None:
    """Grade a task's submissions; whatever keeps it from grading any is left in a file for the driver.

    Args:
        folder: the array's.
        mine: this task.
        take_secret: the course's secret, or what a seed stands for.

    Raises:
        SpecError, GraderError: the same, once it is written.
    """
    attempt = folder.attempt(mine.index, mine.restarts)
    attempt.mkdir(parents=True, exist_ok=True)
    try:
        plan = folder.read_plan()
        waiting = folder.read_chunk(mine.index)
        done = _find_done(folder, mine)
        _grade(plan, [one for one in waiting if one.student not in done], attempt, mine, take_secret)
    except (SpecError, GraderError) as error:
        failure = Failure(kind="spec" if isinstance(error, SpecError) else "grader", why=str(error))
        write_whole(attempt / ERROR, failure.model_dump_json().encode())
        raise


def _find_done(folder: ArrayFolder, mine: Allotment) -> Collection[str]:
    """Whom an earlier attempt has graded."""
    earlier = (path for path in folder.attempts(mine.index) if path != folder.attempt(mine.index, mine.restarts))
    events = (event for path in earlier for event in read_events(path / "journal.jsonl"))
    return {str(event.get("student")) for event in events if event.get("event") == "graded"}


def _grade(
    plan: Plan,
    submissions: list[Submission],
    attempt: Path,
    mine: Allotment,
    take_secret: Callable[[Path, str | None], bytes],
) -> None:
    assignment = load_assignment(Path(plan.course), plan.assignment)
    packages = assignment.spec.packages
    choice = _read_choice(plan)
    jobs = min(plan.jobs, mine.cpus or plan.jobs, count_cores())
    options = Options(
        jobs=fit_jobs(jobs, assignment.spec.limits, free_memory_mib()),
        secret=take_secret(assignment.course, plan.seed),
        seed=plan.seed,
        reopen=lambda: open_sandbox(choice, packages),
        accelerator=_open_accelerator(plan, packages),
    )
    sandbox = open_sandbox(choice, packages)
    try:
        write_whole(attempt / NODE, _describe(sandbox, mine).model_dump_json().encode())
        grade_class(submissions, assignment, sandbox, ResultsFolder(attempt), options, Progress())
    finally:
        sandbox.close()


def _describe(sandbox: Zygote, mine: Allotment) -> NodeRecord:
    host = os.environ.get("SLURMD_NODENAME") or platform.node()
    return NodeRecord(
        name=sandbox.name,
        layers=sandbox.layers,
        passed_over=sandbox.passed_over,
        host=host,
        job=mine.job,
        gpus=os.environ.get("SLURM_JOB_GPUS", ""),
    )


def _read_choice(plan: Plan) -> Choice:
    known: tuple[Choice, ...] = ("auto", "namespaces", "user", "none")
    for choice in known:
        if choice == plan.sandbox:
            return choice
    raise GraderError(f"The plan names the sandbox {plan.sandbox!r}, which is none; run the same grade again.")


def _open_accelerator(plan: Plan, packages: list[str]) -> Accelerator:
    """GPUs as far as Slurm has granted some: a node may show more than that."""
    if plan.device == "cpu":
        return Accelerator("cpu", packages)
    if not plan.gpus:
        return Accelerator("auto", packages, Found(reason=WITHOUT))
    return Accelerator("auto", packages, _find_granted(), only=plan.gpus)


def _find_granted() -> Found:
    """What CUDA_VISIBLE_DEVICES grants; where Slurm sets none it grants nothing."""
    if not os.environ.get("CUDA_VISIBLE_DEVICES"):
        return Found(reason="Slurm has set no CUDA_VISIBLE_DEVICES for the job")
    return find_devices()
