"""Slurm by its own commands: submit, poll, cancel.

What is asked of a cluster stands in a small Protocol; `Slurm` answers by sbatch, squeue, scancel and scontrol. Whether
a task is done is told by JobState alone, and only as a hint: what it graded is told by the files that it wrote.
"""

from __future__ import annotations

import contextlib
import enum
import os
import re
import shutil
import subprocess
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from autograder.errors import GraderError, SpecError

_WAIT_S: Final = 120.0
_FIELDS: Final = "%F|%K|%T|%j|%r"
_UNREACHABLE: Final = re.compile(
    r"unable to contact|socket timed out|connection refused|zero bytes were|temporarily unable|communication|"
    r"slurm backup controller in standby|munge|protocol authentication|resource temporarily|too many pending",
    re.IGNORECASE,
)
"""How sbatch and squeue say that the controller does not answer now; whatever else they say is an answer."""
_ALIVE: Final = frozenset({
    "PENDING", "CONFIGURING", "RUNNING", "COMPLETING", "SUSPENDED", "REQUEUED", "RESIZING", "SIGNALING", "STAGE_OUT",
    "STOPPED", "RESV_DEL_HOLD", "REQUEUE_FED",
})  # fmt: skip


class RefusedError(Exception):
    """The request can never be met here, or not by this account; says why in Slurm's words."""


class UnreachableError(GraderError):
    """The controller does not answer now; what was submitted may or may not run."""


class TaskState(enum.Enum):
    """How far a task is. Whoever asks for a task that Slurm does not know any more gets OVER."""

    PENDING = "pending"
    RUNNING = "running"
    OVER = "over"


@dataclass(frozen=True)
class Task:
    """What Slurm says of one task of an array.

    Attributes:
        job: the array's id.
        index: its place in the array.
        name: the array's.
        state: ours.
        word: Slurm's, such as NODE_FAIL.
        reason: why it pends, in Slurm's words; to be told, not to be gone by.
    """

    job: str
    index: int
    name: str
    state: TaskState
    word: str
    reason: str

    @property
    def was_cancelled(self) -> bool:
        """Whether somebody took it out of the queue or ended it."""
        return self.word == "CANCELLED"


@dataclass(frozen=True)
class Request:
    """An array to submit.

    Attributes:
        name: by which it is found again where nobody heard its id.
        script: the batch script, whose only argument is `folder`.
        folder: of the array; output goes to `logs` in it.
        tasks: how many; they are numbered from 0.
        cpus, memory_mib, time_min: of a task.
        gpus: of a task; 0: none is asked for.
        gres: what a GPU is called.
        words: further options, by name.
        environment: variables that jobs have from here.
    """

    name: str
    script: Path
    folder: Path
    tasks: int
    cpus: int
    memory_mib: int
    time_min: int
    gpus: int = 0
    gres: str = "gpu"
    words: Mapping[str, str] | None = None
    environment: Sequence[str] = ()


class Cluster(Protocol):
    """What the driver asks of a cluster."""

    def find_most_tasks(self) -> int:
        """How many tasks an array may have.

        Raises:
            UnreachableError: the controller does not answer.
        """

    def submit(self, request: Request) -> str:
        """Submit an array; its id.

        Raises:
            RefusedError: it can never run.
            UnreachableError: nobody knows whether it was submitted; `poll` tells by its name.
        """

    def poll(self) -> list[Task]:
        """What is known of this user's tasks, the finished ones too for as long as Slurm remembers them.

        Raises:
            UnreachableError: the controller does not answer.
        """

    def cancel(self, jobs: Collection[str], names: Collection[str] = ()) -> None:
        """End these arrays, by id or by name, whatever they do; those that are over already stay as they are."""


class Slurm:
    """The cluster that this machine submits to.

    Raises:
        SpecError: there is no Slurm here.
    """

    def __init__(self) -> None:
        if shutil.which("sbatch") is None:
            raise SpecError("--executor slurm needs sbatch, which is not on the PATH; run it on a login node.")

    def find_most_tasks(self) -> int:
        """`MaxArraySize`: indices are smaller than it."""
        found = re.search(r"^MaxArraySize\s*=\s*(\d+)", _ask(["scontrol", "show", "config"]), re.MULTILINE)
        return max(1, int(found[1])) if found else 1

    def submit(self, request: Request) -> str:
        """One sbatch."""
        answer = _run(make_command(request))
        job = answer.strip().partition(";")[0]  # a federation adds the cluster's name
        if not job.isdecimal():
            raise UnreachableError(f"sbatch answered {answer.strip()!r}, which is no job id.")
        return job

    def poll(self) -> list[Task]:
        """One squeue."""
        command = ["squeue", "--noheader", "--array", "--states=all", f"--user={os.geteuid()}", f"--format={_FIELDS}"]
        return parse_queue(_ask(command))

    def cancel(self, jobs: Collection[str], names: Collection[str] = ()) -> None:
        """One scancel, and one for each name."""
        commands = [["scancel", "--quiet", *sorted(jobs)]] if jobs else []
        commands += [["scancel", "--quiet", f"--user={os.geteuid()}", f"--name={name}"] for name in names]
        for command in commands:
            with contextlib.suppress(RefusedError):  # what Slurm has forgotten is over
                _run(command)


def make_command(request: Request) -> list[str]:
    """The sbatch of a request; see `man sbatch`."""
    options = {
        "job-name": request.name,
        "array": f"0-{request.tasks - 1}",
        "nodes": "1",
        "ntasks": "1",
        "cpus-per-task": str(request.cpus),
        "mem": f"{request.memory_mib}M",
        "time": str(request.time_min),
        "output": str(request.folder / "logs" / "%a.txt"),
        "open-mode": "append",
        "chdir": str(request.folder),
        # a list, never ALL: whatever secrets this shell knows are none of the job's
        "export": ",".join(dict.fromkeys(name for name in request.environment if name in os.environ)) or "NIL",
        **(request.words or {}),
    }
    if request.gpus:
        options["gres"] = f"{request.gres}:{request.gpus}"
    words = [f"--{name}={value}" for name, value in options.items() if value]
    return ["sbatch", "--parsable", "--requeue", *words, str(request.script), str(request.folder)]


def parse_queue(text: str) -> list[Task]:
    """Squeue's lines as tasks; a job that is no array's task is left out."""
    tasks = []
    for line in text.splitlines():
        fields = line.split("|", 4)
        if len(fields) == 5 and fields[1].isdecimal():
            job, index, word, name, reason = fields
            state = TaskState.RUNNING if word in _ALIVE else TaskState.OVER
            if word in ("PENDING", "REQUEUED", "CONFIGURING"):
                state = TaskState.PENDING
            tasks.append(Task(job, int(index), name, state, word, reason))
    return tasks


def _ask(command: list[str]) -> str:
    """What a command prints that may not be refused. Raises UnreachableError where it does not succeed."""
    try:
        return _run(command)
    except RefusedError as error:
        raise UnreachableError(f"Slurm does not answer: {error}.") from None


def _run(command: list[str]) -> str:
    """What a command of Slurm's prints. Raises RefusedError or UnreachableError where it does not succeed."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_WAIT_S, check=False,
            env={**os.environ, "LC_ALL": "C"}, start_new_session=True,  # Ctrl-C is the driver's, not sbatch's
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise UnreachableError(f"{command[0]} did not answer in {_WAIT_S:g} s.") from None
    except OSError as error:
        raise UnreachableError(f"{command[0]} cannot be run ({error.strerror}).") from None
    if done.returncode == 0:
        return done.stdout
    said = _shorten(done.stderr) or f"{command[0]} ended with {done.returncode}"
    if _UNREACHABLE.search(said):
        raise UnreachableError(f"Slurm does not answer: {said}.")
    raise RefusedError(said)


def _shorten(text: str) -> str:
    """The last line of a message, without the program's name."""
    lines = [re.sub(r"^\w+: (error: |fatal: )?", "", line).strip() for line in text.splitlines() if line.strip()]
    return lines[-1].removeprefix("Batch job submission failed: ").rstrip(".") if lines else ""
