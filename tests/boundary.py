"""A submission behind the boundary, for tests that call it by hand."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograder.limits import Limits
from autograder.proxy.account import Names, TestUse
from autograder.proxy.channel import Opener
from autograder.proxy.client import Submission
from autograder.proxy.paths import ModulePath
from autograder.proxy.sockets import sandbox_channels
from autograder.sandbox import Zygote

SLOWNESS = float(os.environ.get("TEST_SLOWNESS", "1"))
"""How many times slower than a real machine this one is: more for one that is emulated."""
LIMITS = Limits(
    cpu_s=1.0 * SLOWNESS,
    wall_s=10.0 * SLOWNESS,
    import_cpu_s=2.0 * SLOWNESS,
    memory_mib=512,
    disk_mib=8,
    processes=16,
)

# A submission that looks around.
LOOK_AROUND = """
import os, resource, socket, subprocess, threading, time, ctypes
import numpy as np

def status():
    with open("/proc/self/status") as file:
        return dict(line.rstrip("\\n").split(":\\t", 1) for line in file if ":\\t" in line)

def ids():
    return [os.getuid(), os.getgid(), os.getpid(), os.getppid()] + os.getgroups()

def processes():
    return sorted(int(name) for name in os.listdir("/proc") if name.isdigit())

def listing(folder):
    return sorted(os.listdir(folder))

def read(path):
    with open(path, "rb") as file:
        return file.read(1000)

def write(path, size=1):
    with open(path, "wb") as file:
        for _ in range(0, size, 1 << 16):
            file.write(b"x" * min(size, 1 << 16))
    return os.path.getsize(path)

def flood(folder, count):
    for number in range(count):
        open(f"{folder}/{number}", "w").close()

def limits():
    names = ("AS", "FSIZE", "NOFILE", "NPROC", "CORE")
    return {name: list(resource.getrlimit(getattr(resource, "RLIMIT_" + name))) for name in names}

def fork():
    return os.fork()

def execute():
    os.execv("/bin/true", ["true"])

def connect(family, kind):
    return socket.socket(family, kind).fileno()

def pair(kind):
    first, second = socket.socketpair(socket.AF_UNIX, kind)
    first.send(b"x")
    return second.recv(1)

def link(path):
    return os.readlink(path)

def interfaces():
    return [name for _, name in socket.if_nameindex()]

def allocate(mib):
    return float(np.ones(mib << 17).sum())

def start_threads(count):
    started = 0
    for _ in range(count):
        try:
            threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
            started += 1
        except RuntimeError:
            break
    return started

def system_call(number):
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(number, 0, 0, 0, 0, 0, 0)
    return [result, ctypes.get_errno()]

def remember(path):
    write(path)

def exists(path):
    return os.path.exists(path)

def ignore_signals():
    import signal
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        pass

def environment():
    return dict(os.environ)

def tell_of_others():
    # What stands on the stack below the submission and may be of other uses: what the object that forked this process
    # holds, any local of the kinds that its loop has, and descriptors, by number.
    import sys
    frame, found = sys._getframe().f_back, {}
    while frame is not None:
        server = frame.f_locals.get("self")
        if type(server).__name__ == "Zygote":
            found |= {name: len(value) for name, value in vars(server).items() if name in ("children", "abandoned")}
        found |= {name: 1 for name, value in frame.f_locals.items() if type(value).__name__ in ("Child", "poll")}
        frame = frame.f_back
    kept = []
    for number in range(3, 256):
        try:
            os.fstat(number)
            kept.append(number)
        except OSError:
            pass
    return [found, kept]
"""


class CalledByName(Submission):
    """A submission whose functions are called by module and name."""

    def call(self, module: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What a function's proxy does."""
        return self.do("call", ModulePath(module, name), args, kwargs, f"{module}.{name}")


class Student:
    """The functions of a one-module submission, each call a test of its own unless `test` is open."""

    def __init__(
        self,
        place: Zygote | Opener,
        source: str,
        limits: Limits = LIMITS,
        names: Names | None = None,
        *,
        helpers: Mapping[str, str] | None = None,
        cells: Mapping[str, Sequence[tuple[str, int, int]]] | None = None,
        forbidden: Sequence[str] = (),
    ) -> None:
        self.limits = limits
        files = {name: text.encode() for name, text in {"work.py": source, **(helpers or {})}.items()}
        channels = sandbox_channels(place.client()) if isinstance(place, Zygote) else place
        self.submission = CalledByName(channels, files, ("work",), limits, 1, names, cells=cells, forbidden=forbidden)
        self.use: TestUse | None = None

    @contextlib.contextmanager
    def test(self, seed: int = 1) -> Iterator[TestUse]:
        """One test's account."""
        self.use = TestUse(seed=seed, cpu_limit_s=self.limits.cpu_s, wall_limit_s=self.limits.wall_s)
        self.submission.begin_test(self.use)
        try:
            yield self.use
        finally:
            self.submission.end_test()

    def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """One call in a test of its own."""
        with self.test():
            return self.submission.call("work", name, args, kwargs)

    def close(self) -> None:
        """End its sandbox."""
        self.submission.close()
