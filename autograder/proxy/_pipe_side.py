"""The student's end of the wire on a machine of their own: no sandbox, frames over two pipes.

Usage: python -P _pipe_side.py CONFIG
    (JSON: {"packages": [what to import first], "optimises": whether torch's optimisers are used, "memory_bytes": N})

Requests come on standard input and replies go to standard output, both moved out of the way before anything of the
student's is imported: their code finds an empty standard input, and what it prints goes where standard error went. A
first byte says that the packages are there. Frames are those of `_student_side.py`, their buffers never in a memfd.
This file imports nothing of the package's; it loads its neighbours by path, and runs on any system.
"""

import contextlib
import importlib.util
import json
import os
import random
import struct
import sys
import threading
import time
from typing import Any

import msgspec

HERE = os.path.dirname(os.path.abspath(__file__))
READY = b"\n"
_LOOK_S = 1.0


def load(name: str) -> Any:
    """A neighbour of this file, without a package around it."""
    spec = importlib.util.spec_from_file_location(name, os.path.join(HERE, f"{name}.py"))
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class PipeWire:
    """Frames over two pipes; the process ends where they do.

    Args:
        source: the descriptor to read from.
        sink: the descriptor to write to.
        side: the module `_student_side`, which knows the frames.
    """

    def __init__(self, source: int, sink: int, side: Any) -> None:
        self.source = source
        self.sink = sink
        self.side = side

    def receive_frame(self) -> tuple[int, bytes, dict[str, Any], list[Any]]:
        """The next frame: (kind, nonce, metadata, buffers)."""
        header = self.side.HEADER
        _, kind, _, count, length, nonce, _ = header.unpack(self._receive(header.size))
        sizes = struct.unpack(f"<{count}Q", self._receive(8 * count))
        metadata = msgspec.msgpack.decode(self._receive(length))
        return kind, nonce, metadata, [self._receive(size) for size in sizes]

    def _receive(self, size: int) -> bytearray:
        data = bytearray()
        while len(data) < size:
            part = os.read(self.source, min(size - len(data), 1 << 20))
            if not part:
                os._exit(0)
            data += part
        return data

    def send_frame(self, nonce: bytes, kind: int, reply: dict[str, Any], buffers: list[Any]) -> None:
        """One frame."""
        metadata = msgspec.msgpack.encode(reply)
        sizes = [len(buffer) for buffer in buffers]
        header = self.side.HEADER.pack(self.side.MAGIC, kind, 0, len(sizes), len(metadata), nonce, sum(sizes))
        for piece in (header + struct.pack(f"<{len(sizes)}Q", *sizes) + metadata, *buffers):
            self.send(piece)

    def send(self, data: Any) -> None:
        """All of it."""
        view = memoryview(data)
        while view:
            view = view[os.write(self.sink, view) :]


def move_standard_streams() -> tuple[int, int]:
    """Take the pipes away from descriptors 0 and 1, and give the student an empty input and the error's output."""
    source, sink = os.dup(0), os.dup(1)
    if sys.platform == "win32":
        import msvcrt

        for descriptor in (source, sink):
            msvcrt.setmode(descriptor, os.O_BINARY)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    return source, sink


def limit_memory(memory_bytes: int) -> None:
    """So much address space beyond what is there now, as in the sandbox, on a system that counts it."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        with open("/proc/self/statm") as file:
            warm_bytes = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (warm_bytes + memory_bytes,) * 2)


def leave_with_parent() -> None:
    """End this process when the one that started it is gone: an endless loop must not outlive a closed terminal."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def make_first_optimiser(torch: Any) -> None:
    """Have torch import here what it imports with the first optimiser: seconds, which would count as the student's."""
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.SGD([parameter], lr=0.1)
    parameter.sum().backward()
    optimiser.step()


def main() -> None:
    """Import the packages, say so, serve."""
    config = json.loads(sys.argv[1])
    source, sink = move_standard_streams()
    if sys.platform != "win32":  # there it ends with its console
        leave_with_parent()
    side = load("_student_side")
    for name in config["packages"]:
        __import__(name)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
        if config["optimises"]:
            with contextlib.suppress(Exception):  # where torch cannot, whoever uses one is told so
                make_first_optimiser(sys.modules["torch"])
    load("_stand_ins").install()
    limit_memory(config["memory_bytes"])
    random.seed(0)
    wire = PipeWire(source, sink, side)
    wire.send(READY)
    side.open_streams()
    side.Server(wire).run()


if __name__ == "__main__":
    main()
