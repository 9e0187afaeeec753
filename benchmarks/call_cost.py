"""What a call through the boundary costs, beside a plain function call with a copy of its argument.

Usage: python benchmarks/call_cost.py [SCALE | --quick]

Medians of interleaved pairs in one run, milliseconds; quote the ratios and differences, not the absolute times of a
noisy machine. SCALE (default 1.0) multiplies the number of repetitions; --quick is 0.05.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from boundary import Student

from autograder.limits import Limits
from autograder.proxy.paths import ModulePath
from autograder.sandbox import open_sandbox

SOURCE = """
class Thing:
    def method(self):
        return 1.0

def scalar(x):
    return x

def total(x):
    return float(x[0])

def same(x):
    return x

def call_back(f):
    return f(1.0)

def make():
    return Thing()
"""
LIMITS = Limits(cpu_s=600, wall_s=600, memory_mib=2048, message_mib=512)


def measure(pairs: list[tuple[Callable[[], Any], Callable[[], Any]]], repeats: int) -> list[tuple[float, float]]:
    """Median milliseconds of each function of each pair, the two in turn."""
    medians = []
    for ours, plain in pairs:
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(repeats):
            for kept, function in zip(times, (ours, plain), strict=True):
                started = time.perf_counter()
                function()
                kept.append((time.perf_counter() - started) * 1e3)
        medians.append((statistics.median(times[0]), statistics.median(times[1])))
    return medians


def main() -> None:
    """Measure and print."""
    scale = 0.05 if "--quick" in sys.argv else float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    sandbox = open_sandbox("auto", ["numpy"])
    student = Student(sandbox, SOURCE, LIMITS)  # type: ignore[arg-type]
    space: dict[str, Any] = {}
    exec(SOURCE, space)
    table = Table("call", "through the boundary, ms", "plain call with a copy, ms", "ratio", "difference, ms")

    def call(name: str, *args: Any) -> Any:
        return student.submission.do("call", ModulePath("work", name), args, {}, name)

    with student.test():
        thing = call("make")
        rows: list[tuple[str, int, Callable[[], Any], Callable[[], Any]]] = [
            ("scalar in, scalar out", 2000, lambda: call("scalar", 1.0), lambda: space["scalar"](1.0)),
            ("method of a handle", 2000, lambda: thing.method(), space["make"]().method),
            ("callback round trip", 1000, lambda: call("call_back", abs), lambda: space["call_back"](abs)),
        ]
        for label, count, repeats in (("1 KB", 128, 1000), ("1 MB", 1 << 17, 200), ("100 MB", 100 << 17, 7)):
            x = np.ones(count)
            rows.append((f"{label} array in, float out", repeats, *pair(call, space, "total", x)))
            rows.append((f"{label} array both ways", repeats, *pair(call, space, "same", x)))
        for label, repeats, ours, plain in rows:
            ((our_ms, plain_ms),) = measure([(ours, plain)], max(3, int(repeats * scale)))
            table.add_row(
                label, f"{our_ms:.3f}", f"{plain_ms:.4f}", f"{our_ms / plain_ms:.1f}", f"{our_ms - plain_ms:.3f}"
            )
    student.close()
    sandbox.close()
    Console().print(table)


def pair(call: Callable[..., Any], space: dict[str, Any], name: str, x: np.ndarray) -> tuple[Any, Any]:
    """The call through the boundary, and the plain one with copies of what goes in and comes out."""

    def plain() -> Any:
        out = space[name](x.copy())
        return out.copy() if isinstance(out, np.ndarray) else out

    return (lambda: call(name, x)), plain


if __name__ == "__main__":
    main()
