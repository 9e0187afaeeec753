"""How many submissions this machine takes at a time: by its processors and by its memory."""

from __future__ import annotations

import contextlib
import math
import os
from pathlib import Path
from typing import Final

from autograder.limits import Limits

_CGROUPS: Final = Path("/sys/fs/cgroup")
_OWN: Final = Path("/proc/self/cgroup")
_MEMINFO: Final = Path("/proc/meminfo")
_WARM_MIB: Final = 512
"""What the driver, the fork server and the suite's process hold together, torch included."""


def count_cores(cgroups: Path = _CGROUPS, own: Path = _OWN) -> int:
    """Processors that this process may use, whole ones, at least one; a container's share counts."""
    cores = float(len(os.sched_getaffinity(0)))
    for folder in own_groups("cpu", cgroups, own):
        with contextlib.suppress(OSError, ValueError):
            quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
            cores = min(cores, float(quota) / float(period))  # "max" is no number
        with contextlib.suppress(OSError, ValueError):
            quota_us = int((folder / "cpu.cfs_quota_us").read_text(encoding="ascii"))
            period_us = int((folder / "cpu.cfs_period_us").read_text(encoding="ascii"))
            cores = min(cores, quota_us / period_us) if quota_us > 0 else cores
    return max(1, math.floor(cores))


def free_memory_mib(cgroups: Path = _CGROUPS, own: Path = _OWN, meminfo: Path = _MEMINFO) -> float:
    """Memory that can still be had: the machine's, and what a container's limit leaves of it. inf if nobody says."""
    free_mib = math.inf
    with contextlib.suppress(OSError, ValueError):
        lines = dict(line.split(":", 1) for line in meminfo.read_text(encoding="ascii").splitlines() if ":" in line)
        free_mib = int(lines["MemAvailable"].split()[0]) / 1024
    for folder in own_groups("memory", cgroups, own):
        for limit, keys in (("memory.max", ("anon", "shmem")), ("memory.limit_in_bytes", ("total_rss", "total_shmem"))):
            with contextlib.suppress(OSError, ValueError):
                most = int((folder / limit).read_text(encoding="ascii"))  # "max" is no number
                lines = dict(line.split() for line in (folder / "memory.stat").read_text(encoding="ascii").splitlines())
                free_mib = min(free_mib, (most - sum(int(lines.get(key, "0")) for key in keys)) / 2**20)
    return free_mib


def own_groups(controller: str, cgroups: Path = _CGROUPS, own: Path = _OWN) -> list[Path]:
    """The groups that this process is in, up to the top: v2's, and v1's of a controller."""
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found: list[Path] = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        place = cgroups / controller if controllers else cgroups
        # in a container the mount may begin at its own group, whose path the line still tells from the machine's top
        relative = Path(path.strip("/"))
        found += [place / part for part in (relative, *relative.parents)]
    return list(dict.fromkeys(found))


def fit_jobs(wanted: int, limits: Limits, free_mib: float) -> int:
    """How many of the jobs fit: the limits of what runs at a time never exceed the memory that there is.

    A job is a submission at its memory limit, and an answer of its on our side. One job always runs.
    """
    if math.isinf(free_mib):
        return wanted
    return max(1, min(wanted, int((free_mib - _WARM_MIB) // (limits.memory_mib + limits.message_mib))))
