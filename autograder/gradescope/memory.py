"""How much memory is left for a submission in this container: above that the kernel would choose whom to end.

What the kernel ends for the container's memory looks like a fault of the machine's; what the sandbox ends for its own
limit is the submission's outcome. So the second must come first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from autograder.errors import GraderError

_CGROUPS: Final = Path("/sys/fs/cgroup")
_MEMINFO: Final = Path("/proc/meminfo")
_MARGIN_MIB: Final = 96  # for what the grader's own processes still come to need
_LEAST_MIB: Final = 128


def fit_memory(wanted_mib: int, cgroups: Path = _CGROUPS, meminfo: Path = _MEMINFO) -> int:
    """The assignment's limit for a submission, or what is left for one where that is less; MiB.

    To be asked when the grader's own processes are warm.

    Raises:
        GraderError: too little is left for any submission.
    """
    left_mib = min(_left_in_group(cgroups), _available(meminfo)) - _MARGIN_MIB
    if left_mib < min(_LEAST_MIB, wanted_mib):
        raise GraderError(
            f"Only {max(0, left_mib)} MiB of memory are left for the submission; give the autograder's container more "
            "in Gradescope's settings."
        )
    return min(wanted_mib, left_mib)


def _left_in_group(cgroups: Path) -> int:
    """MiB until the container's limit, which it sees at the top of its control groups; large where there is none."""
    for limit, used, names in (
        (cgroups / "memory.max", cgroups / "memory.stat", ("anon", "shmem")),
        (cgroups / "memory/memory.limit_in_bytes", cgroups / "memory/memory.stat", ("total_rss", "total_shmem")),
    ):
        try:
            most = int(limit.read_text(encoding="ascii"))  # or "max"
            table = dict(line.split() for line in used.read_text(encoding="ascii").splitlines())
            return (most - sum(int(table.get(name, 0)) for name in names)) >> 20
        except (OSError, ValueError):
            continue
    return 1 << 40


def _available(meminfo: Path) -> int:
    """MiB that the machine could give."""
    try:
        for line in meminfo.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) >> 10
    except (OSError, ValueError):
        pass
    return 1 << 40
