"""Arrays on the shared file system: what a task reads is what the driver wrote; what is torn is nothing."""

import datetime
from pathlib import Path

import pytest

from autograder.errors import GraderError
from autograder.jobs.arrays import (
    ArrayFolder,
    Failure,
    Job,
    Plan,
    create_array,
    find_arrays,
    read_failure,
    read_faults,
    read_node,
)
from autograder.submission import Submission

ADA = Submission(
    "ada", {"steps.py": b"\xff\x00 bytes", "d/x.csv": b""}, ("a note",), name="Ada É", email="a@b", late=True,
    submitted_at=datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC), group="g1",
)  # fmt: skip
BOB = Submission("bob", {}, refusal="It is a bomb.")


def make(results: Path) -> ArrayFolder:
    """An array of two tasks."""
    tasks = ({"ada": ADA.digest}, {"bob": BOB.digest})
    plan = Plan(
        assignment="steps", course="/course", sandbox="auto", device="auto", seed=None, jobs=2, gpus=0,
        assignment_digest="a", environment_digest="e", seed_digest="s", tasks=tasks,
    )  # fmt: skip
    return create_array(results, plan, [[ADA], [BOB]], "#!/bin/sh\n")


def test_submissions_arrive_as_they_were(tmp_path: Path) -> None:
    """Every field, and so the digest that the grade hangs on."""
    array = make(tmp_path)
    assert (array.read_chunk(0), array.read_chunk(1)) == ([ADA], [BOB])
    assert array.read_plan().tasks[0] == {"ada": ADA.digest}
    assert [found.path for found in find_arrays(tmp_path)] == [array.path]


def test_arrays_are_nobody_elses_to_read(tmp_path: Path) -> None:
    """A shared file system has other users."""
    make(tmp_path)
    assert (tmp_path / "slurm").stat().st_mode & 0o077 == 0


def test_half_an_array_is_none(tmp_path: Path) -> None:
    """What a killed driver did not finish laying out is removed; a plan or a chunk that cannot be read is a fault."""
    (tmp_path / "slurm" / ".autograder-12").mkdir(parents=True)
    assert list(find_arrays(tmp_path)) == []
    assert list((tmp_path / "slurm").iterdir()) == []
    array = make(tmp_path)
    for name in ("plan.json", "chunks/0"):
        (array.path / name).write_bytes(b'{"assig')
    with pytest.raises(GraderError, match="cannot be read; run the same grade again"):
        array.read_plan()
    with pytest.raises(GraderError, match="cannot be read; run the same grade again"):
        array.read_chunk(0)


def test_job_is_kept_and_torn_records_are_unknown(tmp_path: Path) -> None:
    """The id is found again; nothing known is an empty record."""
    array = make(tmp_path)
    assert array.read_job() == Job()
    array.write_job(Job(id="17", submitted_s=3.0))
    assert array.read_job() == Job(id="17", submitted_s=3.0)
    (array.path / "job.json").write_text("{")
    assert array.read_job() == Job()


def test_attempts_are_in_their_order(tmp_path: Path) -> None:
    """The tenth start of a task comes after the second; another task's are not its own."""
    array = make(tmp_path)
    for name in ("1.10", "1.2", "11.0", "1.0"):
        (array.path / "attempts" / name).mkdir()
    assert [path.name for path in array.attempts(1)] == ["1.0", "1.2", "1.10"]
    assert array.attempt(1, 2).name == "1.2"


def test_an_attempt_tells_how_it_ended(tmp_path: Path) -> None:
    """Not done, done with faults, or nothing could be graded; half a file tells nothing."""
    assert (read_node(tmp_path), read_faults(tmp_path), read_failure(tmp_path)) == (None, None, None)
    (tmp_path / "run.json").write_text('{"faults": {"ada": "No memory."}}')
    (tmp_path / "error.json").write_text('{"kind": "spec", "why": "No reference."}')
    assert read_faults(tmp_path) == {"ada": "No memory."}
    assert read_failure(tmp_path) == Failure(kind="spec", why="No reference.")
    (tmp_path / "run.json").write_text('{"faults": [')
    assert read_faults(tmp_path) is None


def test_logs_of_a_lost_task_stay(tmp_path: Path) -> None:
    """Everything else goes, submissions first of all; the last line is what is quoted."""
    array = make(tmp_path)
    (array.path / "logs" / "0.txt").write_text("first\nmodule: command not found\n\n")
    assert array.read_log(0) == "module: command not found"
    assert array.read_log(1) == ""
    array.remove_all_but_logs()
    assert not (array.path / "chunks").exists()
    assert array.read_log(0) == "module: command not found"
