"""Tests of autograder.stopwatch: time that the machine stood still is nobody's."""

from __future__ import annotations

import pytest

from autograder import stopwatch
from autograder.stopwatch import Stopwatch


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The stopwatch's clock."""
    clock = Clock()
    monkeypatch.setattr(stopwatch, "time", clock)
    return clock


def test_short_steps_count_whole(clock: Clock) -> None:
    """Who looks often sees the time that has passed."""
    watch = Stopwatch()
    for _ in range(100):
        clock.now_s += 0.05
        watch.look()
    assert watch.look() == pytest.approx(5.0)


def test_gap_counts_a_second(clock: Clock) -> None:
    """A machine that was suspended for an hour has waited a second."""
    watch = Stopwatch()
    clock.now_s += 0.5
    watch.look()
    clock.now_s += 3600
    assert watch.look() == pytest.approx(1.5)


def test_skipped_time_does_not_count(clock: Clock) -> None:
    """Somebody else's time is taken out."""
    watch = Stopwatch()
    clock.now_s += 0.8
    watch.skip(0.6)
    assert watch.look() == pytest.approx(0.2)
