"""What a command and everything that it starts use: CPU seconds of all processes, dead or alive, and memory together.

CPU is read from a control group v2 that the command runs in. Waiting for children does not do: a fork server's children
are reaped by it, or by nobody. What the kernel does for a process after its end (a network namespace is taken down by a
thread of the kernel) is counted nowhere. Needs root.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_MOUNTS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))
_MEMORY_V1 = Path("/sys/fs/cgroup/memory")
_LOOK_S = 0.01
_LOOKS = 5
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""For every tool alike: two threads each make two graders at once take several times as long."""


@dataclass
class Cost:
    """What a command used.

    Attributes:
        returncode: of the command; None where it did not end in the time that it was given.
        cpu_s: CPU seconds, user and system, of every process.
        wall_s: wall seconds from start to end.
        begun_cpu_s, begun_wall_s: the same until `begun` first held; 0 where none was given.
        peak_pss_mib: the most memory of all processes together, shared pages counted once; 0 where it was not sampled.
        output: the end of what it printed.
        pss_mib: each look at the memory of all processes together.
        missed_looks: those at which the processes changed again and again; they count for nothing.
    """

    returncode: int | None
    cpu_s: float
    wall_s: float
    begun_cpu_s: float = 0.0
    begun_wall_s: float = 0.0
    peak_pss_mib: float = 0.0
    output: str = ""
    pss_mib: list[float] = field(default_factory=list)
    missed_looks: int = 0

    @property
    def rest_cpu_s(self) -> float:
        """CPU seconds after it had begun."""
        return self.cpu_s - self.begun_cpu_s

    @property
    def rest_wall_s(self) -> float:
        """Wall seconds after it had begun."""
        return self.wall_s - self.begun_wall_s


class Group:
    """A control group that counts CPU, and one that limits memory where that was asked for."""

    def __init__(self, memory_mib: int | None = None) -> None:
        mount = next((path for path in _MOUNTS if (path / "cgroup.controllers").exists()), None)
        if mount is None or not os.access(mount, os.W_OK):
            sys.exit(
                "benchmarks: CPU is counted by a control group v2, which needs root and /sys/fs/cgroup; run as root."
            )
        name = f"bench-{os.getpid()}-{time.monotonic_ns()}"
        self.folder = mount / name
        self.folder.mkdir()
        self.joined = [self.folder]
        self.sole = mount == _MOUNTS[0]
        if memory_mib is not None:
            self._limit(name, memory_mib)

    def _limit(self, name: str, memory_mib: int) -> None:
        if self.sole:
            with suppress(OSError):
                (self.folder.parent / "cgroup.subtree_control").write_text("+memory")
            (self.folder / "memory.max").write_text(str(memory_mib << 20))
            return
        folder = _MEMORY_V1 / name
        folder.mkdir()
        self.joined.append(folder)
        (folder / "memory.limit_in_bytes").write_text(str(memory_mib << 20))

    def wrap(self, command: list[str]) -> list[str]:
        """The command, started in the group.

        Where v2 is all there is, it also sees this group as the top, so that the groups which it makes are below it.
        """
        enter = "".join(f"echo $$ > {folder}/cgroup.procs && " for folder in self.joined)
        inner = 'exec "$@"'
        if self.sole:
            mount = 'umount /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec "$@"'
            inner = f"exec unshare -m -C sh -c '{mount}' sh \"$@\""
        return ["sh", "-c", enter + inner, "sh", *command]

    def cpu_s(self) -> float:
        """CPU seconds of all that ever ran in it."""
        return int((self.folder / "cpu.stat").read_text().split()[1]) / 1e6

    def pss_mib(self) -> float | None:
        """Memory of all that runs in it now, a shared page counted once.

        A look goes from process to process. What one that is forked or ends meanwhile shares with the others would be
        counted twice: such a look is taken again, a few times. None where the processes changed each time.
        """
        for _ in range(_LOOKS):
            before = set(self._processes())
            total_mib = sum(map(_pss_kib, before)) / 1024
            if before == set(self._processes()):
                return total_mib
        return None

    def _processes(self) -> Iterator[str]:
        for path in (self.folder, *self.folder.rglob("*")):
            if path.is_dir():
                with suppress(OSError):
                    yield from (path / "cgroup.procs").read_text().split()

    def end(self) -> None:
        """Kill what is left, and remove the groups."""
        (self.folder / "cgroup.kill").write_text("1")
        for folder in (*sorted(self.folder.rglob("*"), reverse=True), *self.joined[1:], self.folder):
            if folder.is_dir():
                _remove(folder)


def _pss_kib(pid: str) -> int:
    """A process's own memory and its share of what it shares; 0 if it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _remove(folder: Path) -> None:
    for _ in range(500):
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.01)
        else:
            return


def run_metered(
    command: list[str],
    cwd: Path,
    *,
    begun: Callable[[], bool] | None = None,
    give_up_s: float = 3600.0,
    memory_mib: int | None = None,
    sample_s: float | None = None,
    environment: Mapping[str, str] | None = None,
) -> Cost:
    """Run a command to its end and say what it used.

    Args:
        command: what to run.
        cwd: where.
        begun: asked again and again until it holds: where start-up ends.
        give_up_s: when everything is killed, wall seconds.
        memory_mib: for everything together; the kernel kills what goes beyond.
        sample_s: how often memory is looked at; not at all by default, since looking takes CPU of the machine.
        environment: more variables for it.
    """
    with _ended_group(memory_mib) as group:
        return _run(group, command, cwd, begun, give_up_s, sample_s, environment)


@contextmanager
def _ended_group(memory_mib: int | None) -> Iterator[Group]:
    """A group that is ended with this process too, by Ctrl-C or by SIGTERM."""

    def leave(*_: object) -> None:
        sys.exit(143)

    before = signal.signal(signal.SIGTERM, leave)
    group = Group(memory_mib)
    try:
        yield group
    finally:
        group.end()
        signal.signal(signal.SIGTERM, before)


def _run(
    group: Group,
    command: list[str],
    cwd: Path,
    begun: Callable[[], bool] | None,
    give_up_s: float,
    sample_s: float | None,
    environment: Mapping[str, str] | None,
) -> Cost:
    cost = Cost(None, 0.0, 0.0)
    started_s = time.monotonic()
    process = subprocess.Popen(
        group.wrap(command), cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, **ONE_THREAD, **(environment or {})}, start_new_session=True,
    )  # fmt: skip
    with _reading(process) as printed, _sampling(group, sample_s, cost):
        if begun is not None:
            while process.poll() is None and not begun():
                time.sleep(_LOOK_S)
            cost.begun_cpu_s, cost.begun_wall_s = group.cpu_s(), time.monotonic() - started_s
        with suppress(subprocess.TimeoutExpired):
            cost.returncode = process.wait(give_up_s - (time.monotonic() - started_s))
        cost.wall_s = time.monotonic() - started_s
        cost.cpu_s = group.cpu_s()
        if cost.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
        (group.folder / "cgroup.kill").write_text("1")  # a child that holds the pipe would keep us reading
        process.wait()
    cost.output = b"".join(printed).decode(errors="replace")[-4000:]
    return cost


@contextmanager
def _reading(process: subprocess.Popen[bytes]) -> Iterator[list[bytes]]:
    """What the process prints, read as it comes so that it never waits for us."""
    parts: list[bytes] = []

    def read() -> None:
        assert process.stdout is not None
        with process.stdout:
            while part := os.read(process.stdout.fileno(), 1 << 16):
                parts.append(part)
                del parts[:-64]

    thread = threading.Thread(target=read)
    thread.start()
    yield parts
    thread.join()


@contextmanager
def _sampling(group: Group, every_s: float | None, cost: Cost) -> Iterator[None]:
    if every_s is None:
        yield
        return
    done = threading.Event()

    def sample() -> None:
        while not done.wait(every_s):
            look = group.pss_mib()
            if look is None:
                cost.missed_looks += 1
            else:
                cost.pss_mib.append(look)

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        cost.peak_pss_mib = max(cost.pss_mib, default=0.0)
