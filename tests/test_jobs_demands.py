"""Which submissions share a task, and what a task asks for."""

from pathlib import Path

from autograder.course import SlurmSettings
from autograder.jobs.arrays import ArrayFolder
from autograder.jobs.demands import estimate_minutes, make_chunks, make_request, split_evenly, write_script
from autograder.limits import Limits
from autograder.submission import Submission
from autograder.verdict import ExpectedTest


def submissions(count: int, group: str = "") -> list[Submission]:
    """So many, by name."""
    return [Submission(f"s{number}{group}", {}, group=group) for number in range(count)]


def names(chunks: list[list[Submission]]) -> list[list[str]]:
    """Who is in which chunk."""
    return [[one.student for one in chunk] for chunk in chunks]


def test_class_is_divided_in_order() -> None:
    """Full chunks, and the rest."""
    assert names(make_chunks(submissions(5), 2)) == [["s0", "s1"], ["s2", "s3"], ["s4"]]
    assert make_chunks([], 2) == []


def test_group_stays_together_and_counts_once() -> None:
    """Whoever is graded once is in one task, wherever they stand."""
    first, *others = submissions(3)
    pair = submissions(2, "g")
    assert names(make_chunks([pair[0], first, pair[1], *others], 2)) == [["s0g", "s1g", "s0"], ["s1", "s2"]]


def test_who_was_in_a_lost_task_is_alone() -> None:
    """A submission that may have ended a task does not share one again; its group stays with it."""
    chunks = make_chunks([*submissions(4), *submissions(2, "g")], 3, {"s1", "s0g"})
    assert sorted(names(chunks)) == [["s0", "s2", "s3"], ["s0g", "s1g"], ["s1"]]


def test_arrays_keep_to_the_sites_maximum() -> None:
    """No array has more tasks than the site allows."""
    chunks = make_chunks(submissions(7), 1)
    assert [len(part) for part in split_evenly(chunks, 3)] == [3, 3, 1]


def ask(settings: SlurmSettings, gpus: int = 0) -> tuple[int, int, str]:
    """Memory, minutes and partition of a request."""
    limits = Limits(memory_mib=500, message_mib=100, cpu_s=6, import_cpu_s=0.5, wall_s=1)
    tests = [ExpectedTest(nodeid=name, function=name, title=name, points=1) for name in ("a", "b")]
    request = make_request(ArrayFolder(Path("/x/name")), 3, 40, gpus, 2, settings, limits, tests)
    return request.memory_mib, request.time_min, (request.words or {})["partition"]


def test_memory_and_time_follow_from_the_limits() -> None:
    """Room for what runs at a time, a GPU's on top; every test to its CPU limit."""
    settings = SlurmSettings(partition="cpu", gpu_partition="gpu")
    assert ask(settings) == (1024 + 2 * 600, 5 + 5, "cpu")  # 20 rounds of 12.5 s are 250 s
    assert ask(settings, gpus=1) == (1024 + 2 * 600 + 4096, 10, "gpu")
    assert ask(SlurmSettings(partition="cpu", time_min=7, memory_mib=999), gpus=1) == (999 + 4096, 7, "cpu")


def test_one_submission_that_sleeps_everywhere_fits() -> None:
    """However small the chunk is: wall time is the backstop of each test."""
    tests = [ExpectedTest(nodeid=str(n), function="f", title="t", points=1) for n in range(10)]
    limits = Limits(cpu_s=1, import_cpu_s=10, wall_s=58)
    assert estimate_minutes(1, 1, limits, tests) == 5 + 10


def test_script_runs_the_sites_lines_first() -> None:
    """Then this interpreter, in the task's own place."""
    lines = write_script(SlurmSettings(setup=["module load python/3.11"])).splitlines()
    assert lines[:2] == ["#!/bin/sh", "module load python/3.11"]
    assert lines[2].startswith("exec ")
    assert lines[2].endswith('-P -m autograder task "$1"')
