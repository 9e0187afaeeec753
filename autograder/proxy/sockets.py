"""Frames over a socket to a sandbox; large buffers in sealed memfds. Linux alone."""

from __future__ import annotations

import contextlib
import mmap
import os
import select
import socket
import struct
from collections.abc import Iterator, Sequence
from typing import Any, Final

from autograder.limits import Limits
from autograder.proxy import wire
from autograder.proxy.channel import Budget, Buffers, Channel, DiedError, Opener
from autograder.sandbox.zygote import StudentProcess, ZygoteClient

with contextlib.suppress(ImportError):  # Windows has none, and there is no sandbox there
    import fcntl

_F_ADD_SEALS: Final = 1033
_F_GET_SEALS: Final = 1034
_AHEAD_BYTES: Final = 1 << 16
_ANCILLARY_BYTES: Final = socket.CMSG_SPACE(4 * 4) if hasattr(socket, "CMSG_SPACE") else 0
# plain numbers: `|` of two flags makes an object of an enumeration each time
_SEND: Final = int(getattr(socket, "MSG_DONTWAIT", 0)) | int(getattr(socket, "MSG_NOSIGNAL", 0))
_RECEIVE: Final = int(getattr(socket, "MSG_DONTWAIT", 0)) | int(getattr(socket, "MSG_CMSG_CLOEXEC", 0))
_AWAIT: Final = int(getattr(socket, "MSG_CMSG_CLOEXEC", 0))
_PATIENCE_S: Final = 0.02
_SEALS: Final = 0x0001 | 0x0002 | 0x0004 | 0x0008  # seal, shrink, grow, write


def sandbox_channels(zygote: ZygoteClient) -> Opener:
    """Channels to sandboxes of a fork server."""

    def open_channel(limits: Limits) -> Channel:
        return SocketChannel(zygote.spawn(limits), limits.message_mib << 20, limits.output_kib << 10)

    return open_channel


class SocketChannel(Channel):
    """The wire and the output of a sandboxed process."""

    process: StudentProcess

    def __init__(self, process: StudentProcess, max_total_bytes: int, max_output_bytes: int) -> None:
        super().__init__(process, max_total_bytes, max_output_bytes)
        seconds = struct.pack("@ll", 0, int(_PATIENCE_S * 1e6))
        process.wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, seconds)
        self._output_open = True  # the student may close their end of it
        self._incoming = select.poll()
        self._incoming.register(process.wire, select.POLLIN)
        self._incoming.register(process.output_fd, select.POLLIN)
        self._is_asked = False
        """Whether nothing has been awaited since the last frame was sent: its answer cannot be there yet."""
        self._prints = False
        """Whether something was printed while an answer was awaited: a full buffer must not be waited for again."""
        self._descriptors: list[int] = []
        self._room = memoryview(bytearray(_AHEAD_BYTES))
        self._ahead = b""
        """What came beyond the bytes that were asked for: a small frame comes whole, in one look."""

    def tell(self, kind: wire.Kind, nonce: bytes, metadata: dict[str, Any], buffers: Buffers, budget: Budget) -> None:
        """Send one frame; large buffers go in a sealed memfd."""
        self._is_asked = True
        if sum(map(len, buffers)) < wire.MEMFD_FROM_BYTES:
            self.send_bytes(
                b"".join((wire.pack_head(kind, nonce, metadata, buffers, in_memory=False), *buffers)), budget
            )
            return
        head = memoryview(wire.pack_head(kind, nonce, metadata, buffers, in_memory=True))
        with _sealed(buffers) as descriptor:
            self._send_descriptor(head[:1], descriptor, budget)
        self.send_bytes(head[1:], budget)

    def receive(self, nonce: bytes, budget: Budget) -> tuple[wire.Reply, Buffers]:
        try:
            if not self._ahead:
                self._receive_ahead(budget)
            whole = None if self._descriptors else wire.parse_whole(self._ahead, nonce, self.max_total_bytes)
            if whole is None:
                return super().receive(nonce, budget)
            reply, buffers, self._ahead = whole
            return reply, buffers
        finally:
            for descriptor in self._descriptors:
                os.close(descriptor)
            self._descriptors.clear()

    def receive_buffers(self, header: wire.Header, sizes: Sequence[int], budget: Budget) -> Buffers:
        if header.in_memory != bool(self._descriptors):
            raise wire.WireError("a memfd that was not announced, or none that was")
        if not header.in_memory:
            return super().receive_buffers(header, sizes, budget)
        mapped = _map_sealed(self._descriptors[0], header.total_bytes)
        return list(_split(mapped, sizes))

    def _send_descriptor(self, first: memoryview, descriptor: int, budget: Budget) -> None:
        while True:
            try:
                socket.send_fds(self.process.wire, [first], [descriptor], _SEND)
            except BlockingIOError:
                self._wait(select.POLLOUT, budget)
            except OSError:
                raise DiedError from None
            else:
                return

    def send_bytes(self, data: bytes | bytearray | memoryview, budget: Budget) -> None:
        view: bytes | bytearray | memoryview = data
        while view:
            try:
                sent = self.process.wire.send(view, _SEND)
                if sent == len(view):
                    return
                view = memoryview(view)[sent:]
            except BlockingIOError:
                self._wait(select.POLLOUT, budget)
            except OSError:
                raise DiedError from None

    def receive_bytes(self, size: int, budget: Budget) -> bytearray:
        data = bytearray(size)
        view, got = memoryview(data), 0
        while got < size:
            if self._ahead:
                count = min(len(self._ahead), size - got)
                view[got : got + count] = self._ahead[:count]
                self._ahead = self._ahead[count:]
                got += count
            elif size - got >= _AHEAD_BYTES:
                got += self._receive_some(view[got:], budget)
            else:
                self._receive_ahead(budget)
        return data

    def _receive_ahead(self, budget: Budget) -> None:
        """What has come, as far as there is room."""
        self._ahead = bytes(self._room[: self._receive_some(self._room, budget)])

    def _receive_some(self, view: memoryview, budget: Budget) -> int:
        """How many bytes came into the view, at least one; and a memfd beside them."""
        flags = _RECEIVE
        if self._is_asked and not self._prints and self.until_look_s > _PATIENCE_S:
            flags = _AWAIT
        self._is_asked = False
        while True:
            try:
                count, ancillary, _, _ = self.process.wire.recvmsg_into([view], _ANCILLARY_BYTES, flags)
            except BlockingIOError:
                self._wait(select.POLLIN, budget)
                flags = _RECEIVE
            except OSError:
                raise DiedError from None
            else:
                break
        if count == 0:
            raise DiedError
        if not self.until_look_s:  # what came without being awaited
            self.look_at_limits(budget)
        if not ancillary:
            return count
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                whole = data[: len(data) - len(data) % 4]
                self._descriptors += memoryview(whole).cast("i").tolist()
        if len(self._descriptors) > 1:
            raise wire.WireError("more descriptors than one")
        return count

    def _wait(self, event: int, budget: Budget) -> None:
        """Until the wire is ready; reads what the student prints, and looks at the limits now and then."""
        poller = self._incoming
        if event != select.POLLIN:
            poller = select.poll()
            poller.register(self.process.wire, event)
            if self._output_open:
                poller.register(self.process.output_fd, select.POLLIN)
        ready = dict(poller.poll(self.until_look_s * 1000))
        if self.process.output_fd in ready:
            if ready[self.process.output_fd] & select.POLLIN:
                self._prints = True
                self.drain()
            else:
                self._close_output()
        if not self.until_look_s:
            self.look_at_limits(budget)

    def drain(self) -> None:
        for _ in range(64):
            try:
                data = os.read(self.process.output_fd, 1 << 16)
            except OSError:  # nothing there, or the other end is gone
                return
            if not data:
                self._close_output()
                return
            self.keep_output(data)

    def _close_output(self) -> None:
        """The end of it, which poll would tell again and again."""
        if self._output_open:
            self._output_open = False
            self._incoming.unregister(self.process.output_fd)


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
