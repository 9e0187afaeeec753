"""What a lost sandbox costs the kernel alone: a bare fork of a warm process, as many page faults, namespaces, the end.

Usage: python benchmarks/floor.py [--quick]

A sandbox that has answered its first call says how many page faults it had. Then a process as warm as the fork server
is forked again and again. Its child enters namespaces of its own, writes to pages until it has had as many faults, and
is killed. Nothing of a grader is in it: no import, no limits, no wire, no verdict. Needs root.
"""

from __future__ import annotations

import ctypes
import gc
import json
import mmap
import os
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from workload import HERE, MODULE, ordinary_files, parse_quick, write_figures

from autograder.sandbox import _confine

sys.path.insert(0, str(HERE.parent / "tests"))

PACKAGES = ["numpy", "torch"]
NEIGHBOURS = 15  # pages written to in each huge page: in a sandbox 740 in 51, by the tracepoint of page faults
COUNT = """

def count_faults():
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
"""


def count_faults(times: int) -> int:
    """Page faults of a sandbox until its first call is answered, the median."""
    import numpy as np
    from boundary import Student

    from autograder.limits import Limits
    from autograder.proxy.paths import ModulePath
    from autograder.sandbox import open_sandbox

    source = next(path for path in ordinary_files() if path.stem == "ada").read_text() + COUNT
    sandbox = open_sandbox("namespaces", PACKAGES)
    counts = []
    try:
        for _ in range(times):
            student = Student(sandbox, source, Limits())  # type: ignore[arg-type]
            with student.test():
                for name, arguments in (("softmax", (np.zeros((2, 2)),)), ("count_faults", ())):
                    found = student.submission.do("call", ModulePath("work", name), arguments, {}, name)
            counts.append(found)
            student.submission.close()
    finally:
        sandbox.close()
    return round(statistics.median(counts))


def measure_bare(faults: int, times: int) -> dict[str, float]:
    """Milliseconds of CPU, medians: of the fork, and of the child until it is gone. Once in a process."""
    from autograder.at_fork import HeldHooks
    from autograder.sandbox import _pages, _zygote

    hooks = HeldHooks()
    _zygote.warm_up([*PACKAGES, "random", "tempfile"], gpu=False)
    hooks.stop()
    gc.collect()
    _pages.fill_gaps()
    _pages.collapse()
    places = choose_places(faults)
    unshare = ctypes.CDLL(None).unshare
    gc.freeze()
    own = statistics.median(run_child(unshare, [])[2] for _ in range(9))
    places = places[: max(0, faults - round(own))]
    forks, children, counts = zip(*(run_child(unshare, places) for _ in range(times)), strict=True)
    for _ in range(2):  # the first round still copies what the last child shared
        started_ns = time.thread_time_ns()
        write_to(places)
    loop_ms = (time.thread_time_ns() - started_ns) / 1e6  # what Python takes to write where nothing is copied
    return {
        "fork_ms": statistics.median(forks),
        "child_ms": statistics.median(children) - loop_ms,
        "faults": statistics.median(counts),
        "written": len(places),
    }


def write_to(places: list[ctypes.c_char]) -> None:
    """Write to each what stands there."""
    for place in places:
        place.value = place.value


def run_child(unshare: Any, places: list[ctypes.c_char]) -> tuple[float, float, int]:
    """Milliseconds of a fork and of its child, and the child's page faults."""
    flags = _confine.CLONE_NEWNS | _confine.CLONE_NEWIPC | _confine.CLONE_NEWUTS | _confine.CLONE_NEWNET
    flags |= _confine.CLONE_NEWCGROUP
    started_ns = time.thread_time_ns()
    pid = os.fork()
    if pid == 0:
        if unshare(flags) != 0:
            os._exit(1)
        write_to(places)
        os.kill(os.getpid(), signal.SIGKILL)
    fork_ms = (time.thread_time_ns() - started_ns) / 1e6
    _, status, usage = os.wait4(pid, 0)
    if status != signal.SIGKILL:
        sys.exit("benchmarks: the bare child could not have namespaces of its own; run as root.")
    return fork_ms, (usage.ru_utime + usage.ru_stime) * 1e3, usage.ru_minflt


def choose_places(pages: int) -> list[ctypes.c_char]:
    """A byte in each of so many pages of this process's heaps, a few in each huge page, as a sandbox's lie."""
    from autograder.sandbox import _pages

    runs = [run for start, end in _pages._anonymous_ranges() for run in _pages._full_runs(start, end)]
    held = [start for first, last in runs for start in range(first, last, _pages.HUGE_BYTES)]
    apart = _pages.HUGE_BYTES // NEIGHBOURS // mmap.PAGESIZE * mmap.PAGESIZE
    places = [start + number * apart for number in range(NEIGHBOURS) for start in held[: pages // NEIGHBOURS + 1]]
    return [ctypes.c_char.from_address(place) for place in places[:pages]]


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["bare"]:
        print(json.dumps(measure_bare(int(sys.argv[2]), int(sys.argv[3]))))
        return
    quick = parse_quick(__doc__)
    times = 10 if quick else 100
    if os.geteuid() != 0:
        sys.exit("benchmarks: namespaces of its own are root's; run as root.")
    from autograder.sandbox.zygote import ENVIRONMENT

    faults = count_faults(3 if quick else 15)
    command = [sys.executable, str(Path(__file__)), "bare", str(faults), str(times)]
    found = json.loads(subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True).stdout)
    found |= {"sandbox_faults": faults, "all_ms": found["fork_ms"] + found["child_ms"]}
    write_figures("floor", found, quick=quick)
    table = Table("what", "measured", title=f"A bare fork of a process with {', '.join(PACKAGES)} ({MODULE})")
    table.add_row("page faults of a sandbox until its first call is answered", str(faults))
    table.add_row("of a bare child, and pages that it writes to", f"{found['faults']:.0f}, {found['written']}")
    table.add_row("the fork, ms CPU", f"{found['fork_ms']:.1f}")
    table.add_row("namespaces, page faults and the end of the child, ms CPU", f"{found['child_ms']:.1f}")
    table.add_row("together, ms CPU", f"{found['all_ms']:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
