"""Tests of autograder.jobs.room: how many submissions at a time."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_course import write_files

from autograder.jobs.room import count_cores, fit_jobs, free_memory_mib, own_groups
from autograder.limits import Limits

V1 = "12:cpu,cpuacct:/docker/abc\n5:memory:/docker/abc\n0::/\n"
V2 = "0::/user.slice/run-1.scope\n"
MEMINFO = "MemTotal:       25165824 kB\nMemFree:  1024 kB\nMemAvailable:    8388608 kB\n"


@given(wanted=st.integers(1, 64), free_mib=st.floats(0, 1 << 20), memory_mib=st.integers(64, 1 << 16))
def test_what_runs_fits(wanted: int, free_mib: float, memory_mib: int) -> None:
    """The limits of what runs together stay within the free memory, one job always runs, and none waits in vain."""
    limits = Limits(memory_mib=memory_mib)
    jobs = fit_jobs(wanted, limits, free_mib)
    assert 1 <= jobs <= wanted
    assert jobs == 1 or jobs * memory_mib <= free_mib
    assert jobs == wanted or (jobs + 1) * (memory_mib + limits.message_mib) + 512 > free_mib


def test_no_limit_known() -> None:
    """Where nobody says how much memory is free, the processors decide."""
    assert fit_jobs(8, Limits(), math.inf) == 8


@pytest.mark.parametrize(
    ("own", "files", "cores"),
    [
        (V2, {"user.slice/run-1.scope/cpu.max": "max 100000\n"}, None),
        (V2, {"user.slice/cpu.max": "50000 100000\n"}, 1),
        (V2, {"cpu.max": "100000 100000\n"}, 1),
        (V1, {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        (V1, {"cpu/docker/abc/cpu.cfs_quota_us": "100000\n", "cpu/docker/abc/cpu.cfs_period_us": "100000\n"}, 1),
        ("", {}, None),
    ],
)
def test_container_share_of_the_processors(own: str, files: dict[str, str], cores: int | None, tmp_path: Path) -> None:
    """A share of the processors counts wherever it is set, in whole ones and at least one; else all that we may use."""
    write_files(tmp_path, {**files, "own": own})
    assert count_cores(tmp_path, tmp_path / "own") == (cores or len(os.sched_getaffinity(0)))


@pytest.mark.parametrize(
    ("own", "files", "free_mib"),
    [
        (V2, {"user.slice/run-1.scope/memory.max": "max\n"}, 8192),
        (V2, {"user.slice/memory.max": f"{1 << 30}\n", "user.slice/memory.stat": f"anon {1 << 28}\nfile 9\n"}, 768),
        (V1, {"memory/memory.limit_in_bytes": f"{1 << 62}\n", "memory/memory.stat": "total_rss 1\n"}, 8192),
        (
            V1,
            {
                "memory/docker/abc/memory.limit_in_bytes": f"{768 << 20}\n",
                "memory/docker/abc/memory.stat": f"rss 5\ntotal_rss {64 << 20}\ntotal_shmem {4 << 20}\n",
            },
            700,
        ),
    ],
)
def test_container_share_of_the_memory(own: str, files: dict[str, str], free_mib: float, tmp_path: Path) -> None:
    """What a container's limit leaves counts where it is less than what the machine has."""
    write_files(tmp_path, {**files, "own": own, "meminfo": MEMINFO})
    assert free_memory_mib(tmp_path, tmp_path / "own", tmp_path / "meminfo") == free_mib


def test_memory_of_no_machine(tmp_path: Path) -> None:
    """Where nothing can be read, nothing is known."""
    assert math.isinf(free_memory_mib(tmp_path, tmp_path / "own", tmp_path / "meminfo"))


def test_this_machine_says_something() -> None:
    """On the machine that runs this there is some memory, and a group or none."""
    assert 0 < free_memory_mib() < 1 << 24
    assert all(isinstance(folder, Path) for folder in own_groups("memory"))
