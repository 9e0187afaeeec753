"""Frames to and from one student's process, within limits of time and size.

`Channel` knows frames and budgets; `sockets.py` carries them to a sandbox, `pipes.py` to a process on the student's own
machine.
"""

from __future__ import annotations

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, Protocol

from autograder.limits import Limits
from autograder.proxy import wire
from autograder.stopwatch import Stopwatch

POLL_S: Final = 0.05
_MOST_POLL_S: Final = 0.5  # well below the gap that a stopwatch takes for a machine that stood still
_CORES: Final = os.cpu_count() or 1
_IDLE: Final = 20.0  # who computes less than a part in so many of the time does not wait for a processor

Buffers = Sequence[bytes | bytearray | memoryview]


class DiedError(Exception):
    """The other end of the wire is gone."""


class LimitError(Exception):
    """The student's code used more than it may."""

    def __init__(self, sentence: str, evidence: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.evidence = evidence


class Budget(NamedTuple):
    """What may be used.

    CPU time decides. Wall time ends what sleeps: it does not end a process that computes, however slowly the machine
    lets it, since that one comes to its limit of CPU time.

    Attributes:
        cpu_s: CPU seconds beyond `cpu_base_s`.
        wall_s: wall seconds, those of earlier requests included.
        cpu_base_s: a reading of the process's clock.
        waited_s: wall seconds of earlier requests.
    """

    cpu_s: float
    wall_s: float
    cpu_base_s: float
    waited_s: float = 0.0


class Process(Protocol):
    """What runs the student's code at the other end."""

    isolated: bool
    memory_killed: bool
    fault: str
    peak_memory_mib: float

    @property
    def over_disk(self) -> bool:
        """Whether it was ended for what it wrote to its folder."""

    @property
    def was_killed(self) -> bool:
        """Whether it ended by SIGKILL."""

    @property
    def exit_reason(self) -> str:
        """How it ended, one phrase for the TA; empty while that is not known."""

    def cpu_s(self) -> float:
        """CPU seconds used so far."""

    def has_ended(self, wait_s: float) -> bool:
        """Whether it ends by itself within so many seconds."""

    def end(self) -> object:
        """Kill it and everything of it. Safe to call again."""


class Channel(ABC):
    """The wire and the output of one process.

    Args:
        process: whose.
        max_total_bytes: of the buffers of one frame.
        max_output_bytes: of what is printed, until it is taken.
    """

    def __init__(self, process: Process, max_total_bytes: int, max_output_bytes: int) -> None:
        self.process: Process = process
        self.max_total_bytes = max_total_bytes
        self.max_output_bytes = max_output_bytes
        self.output = b""
        self._stopwatch = Stopwatch()
        self._next_look_s = 0.0

    def ask(self, kind: wire.Kind, metadata: dict[str, Any], buffers: Buffers, budget: Budget) -> bytes:
        """Send a request; the nonce that its reply must carry. The wall time begins anew."""
        self._stopwatch = Stopwatch()
        self._next_look_s = min(self._next_look_s, time.monotonic() + POLL_S)
        nonce = os.urandom(16)
        self.tell(kind, nonce, metadata, buffers, budget)
        return nonce

    def pause(self, wall_s: float) -> None:
        """Take time that was not the student's out of the budget."""
        self._stopwatch.skip(wall_s)

    def waited_s(self) -> float:
        """Wall seconds since the last request, without what was not the student's."""
        return self._stopwatch.look()

    def tell(self, kind: wire.Kind, nonce: bytes, metadata: dict[str, Any], buffers: Buffers, budget: Budget) -> None:
        """Send one frame."""
        for piece in (wire.pack_head(kind, nonce, metadata, buffers, in_memory=False), *buffers):
            self.send_bytes(piece, budget)

    def receive(self, nonce: bytes, budget: Budget) -> tuple[wire.Reply, Buffers]:
        """The next frame about a request.

        Raises:
            WireError: it is not one, or answers another request.
            LimitError: it did not come within the budget.
            DiedError: it will not come.
        """
        header = wire.parse_header(self.receive_bytes(wire.HEADER.size, budget), nonce, self.max_total_bytes)
        sizes = wire.parse_sizes(self.receive_bytes(8 * header.buffers, budget), header)
        reply = wire.parse_reply(header, self.receive_bytes(header.metadata_bytes, budget))
        return reply, self.receive_buffers(header, sizes, budget)

    def receive_buffers(self, header: wire.Header, sizes: Sequence[int], budget: Budget) -> Buffers:
        """A frame's buffers."""
        if header.in_memory:
            raise wire.WireError("a memfd that was not announced, or none that was")
        return [self.receive_bytes(size, budget) for size in sizes]

    @abstractmethod
    def send_bytes(self, data: bytes | bytearray | memoryview, budget: Budget) -> None:
        """Send all of it within the budget."""

    @abstractmethod
    def receive_bytes(self, size: int, budget: Budget) -> bytearray:
        """Exactly so many bytes, within the budget."""

    @abstractmethod
    def drain(self) -> None:
        """Read what the student printed; the first part is kept, the rest thrown away."""

    def look_at_limits(self, budget: Budget) -> None:
        """Raise LimitError where the process used more than it may."""
        used_s = self.process.cpu_s() - budget.cpu_base_s
        if used_s > budget.cpu_s:
            raise LimitError(f"your code used more than {budget.cpu_s:.3g} s of CPU time.")
        waited_s = budget.waited_s + self.waited_s()
        if waited_s > budget.wall_s and used_s < waited_s / _IDLE:
            raise LimitError("your code did not answer in time.", "a wall-clock time-out")
        self._next_look_s = time.monotonic() + self._plan_look(budget, used_s, waited_s)

    def _plan_look(self, budget: Budget, used_s: float, waited_s: float) -> float:
        """In how many seconds a limit may have been reached, the soonest, within bounds: a look costs CPU time too."""
        soonest_s = min((budget.cpu_s - used_s) / _CORES, budget.wall_s - waited_s)
        return min(max(soonest_s, POLL_S), _MOST_POLL_S)

    @property
    def until_look_s(self) -> float:
        """How many seconds until the limits must be looked at; 0 if it is time."""
        return max(0.0, self._next_look_s - time.monotonic())

    def keep_output(self, data: bytes) -> None:
        """Keep what was printed, as far as there is room."""
        self.output += data[: max(0, self.max_output_bytes - len(self.output))]

    def take_output(self, limit: int) -> bytes:
        """What was printed since it was last taken, at most `limit` bytes of it."""
        taken, self.output = self.output[:limit], b""
        return taken


Opener = Callable[[Limits], Channel]
"""Starts a fresh process, ready for FILES and IMPORT; GraderError or OSError where it cannot be started."""
