"""What is asked of a cluster for a class: which submissions share a task, and what a task needs."""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from autograder.course import SlurmSettings
from autograder.jobs.arrays import ArrayFolder
from autograder.jobs.cluster import Request
from autograder.limits import Limits
from autograder.submission import Submission
from autograder.verdict import ExpectedTest

_WARM_MIB: Final = 1024
"""The driver of a task, the fork server and the suite's process, torch included, and room for what is shared by them
but counted for each."""
_START_S: Final = 300.0
"""From the start of a task to its first submission, on a file system that is cold; the reference's run included."""
_ALWAYS: Final = ("PATH", "HOME", "LANG")


def make_chunks(
    submissions: Iterable[Submission], size: int, alone: Collection[str] = frozenset()
) -> list[list[Submission]]:
    """Divide a class among tasks, in its order.

    Args:
        submissions: what is to be graded.
        size: submissions a task; the members of a group, who are graded once, count as one and stay together.
        alone: students with a task of their own: one that they were in before was lost.
    """
    chunks: list[list[Submission]] = []
    filling: list[Submission] = []
    units = 0
    for unit in _gather_groups(submissions):
        if any(one.student in alone for one in unit):
            chunks.append(unit)
            continue
        filling += unit
        units += 1
        if units == size:
            chunks.append(filling)
            filling, units = [], 0
    return [*chunks, filling] if filling else chunks


def _gather_groups(submissions: Iterable[Submission]) -> list[list[Submission]]:
    units: dict[tuple[str, str], list[Submission]] = {}
    for one in submissions:
        units.setdefault(("group", one.group) if one.group else ("student", one.student), []).append(one)
    return list(units.values())


def split_evenly(chunks: Sequence[list[Submission]], most: int) -> Iterator[Sequence[list[Submission]]]:
    """The chunks of each array, where an array may have `most` tasks."""
    for start in range(0, len(chunks), most):
        yield chunks[start : start + most]


def make_request(
    folder: ArrayFolder,
    tasks: int,
    longest: int,
    gpus: int,
    jobs: int,
    settings: SlurmSettings,
    limits: Limits,
    tests: Sequence[ExpectedTest],
) -> Request:
    """The request for an array.

    Args:
        folder: of the array.
        tasks: how many it has.
        longest: submissions in its longest task.
        gpus: of a task.
        jobs: submissions at a time, and processors, of a task.
        settings: the course's.
        limits: of a submission.
        tests: of the suite.
    """
    memory_mib = settings.memory_mib or _WARM_MIB + jobs * (limits.memory_mib + limits.message_mib)
    words = {
        "partition": (settings.gpu_partition if gpus else "") or settings.partition,
        "account": settings.account,
        "qos": settings.qos,
        "constraint": settings.constraint,
    }
    return Request(
        name=folder.name,
        script=folder.path / "run.sh",
        folder=folder.path,
        tasks=tasks,
        cpus=jobs,
        memory_mib=memory_mib + (settings.gpu_memory_mib if gpus else 0),
        time_min=settings.time_min or estimate_minutes(longest, jobs, limits, tests),
        gpus=gpus,
        gres=settings.gres,
        words=words,
        environment=(*_ALWAYS, *settings.environment),
    )


def estimate_minutes(submissions: int, jobs: int, limits: Limits, tests: Sequence[ExpectedTest]) -> int:
    """How long a task may take: every test to its CPU limit, or one submission that sleeps in every test.

    A task that takes longer loses nothing that is graded: the rest is asked for again.
    """
    cpu_s = limits.import_cpu_s + sum(limits.test_cpu_s(0.0, test.timeout_s) for test in tests)
    asleep_s = cpu_s + limits.wall_s * len(tests)
    return math.ceil((_START_S + max(asleep_s, math.ceil(submissions / jobs) * cpu_s)) / 60)


def write_script(settings: SlurmSettings) -> str:
    """The batch script: the site's own lines, then the task, in this interpreter."""
    lines = ["#!/bin/sh", *settings.setup, f'exec {shlex.quote(sys.executable)} -P -m autograder task "$1"']
    return "\n".join(lines) + "\n"
