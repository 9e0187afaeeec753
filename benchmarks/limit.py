"""The limit: what the bodies of the tests cost alone, in a warm process that is forked for each submission.

Usage: python benchmarks/limit.py [--quick]

No grader of these tests can be cheaper: no pytest, no boundary, no report, no start-up. Each submission is imported
in a fork, the module of tests too, and its functions are called in order; CPU seconds are read around the calls.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from metering import ONE_THREAD
from rich.console import Console
from workload import MODULE, SUITE, ordinary_files, parse_quick

os.environ.update(ONE_THREAD)  # before torch is imported


@dataclass(frozen=True)
class Bodies:
    """One submission's tests.

    Attributes:
        cpu_s: CPU seconds of each test's body, by name.
        fork_cpu_s: of the whole fork: bodies, imports of the submission and of the tests, the pages that it copied.
        failed: names of the tests that failed.
    """

    cpu_s: dict[str, float]
    fork_cpu_s: float
    failed: tuple[str, ...]

    @property
    def total_cpu_s(self) -> float:
        """CPU seconds of all bodies."""
        return sum(self.cpu_s.values())


def warm_up() -> None:
    """Import what the submissions import, and do what is slow the first time."""
    import gc

    import torch

    torch.set_num_threads(1)
    model = torch.nn.Linear(2, 2)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    torch.nn.functional.nll_loss(torch.log_softmax(model(torch.zeros(2, 2)), dim=1), torch.tensor([0, 1])).backward()
    optimiser.step()
    gc.collect()
    gc.freeze()


def measure_limit(submissions: Iterable[Path]) -> list[Bodies]:
    """The bodies of the tests on each submission, in forks of this process, which has been warmed up."""
    suite = compile(SUITE.read_text(), str(SUITE), "exec")
    return [_run_fork(partial(run_bodies, path, suite)) for path in submissions]


def measure_limit_s() -> float:
    """CPU seconds of the limit, the mean of the ordinary submissions."""
    return statistics.mean(one.total_cpu_s for one in measure_limit(ordinary_files()))


def run_bodies(submission: Path, suite: CodeType) -> tuple[dict[str, float], list[str]]:
    """Import a submission and call every test; CPU seconds by name, and who failed."""
    module = ModuleType(MODULE)
    sys.modules[MODULE] = module
    exec(compile(submission.read_text(), str(submission), "exec"), module.__dict__)
    space: dict[str, Any] = {"__name__": "suite"}
    exec(suite, space)
    cpu_s, failed = {}, []
    for name, test in [(name, value) for name, value in space.items() if name.startswith("test_")]:
        started_s = time.process_time()
        try:
            test()
        except Exception:  # noqa: BLE001  that of a submission's
            failed.append(name)
        cpu_s[name] = time.process_time() - started_s
    return cpu_s, failed


def _run_fork(run: Callable[[], tuple[dict[str, float], list[str]]]) -> Bodies:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            os.write(writing, json.dumps(run()).encode())
            sys.stdout.flush()
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        cpu_s, failed = json.loads(answer.read())
    usage = os.wait4(pid, 0)[2]
    return Bodies(cpu_s, usage.ru_utime + usage.ru_stime, tuple(failed))


def main() -> None:
    """Measure and print."""
    rounds = 1 if parse_quick(__doc__) else 7
    warm_up()
    files = ordinary_files()
    found = [measure_limit(files) for _ in range(rounds)]
    each = [statistics.median(one.total_cpu_s for one in column) for column in zip(*found, strict=True)]
    shares = [one.cpu_s["test_train"] / one.total_cpu_s for row in found for one in row]
    forks = [sum(one.fork_cpu_s for one in row) / sum(one.total_cpu_s for one in row) for row in found]
    console = Console()
    for path, cpu_s, one in zip(files, each, found[0], strict=True):
        console.print(f"{path.stem:8} {cpu_s:.3f} CPU s, failed: {', '.join(one.failed) or 'none'}")
    console.print(f"the limit: {statistics.mean(each):.3f} CPU s a submission ({min(each):.3f} to {max(each):.3f})")
    console.print(f"of it in test_train: {100 * statistics.median(shares):.1f} %")
    console.print(f"the whole fork, times the limit: {statistics.median(forks):.3f}")


if __name__ == "__main__":
    main()
