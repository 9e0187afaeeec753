"""How long the student's code takes, by our clock, for a leaderboard and never for points; and a GPU's memory.

The clock is in the test's process, which the student's code cannot reach: it starts when the call leaves and stops
when the result has come back and nothing is left to do on a GPU. Each repetition has inputs of its own, so that a kept
answer is a wrong one; the caller checks the results. What travels is within the time: compare like with like, and let
the arguments be small beside the work. Machines differ and others work beside, so no score hangs on it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograder.proxy import handles
from autograder.sandbox.gpu_memory import watch_gpu_memory


@dataclass(frozen=True)
class Measured:
    """What was measured.

    Attributes:
        wall_s: seconds of each repetition, in order.
        arguments: of each repetition.
        results: of each repetition: to be checked.
        gpu_memory_mib: the most that the granted GPUs held more than when it began, the warm-up included; None without
            a GPU. Looked at from outside: it may be graded.
    """

    wall_s: tuple[float, ...]
    arguments: tuple[tuple[Any, ...], ...]
    results: tuple[Any, ...]
    gpu_memory_mib: float | None = None

    @property
    def best_s(self) -> float:
        """The fastest: what disturbs it only makes a repetition slower."""
        return min(self.wall_s)

    @property
    def median_s(self) -> float:
        """The middle one."""
        return statistics.median(self.wall_s)


def measure(
    function: Callable[..., Any],
    draw: Callable[[], tuple[Any, ...]],
    *,
    repetitions: int = 5,
    warm_up: int = 1,
    board: str = "",
) -> Measured:
    """Call the student's function again and again and time it.

    Args:
        function: of the student's module, or a probe.
        draw: gives the arguments of one call, drawn anew each time, outside the time (from `rng`, say).
        repetitions: how many are timed.
        warm_up: how many come before, untimed: their results are not kept.
        board: the leaderboard's column that gets the fastest, in seconds, if the test passes; empty: none.

    Raises:
        ValueError: there is nothing to time.
    """
    __tracebackhide__ = True
    if repetitions < 1 or warm_up < 0:
        raise ValueError("repetitions must be at least 1 and warm_up at least 0")
    walls, arguments, results = [], [], []
    with watch_gpu_memory(handles.current.gpus if handles.current is not None else "") as memory:
        for _ in range(warm_up):
            function(*draw())
        for _ in range(repetitions):
            arguments.append(draw())
            synchronise()
            begun_s = time.perf_counter()
            results.append(function(*arguments[-1]))
            synchronise()
            walls.append(time.perf_counter() - begun_s)
    measured = Measured(tuple(walls), tuple(arguments), tuple(results), memory.grown_mib)
    if board and handles.current is not None:
        handles.current.note_measured(board, measured.best_s)
    return measured


def synchronise() -> None:
    """Wait until what the student's code has begun on a GPU is done; nothing in plain pytest."""
    if handles.current is not None:
        handles.current.watch("devices", on=True)
