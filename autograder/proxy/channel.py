"""Frames to and from one student's process, within limits of time and size."""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import secrets
import select
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from autograder.proxy import wire
from autograder.sandbox.zygote import StudentProcess

_POLL_S: Final = 0.05
_F_ADD_SEALS: Final = 1033
_F_GET_SEALS: Final = 1034
_SEALS: Final = 0x0001 | 0x0002 | 0x0004 | 0x0008  # seal, shrink, grow, write

Buffers = Sequence[bytes | bytearray | memoryview]


class DiedError(Exception):
    """The other end of the wire is gone."""


class LimitError(Exception):
    """The student's code used more than it may."""

    def __init__(self, sentence: str, evidence: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.evidence = evidence


@dataclass(frozen=True)
class Budget:
    """What may be used: CPU seconds beyond the reading `cpu_base_s` of the process's clock, and wall seconds."""

    cpu_s: float
    wall_s: float
    cpu_base_s: float


class Channel:
    """The wire and the output of one process.

    Args:
        process: whose.
        max_total_bytes: of the buffers of one frame.
        max_output_bytes: of what is printed, until it is taken.
    """

    def __init__(self, process: StudentProcess, max_total_bytes: int, max_output_bytes: int) -> None:
        self.process = process
        self.max_total_bytes = max_total_bytes
        self.max_output_bytes = max_output_bytes
        self.output = b""
        self._output_open = True  # the student may close their end of it
        self._started_s = 0.0
        self._next_look_s = 0.0
        self._descriptors: list[int] = []

    def ask(self, kind: wire.Kind, metadata: dict[str, Any], buffers: Buffers, budget: Budget) -> bytes:
        """Send a request; the nonce that its reply must carry. The budget's wall time begins."""
        self._started_s = time.monotonic()
        nonce = secrets.token_bytes(16)
        self.tell(kind, nonce, metadata, buffers, budget)
        return nonce

    def pause(self, wall_s: float) -> None:
        """Take time that was not the student's out of the budget."""
        self._started_s += wall_s

    def tell(self, kind: wire.Kind, nonce: bytes, metadata: dict[str, Any], buffers: Buffers, budget: Budget) -> None:
        """Send one frame; large buffers go in a sealed memfd."""
        in_memory = sum(map(len, buffers)) >= wire.MEMFD_FROM_BYTES
        head = memoryview(wire.pack_head(kind, nonce, metadata, buffers, in_memory=in_memory))
        if in_memory:
            with _sealed(buffers) as descriptor:
                self._send_descriptor(head[:1], descriptor, budget)
            head, buffers = head[1:], []
        for piece in (head, *buffers):
            self._send(piece, budget)

    def receive(self, nonce: bytes, budget: Budget) -> tuple[wire.Reply, Buffers]:
        """The next frame about a request.

        Raises:
            WireError: it is not one, or answers another request.
            LimitError: it did not come within the budget.
            DiedError: it will not come.
        """
        try:
            return self._receive_frame(nonce, budget)
        finally:
            for descriptor in self._descriptors:
                os.close(descriptor)
            self._descriptors.clear()

    def _receive_frame(self, nonce: bytes, budget: Budget) -> tuple[wire.Reply, Buffers]:
        header = wire.parse_header(self._receive(wire.HEADER.size, budget), nonce, self.max_total_bytes)
        sizes = wire.parse_sizes(self._receive(8 * header.buffers, budget), header)
        reply = wire.parse_reply(header, self._receive(header.metadata_bytes, budget))
        if header.in_memory != bool(self._descriptors):
            raise wire.WireError("a memfd that was not announced, or none that was")
        if not header.in_memory:
            return reply, [self._receive(size, budget) for size in sizes]
        mapped = _map_sealed(self._descriptors[0], header.total_bytes)
        return reply, list(_split(mapped, sizes))

    def _send_descriptor(self, first: memoryview, descriptor: int, budget: Budget) -> None:
        while True:
            try:
                socket.send_fds(self.process.wire, [first], [descriptor], socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
            except BlockingIOError:
                self._wait(select.POLLOUT, budget)
            except OSError:
                raise DiedError from None
            else:
                return

    def _send(self, data: bytes | bytearray | memoryview, budget: Budget) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[self.process.wire.send(view, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL) :]
            except BlockingIOError:
                self._wait(select.POLLOUT, budget)
            except OSError:
                raise DiedError from None

    def _receive(self, size: int, budget: Budget) -> bytearray:
        data = bytearray(size)
        view, got = memoryview(data), 0
        while got < size:
            try:
                count = self._receive_some(view[got:])
            except BlockingIOError:
                self._wait(select.POLLIN, budget)
                continue
            except OSError:
                raise DiedError from None
            if count == 0:
                raise DiedError
            got += count
        return data

    def _receive_some(self, view: memoryview) -> int:
        """Bytes of a frame, and a memfd beside them."""
        count, ancillary, _, _ = self.process.wire.recvmsg_into(
            [view], socket.CMSG_SPACE(4 * 4), socket.MSG_DONTWAIT | socket.MSG_CMSG_CLOEXEC
        )
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                whole = data[: len(data) - len(data) % 4]
                self._descriptors += memoryview(whole).cast("i").tolist()
        if len(self._descriptors) > 1:
            raise wire.WireError("more descriptors than one")
        return count

    def _wait(self, event: int, budget: Budget) -> None:
        """Until the wire is ready; reads what the student prints, and looks at the limits now and then."""
        poller = select.poll()
        poller.register(self.process.wire, event)
        if self._output_open:
            poller.register(self.process.output_fd, select.POLLIN)
        ready = dict(poller.poll(_POLL_S * 1000))
        if self.process.output_fd in ready:
            self._output_open = bool(ready[self.process.output_fd] & select.POLLIN)
            self.drain()
        if self.process.wire.fileno() not in ready or time.monotonic() >= self._next_look_s:
            self._look_at_limits(budget)

    def _look_at_limits(self, budget: Budget) -> None:
        now_s = time.monotonic()
        self._next_look_s = now_s + _POLL_S
        if self.process.cpu_s() - budget.cpu_base_s > budget.cpu_s:
            raise LimitError(f"your code used more than {budget.cpu_s:.3g} s of CPU time.")
        if now_s - self._started_s > budget.wall_s:
            raise LimitError("your code did not answer in time.", "a wall-clock time-out")

    def drain(self) -> None:
        """Read what the student printed; the first part is kept, the rest thrown away."""
        poller = select.poll()
        poller.register(self.process.output_fd, select.POLLIN)
        for _ in range(64):
            ready = poller.poll(0)
            if not ready or not ready[0][1] & select.POLLIN:
                return
            try:
                data = os.read(self.process.output_fd, 1 << 16)
            except OSError:  # nothing there after all, or the other end is gone
                return
            self.output += data[: max(0, self.max_output_bytes - len(self.output))]

    def take_output(self, limit: int) -> bytes:
        """What was printed since it was last taken, at most `limit` bytes of it."""
        taken, self.output = self.output[:limit], b""
        return taken


@contextlib.contextmanager
def _sealed(buffers: Buffers) -> Iterator[int]:
    """A memfd that holds the buffers and can no longer be changed."""
    descriptor = os.memfd_create("request", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        for buffer in buffers:
            view = memoryview(buffer)
            while view:
                view = view[os.write(descriptor, view) :]
        fcntl.fcntl(descriptor, _F_ADD_SEALS, _SEALS)
        yield descriptor
    finally:
        os.close(descriptor)


def _map_sealed(descriptor: int, total_bytes: int) -> memoryview:
    """A private mapping of a memfd of the student's, which must be sealed and exactly as long as announced."""
    try:
        seals = fcntl.fcntl(descriptor, _F_GET_SEALS)
        size = os.fstat(descriptor).st_size
    except OSError:
        raise wire.WireError("a descriptor that is not a memfd") from None
    if seals & _SEALS != _SEALS or size != total_bytes or size == 0:
        raise wire.WireError("a memfd that is not sealed or not as long as announced")
    try:
        return memoryview(mmap.mmap(descriptor, size, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE))
    except OSError:
        raise wire.WireError("more than the grader can hold") from None


def _split(data: memoryview, sizes: Sequence[int]) -> Iterator[memoryview]:
    start = 0
    for size in sizes:
        yield data[start : start + size]
        start += size
