"""Tests of autograder.testrun.events: what a fork of the suite's process told is known, however it ended."""

from __future__ import annotations

import math
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.testrun import events
from autograder.testrun.events import Event, EventReader, EventWriter, ForkEndedError
from autograder.verdict import Outcome, TestResult

OPEN = Path("/proc/self/fd")


@pytest.fixture
def ends() -> Iterator[tuple[EventWriter, EventReader]]:
    """Both ends of a fork's events, in one process."""
    ours, theirs = socket.socketpair()
    file_fd = os.memfd_create("events")
    with ours, theirs:
        yield EventWriter(theirs, os.dup(file_fd)), EventReader(ours, file_fd)


def result(number: int) -> TestResult:
    """A result that can be told from others."""
    return TestResult(nodeid=f"test_{number}", outcome=Outcome.PASSED, summary="é\n" * number)


def test_events_come_in_order(ends: tuple[EventWriter, EventReader]) -> None:
    """Each event is read once and whole, whether it was there before or comes while one waits."""
    writer, reader = ends
    told = [Event(start=0), *(Event(result=result(n), start=n + 1) for n in range(5)), Event(done=True, sandboxes=2)]
    for event in told[:4]:
        writer.write(event)
    found = [reader.read(10, math.inf) for _ in range(4)]
    for event in told[4:]:
        writer.write(event)
    found += [reader.read(10, math.inf) for _ in range(3)]
    assert found == told


def test_what_was_told_outlives_the_fork(ends: tuple[EventWriter, EventReader]) -> None:
    """A fork that ends without a word after its last event has told every event before; half a line is none."""
    writer, reader = ends
    for number in range(3):
        writer.write(Event(start=number))
    os.write(writer.file_fd, b'{"start": 3')
    writer.channel.close()
    assert [reader.read(10, math.inf).start for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ForkEndedError, match="ended"):
        reader.read(10, math.inf)


def test_driver_is_not_woken_for_each_event(
    ends: tuple[EventWriter, EventReader], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The channel rings at the first event, when the last ring is long ago, and at the end."""
    writer, reader = ends
    monkeypatch.setattr(events, "_RING_S", 1e6)
    for number in range(50):
        writer.write(Event(start=number))
    assert reader.channel.recv(100) == b"."
    monkeypatch.setattr(events, "_RING_S", 0.0)
    writer.write(Event(start=50))
    writer.write(Event(done=True))
    assert reader.channel.recv(100) == b".."


def test_silent_fork_is_looked_at(ends: tuple[EventWriter, EventReader], monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that nobody rang for is found all the same."""
    writer, reader = ends
    monkeypatch.setattr(events, "_LOOK_S", 0.01)
    os.write(writer.file_fd, Event(start=7).model_dump_json().encode() + b"\n")
    assert reader.read(10, math.inf).start == 7


def test_waiting_ends(ends: tuple[EventWriter, EventReader]) -> None:
    """No event is waited for beyond the time that is given, nor beyond one's patience."""
    _, reader = ends
    with pytest.raises(ForkEndedError, match="ran out of time"):
        reader.read(10, time.monotonic() + 0.01)
    with pytest.raises(ForkEndedError, match="did not answer"):
        reader.read(0.0, math.inf)


def test_endless_line_is_no_event(ends: tuple[EventWriter, EventReader], monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that does not end is not waited for."""
    writer, reader = ends
    monkeypatch.setattr(events, "_MAX_LINE_BYTES", 1000)
    monkeypatch.setattr(events, "_LOOK_S", 0.01)
    os.write(writer.file_fd, b"x" * 2000)
    with pytest.raises(ForkEndedError, match="did not answer"):
        reader.read(10, math.inf)


@pytest.mark.parametrize("read", [0, 1, 2])
def test_fork_is_ended(ends: tuple[EventWriter, EventReader], read: int) -> None:
    """The fork is killed by the pidfd that came along, whether or not the channel was looked at since."""
    writer, reader = ends
    with subprocess.Popen(["sleep", "60"]) as fork:
        before = len(list(OPEN.iterdir()))
        pidfd = os.pidfd_open(fork.pid)
        writer.write(Event(start=0))
        socket.send_fds(writer.channel, [b"\n"], [pidfd])
        os.close(pidfd)
        for number in range(read):
            assert reader.read(10, math.inf).start == number
            writer.write(Event(start=number + 1))
        reader.end()
        assert fork.wait(10) == -signal.SIGKILL
    assert len(list(OPEN.iterdir())) == before
    reader.end()  # a second time does nothing


def test_fork_that_told_no_pidfd_is_left(ends: tuple[EventWriter, EventReader]) -> None:
    """Where no pidfd came there is nothing to kill, and nothing is waited for."""
    writer, reader = ends
    with subprocess.Popen(["sleep", "60"]) as fork:
        reader.end()
        writer.channel.close()
        reader.end()
        assert fork.poll() is None
        fork.kill()
