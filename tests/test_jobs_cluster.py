"""What is said to Slurm and what it says; that it is true of a real one, tests/slurm shows."""

from pathlib import Path

import pytest
from small_course import assert_one_sentence, run_autograder, write_course, write_files

from autograder.jobs.cluster import Request, TaskState, make_command, parse_queue


def request(**changes: object) -> Request:
    """A request for three tasks."""
    folder = Path("/shared/out/slurm/autograder-1")
    known = {"name": "autograder-1", "script": folder / "run.sh", "folder": folder, "tasks": 3, "cpus": 2,
             "memory_mib": 3000, "time_min": 40}  # fmt: skip
    return Request(**known | changes)


def test_environment_goes_by_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is named, and is there, is handed on: never ALL."""
    monkeypatch.setenv("SECRET_TOKEN", "1")
    monkeypatch.setenv("PATH", "/usr/bin")
    command = make_command(request(environment=("PATH", "NOT_THERE")))
    assert [word for word in command if word.startswith("--export")] == ["--export=PATH"]
    assert [word for word in make_command(request()) if word.startswith("--export")] == ["--export=NIL"]


def test_request_is_one_task_a_node(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each task is one process on one node with its own memory, time and processors; what is empty is not said."""
    command = make_command(request(words={"partition": "cpu", "account": ""}))
    for word in ("--array=0-2", "--nodes=1", "--ntasks=1", "--cpus-per-task=2", "--mem=3000M", "--time=40",
                 "--partition=cpu", "--requeue"):  # fmt: skip
        assert word in command
    assert not [word for word in command if word.startswith(("--account", "--gres"))]
    assert "--gres=gpu:a100:2" in make_command(request(gpus=2, gres="gpu:a100"))


def test_queue_is_parsed() -> None:
    """States are ours; other people's jobs, and those that are no array's task, are left out."""
    text = (
        "7|0|RUNNING|autograder-1|None\n7|1|PENDING|autograder-1|Resources\n7|2|NODE_FAIL|autograder-1|NodeDown\n"
        "7|3|COMPLETING|autograder-1|None\n7|4|SPECIAL_EXIT|autograder-1|a|b\n8|N/A|RUNNING|bash|None\n"
        "7|5|CANCELLED|autograder-1|None\n\n"
    )
    tasks = parse_queue(text)
    states = [TaskState.RUNNING, TaskState.PENDING, TaskState.OVER, TaskState.RUNNING, TaskState.OVER, TaskState.OVER]
    assert [task.state for task in tasks] == states
    assert tasks[4].reason == "a|b"
    assert [task.index for task in tasks if task.was_cancelled] == [5]


def test_machine_without_slurm_is_told_so(tmp_path: Path) -> None:
    """One sentence with what to do, and nothing is graded."""
    course = write_course(tmp_path / "course")
    write_files(course, {"class/ada.py": "x = 1\n"})
    (tmp_path / "empty").mkdir()
    arguments = ("grade", "small_steps", "class", "--out", "out", "--executor", "slurm", "-q")
    process = run_autograder(*arguments, cwd=course, environment={"PATH": str(tmp_path / "empty")})
    assert "run it on a login node" in assert_one_sentence(process, 2)


def test_cluster_that_does_not_answer_is_told(tmp_path: Path) -> None:
    """A site whose controller cannot be reached is nobody's score: exit code 1 and one sentence."""
    course = write_course(tmp_path / "course")
    write_files(course, {"class/ada.py": "x = 1\n"})
    (tmp_path / "bin").mkdir()
    for name in ("sbatch", "scontrol", "squeue"):
        path = tmp_path / "bin" / name
        path.write_text(
            f"#!/bin/sh\necho '{name}: error: Unable to contact slurm controller (connect failure)' >&2\nexit 1\n"
        )
        path.chmod(0o755)
    arguments = ("grade", "small_steps", "class", "--out", "out", "--executor", "slurm", "-q")
    environment = {"PATH": f"{tmp_path}/bin:/usr/bin:/bin"}
    said = assert_one_sentence(run_autograder(*arguments, cwd=course, environment=environment), 1)
    assert said == "Slurm does not answer: Unable to contact slurm controller (connect failure)."
    assert not list((course / "out/results").iterdir())


def test_task_is_not_for_people(tmp_path: Path) -> None:
    """Outside a job the hidden command says what it is."""
    assert "--executor slurm" in assert_one_sentence(run_autograder("task", tmp_path, cwd=tmp_path), 2)
