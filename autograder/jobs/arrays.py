"""An array of jobs as it lies on the shared file system, below DIR/slurm: what it is to grade, and what came of it.

    <array>/plan.json            written before anything is submitted, and never changed
    <array>/job.json             the id that Slurm gave it, and whether we have cancelled it
    <array>/chunks/<task>        the submissions of a task
    <array>/attempts/<task>.<n>  a results folder of `grade`, one for each time that Slurm starts the task
    <array>/logs/<task>.txt      what the task printed

The driver writes the first three, a task its own attempt. A task that Slurm starts again while it still runs elsewhere
has another attempt; whoever reads takes each submission from one of them.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import msgspec
from pydantic import Field, ValidationError

from autograder.errors import GraderError, SpecError
from autograder.submission import Submission
from autograder.verdict import Record
from autograder.writing import write_whole

FOLDER: Final = "slurm"
ERROR: Final = "error.json"
NODE: Final = "node.json"


class Plan(Record):
    """What an array is to grade, and how.

    Attributes:
        assignment: its id.
        course: the course's folder.
        sandbox: what `--sandbox` said.
        device: what `--device` said.
        seed: the text that stands for the course's secret, if one does.
        jobs: submissions at a time in a task.
        gpus: how many a task asks for; the tests that need just so many are run, or those that need none.
        assignment_digest, environment_digest, seed_digest: what the driver would grade by.
        tasks: of each task the students, with the digests of their submissions.
    """

    assignment: str
    course: str
    sandbox: str
    device: Literal["auto", "cpu"]
    seed: str | None
    jobs: int = Field(ge=1)
    gpus: int = Field(ge=0)
    assignment_digest: str
    environment_digest: str
    seed_digest: str
    tasks: tuple[dict[str, str], ...]


class Job(Record):
    """What is known of an array's job.

    Attributes:
        id: Slurm's; empty while nobody has heard it.
        cancelled: we have cancelled it, and nothing more is to come.
        submitted_s: when, in seconds since the epoch.
    """

    id: str = ""
    cancelled: bool = False
    submitted_s: float = 0.0


class NodeRecord(Record):
    """What a task tells of itself when it begins.

    Attributes:
        name, layers: of the sandbox.
        passed_over: why a stronger one is not used.
        host: the node.
        job: Slurm's id of the task.
        gpus: the devices that Slurm says it has, in its words; empty where it has none.
    """

    name: str
    layers: tuple[str, ...]
    passed_over: str = ""
    host: str = ""
    job: str = ""
    gpus: str = ""


class Failure(Record):
    """Why a task could grade nothing: the assignment's matter, or the machine's."""

    kind: Literal["spec", "grader"]
    why: str


class _Packed(msgspec.Struct):
    """A submission as it travels to a task; plain data."""

    student: str
    files: dict[str, bytes]
    notes: tuple[str, ...]
    refusal: str
    fault: str
    name: str
    email: str
    submitted_at: datetime | None
    late: bool
    group: str


class ArrayFolder:
    """One array's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """What its job is called: no other array has this name."""
        return self.path.name

    def read_plan(self) -> Plan:
        """What is to be done.

        Raises:
            GraderError: it cannot be read.
        """
        try:
            return Plan.model_validate_json((self.path / "plan.json").read_bytes())
        except (OSError, ValidationError):
            raise GraderError(f"{self.path}/plan.json cannot be read; run the same grade again.") from None

    def read_job(self) -> Job:
        """What is known of the job; an empty record where nothing is."""
        try:
            return Job.model_validate_json((self.path / "job.json").read_bytes())
        except (OSError, ValidationError):
            return Job()

    def write_job(self, job: Job) -> None:
        """Keep what is known."""
        write_whole(self.path / "job.json", job.model_dump_json().encode())

    def read_chunk(self, task: int) -> list[Submission]:
        """The submissions of a task.

        Raises:
            GraderError: they cannot be read.
        """
        try:
            packed = msgspec.msgpack.decode((self.path / "chunks" / str(task)).read_bytes(), type=list[_Packed])
        except (OSError, msgspec.MsgspecError):
            raise GraderError(f"{self.path}/chunks/{task} cannot be read; run the same grade again.") from None
        return [Submission(**{name: getattr(one, name) for name in _Packed.__struct_fields__}) for one in packed]

    def attempt(self, task: int, restarts: int) -> Path:
        """The folder of a task's attempt."""
        return self.path / "attempts" / f"{task}.{restarts}"

    def attempts(self, task: int) -> list[Path]:
        """What a task's attempts have left, in their order."""
        found = [path for path in (self.path / "attempts").glob(f"{task}.*") if path.suffix[1:].isdecimal()]
        return sorted(found, key=lambda path: int(path.suffix[1:]))

    def has_begun(self, task: int) -> bool:
        """Whether a task has ever run, if only the first line of its script."""
        return (self.path / "logs" / f"{task}.txt").exists() or bool(self.attempts(task))

    def read_log(self, task: int) -> str:
        """The last line that a task printed; empty where there is none."""
        try:
            lines = (self.path / "logs" / f"{task}.txt").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "")

    def remove(self) -> None:
        """Take it away, as far as that goes: a task may still be writing there."""
        shutil.rmtree(self.path, ignore_errors=True)

    def remove_all_but_logs(self) -> None:
        """Of an array that lost a task, what its tasks printed is left for the TA; the next run takes it away."""
        (self.path / "plan.json").unlink(missing_ok=True)
        for path in self.path.iterdir():
            if path.is_dir() and path.name != "logs":
                shutil.rmtree(path, ignore_errors=True)


def create_array(results: Path, plan: Plan, chunks: Sequence[Sequence[Submission]], script: str) -> ArrayFolder:
    """Lay out an array below the results; it is there whole or not at all.

    Raises:
        SpecError, GraderError: it cannot be written.
    """
    folder = results / FOLDER
    name = f"autograder-{secrets.token_hex(6)}"
    making = folder / f".{name}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for part in ("chunks", "attempts", "logs"):
            (making / part).mkdir(parents=True)
        for task, chunk in enumerate(chunks):
            (making / "chunks" / str(task)).write_bytes(msgspec.msgpack.encode([_pack(one) for one in chunk]))
        (making / "run.sh").write_text(script, encoding="utf-8")
        (making / "plan.json").write_text(plan.model_dump_json(indent=1), encoding="utf-8")
        making.rename(folder / name)
    except OSError as error:
        shutil.rmtree(making, ignore_errors=True)
        kind = GraderError if error.errno in (28, 122) else SpecError  # ENOSPC, EDQUOT
        raise kind(f"{folder} cannot be written ({error.strerror}); make room or choose another --out.") from None
    return ArrayFolder(folder / name)


def find_arrays(results: Path) -> Iterator[ArrayFolder]:
    """The arrays that earlier runs left; what a killed run did not finish laying out is removed."""
    for path in sorted((results / FOLDER).glob("*")) if (results / FOLDER).is_dir() else []:
        if path.name.startswith("."):
            shutil.rmtree(path, ignore_errors=True)
        elif path.is_dir():
            yield ArrayFolder(path)


def read_node(attempt: Path) -> NodeRecord | None:
    """What a task has told of itself; None where nothing (yet)."""
    try:
        return NodeRecord.model_validate_json((attempt / NODE).read_bytes())
    except (OSError, ValidationError):
        return None


def read_failure(attempt: Path) -> Failure | None:
    """Why an attempt could grade nothing; None where that is not so."""
    try:
        return Failure.model_validate_json((attempt / ERROR).read_bytes())
    except (OSError, ValidationError):
        return None


def read_faults(attempt: Path) -> dict[str, str] | None:
    """Why students could not be graded in an attempt that is done; None: it is not done."""
    try:
        faults = json.loads((attempt / "run.json").read_bytes())["faults"]
        return {str(student): str(why) for student, why in faults.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _pack(submission: Submission) -> _Packed:
    return _Packed(**{name: getattr(submission, name) for name in _Packed.__struct_fields__})
