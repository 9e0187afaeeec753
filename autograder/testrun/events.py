"""What a fork of the suite's process tells the driver, as its tests go on.

The events stand in a file in memory that both hold: what is written there is there, however the fork ends. A word on
the channel says at times that there is something to read; the driver looks by itself as well. So neither is woken for
each of many short tests.
"""

from __future__ import annotations

import contextlib
import math
import os
import select
import signal
import socket
import time
from typing import Final

from pydantic import BaseModel

from autograder.stopwatch import Stopwatch
from autograder.verdict import TestResult

_RING_S: Final = 0.02
_LOOK_S: Final = 0.5
_MAX_LINE_BYTES: Final = 4 << 20


class Event(BaseModel):
    """A line from a fork: a test came to something, the next one starts, or all is done."""

    start: int | None = None
    result: TestResult | None = None
    done: bool = False
    peak_memory_mib: float = 0.0
    sandboxes: int = 0
    import_failure: str = ""
    passed_over: tuple[str, ...] = ()
    """What of the submission's top level failed, a sentence each."""
    imported: dict[str, str] = {}
    """Installed modules that the tests imported as they ran, in order, and the file of each; where that was asked."""


class EventWriter:
    """The fork's end: an event is on record when `write` returns."""

    def __init__(self, channel: socket.socket, file_fd: int) -> None:
        self.channel = channel
        self.file_fd = file_fd
        self._rung_s = -math.inf

    def write(self, event: Event) -> None:
        """Append an event, and ring at the first, at the last, and when it was long ago."""
        data = event.model_dump_json(exclude_defaults=True).encode() + b"\n"
        while data:
            data = data[os.write(self.file_fd, data) :]
        now_s = time.monotonic()
        if event.done or now_s - self._rung_s > _RING_S:
            self._rung_s = now_s
            self.channel.send(b".")


class ForkEndedError(Exception):
    """A fork on the trusted side ended before it was done."""


class EventReader:
    """The driver's end.

    Events are found in the file whether or not the channel was read: what came there may still wait to be taken.
    """

    def __init__(self, channel: socket.socket, file_fd: int) -> None:
        self.channel = channel
        self.file_fd = file_fd
        self._pidfd = -1
        self._offset = 0
        self._lines: list[bytes] = []
        """Whole lines that were read, the next one last."""
        self._rest = b""
        self._poller = select.poll()
        self._poller.register(channel, select.POLLIN)

    def read(self, patience_s: float, until_s: float) -> Event:
        """The next event.

        Args:
            patience_s: for how long it may be waited for.
            until_s: when to stop, by `time.monotonic()`.

        Raises:
            ForkEndedError: there is none, and none will come or was waited for any longer.
        """
        if self._has_line():
            return Event.model_validate_json(self._lines.pop())
        stopwatch = Stopwatch()
        while True:
            if time.monotonic() >= until_s:
                problem = "ran out of time"
            elif len(self._rest) > _MAX_LINE_BYTES or stopwatch.look() > patience_s:
                problem = "did not answer"
            else:
                problem = self._wait(max(0.0, min(_LOOK_S, until_s - time.monotonic())))
            if self._has_line():
                return Event.model_validate_json(self._lines.pop())
            if problem:
                raise ForkEndedError(problem)

    def _wait(self, wait_s: float) -> str:
        """Wait until the fork rings or its time is up; what is wrong with it, if something is."""
        return self._take_words() if self._poller.poll(wait_s * 1000) else ""

    def _take_words(self) -> str:
        """Take what is on the channel, the fork's pidfd perhaps; what is wrong with it, if something is."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self.channel, 1 << 16, 1, socket.MSG_DONTWAIT)
        except OSError:
            return "broke off"
        if descriptors:
            self._pidfd = descriptors[0]
        return "" if data else "ended"

    def _has_line(self) -> bool:
        """Whether a whole line is there, now that the file was looked into."""
        if not self._lines:
            data = self._rest
            while part := os.pread(self.file_fd, 1 << 20, self._offset):
                self._offset += len(part)
                data += part
            *lines, self._rest = data.split(b"\n")
            self._lines = lines[::-1]
        return bool(self._lines)

    def end(self) -> None:
        """Kill the fork if it is still there; its sandbox dies with it."""
        while self._pidfd < 0 and self._poller.poll(0) and not self._take_words():
            pass
        if self._pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            os.close(self._pidfd)
            self._pidfd = -1
