"""The trusted end of the fork server in `_zygote.py`: starts it, asks it for processes, ends them."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import select
import signal
import socket
import subprocess
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from autograder.errors import GraderError
from autograder.limits import Limits
from autograder.sandbox.cgroups import Cgroup, CgroupParent, read_small
from autograder.sandbox.devices import Grant
from autograder.stopwatch import Stopwatch

_START_WAIT_S: Final = 120.0
_SPAWN_WAIT_S: Final = 30.0
_REAP_WAIT_S: Final = 20.0
_LOOK_S: Final = 0.5
_CUDA_MIB: Final = 3072
_CUDA_THREADS: Final = 16
_RUN_CPU_S: Final = 24 * 3600  # RLIMIT_CPU of a whole use; the tests' own limits are watched from outside

_NUMBERS: Final = itertools.count()  # of the uses that this process asked for

HERE: Final = Path(__file__).parent
RUNTIME: Final = {
    "zygote": HERE / "_zygote.py",
    "at_fork": HERE.parent / "at_fork.py",
    "confine": HERE / "_confine.py",
    "folders": HERE / "_folders.py",
    "pages": HERE / "_pages.py",
    "rehearsal": HERE / "_rehearsal.py",
    "student_side": HERE.parent / "proxy" / "_student_side.py",
    "stand_ins": HERE.parent / "proxy" / "_stand_ins.py",
    "tolerance": HERE.parent / "proxy" / "_tolerance.py",  # _student_side.py finds these two beside itself
    "salvage": HERE.parent / "proxy" / "_salvage.py",
}
"""The files that run on the student's side; they import nothing of this package's."""

ENVIRONMENT: Final = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "USER": "student",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
    "MPLBACKEND": "Agg",
    # none but who is granted one: neither the grader's own processes nor a test that does not need a GPU
    "CUDA_VISIBLE_DEVICES": "",
    "CUDA_CACHE_DISABLE": "1",
    # one thread each, set before anything is imported: a child of a used multi-threaded BLAS hangs
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # huge pages for the heap, where the machine has them: forking a warm process is then several times cheaper
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}


def runtime_paths() -> dict[str, str]:
    """Where a zygote that sees this machine's files finds its neighbours."""
    return {name: str(path) for name, path in RUNTIME.items()}


def import_path() -> list[str]:
    """Where the student's interpreter finds modules: the standard library and the installed packages."""
    standard = sysconfig.get_path("stdlib")
    dynamic = sysconfig.get_config_var("DESTSHARED") or f"{standard}/lib-dynload"
    return list(dict.fromkeys([standard, dynamic, sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]))


@dataclass(frozen=True)
class ZygoteAddress:
    """How another process of ours reaches a zygote: an inherited descriptor and the name of the run's cgroup."""

    control_fd: int
    cgroup_name: str
    backend: str

    @property
    def isolated(self) -> bool:
        """Whether its processes are confined."""
        return self.backend != "none"


@dataclass
class Exit:
    """How a process ended: the wait status, and what it used."""

    status: int
    cpu_s: float
    max_rss_mib: float
    over: str = ""
    """What it was killed for by the fork server's watch: memory, disk, or nothing."""

    @property
    def reason(self) -> str:
        """One phrase for the TA."""
        if os.WIFSIGNALED(self.status):
            number = os.WTERMSIG(self.status)
            return f"ended by {signal.Signals(number).name if number in set(signal.Signals) else number}"
        return f"exited with status {os.waitstatus_to_exitcode(self.status)}"


@dataclass
class StudentProcess:
    """One use: a confined process, its wire, its output, and the means to end it."""

    pid: int
    pidfd: int
    wire: socket.socket
    output_fd: int
    reply: socket.socket
    layers: tuple[str, ...]
    cgroup: Cgroup | None
    isolated: bool
    exit: Exit | None = field(default=None)
    memory_killed: bool = False
    fault: str = ""
    """Why the end of this process says nothing about the student: the fork server was lost."""
    peak_memory_mib: float = 0.0

    @property
    def over_disk(self) -> bool:
        """Whether it was ended for what it wrote to its folder."""
        return self.exit is not None and self.exit.over == "disk"

    @property
    def was_killed(self) -> bool:
        """Whether it ended by SIGKILL."""
        return self.exit is not None and os.WIFSIGNALED(self.exit.status) and os.WTERMSIG(self.exit.status) == 9

    @property
    def exit_reason(self) -> str:
        """How it ended, one phrase for the TA; empty while it runs."""
        return self.exit.reason if self.exit is not None else ""

    def has_ended(self, wait_s: float) -> bool:
        """Whether it ends by itself within so many seconds."""
        poller = select.poll()
        poller.register(self.pidfd, select.POLLIN)
        return bool(poller.poll(wait_s * 1000))

    def cpu_s(self) -> float:
        """CPU seconds used so far, by every process of the use where the kernel can tell."""
        if self.exit is not None:
            return self.exit.cpu_s
        used = self.cgroup.cpu_s() if self.cgroup is not None else None
        if used is not None:
            return used
        try:
            text = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return 0.0
        fields = text.rpartition(")")[2].split()
        return sum(int(value) for value in fields[11:15]) / os.sysconf("SC_CLK_TCK")

    def end(self) -> Exit:
        """Kill the whole tree, reap it, remove its cgroups. Safe to call again."""
        if self.exit is not None:
            return self.exit
        with contextlib.suppress(ProcessLookupError):
            if not self.isolated and self.pid > 0:
                os.killpg(self.pid, signal.SIGKILL)  # it made itself a session's leader
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        try:
            self.exit = self._await_exit()
        except GraderError as error:
            # The fork server is gone, and by its parent-death signal the child with it: nobody's exit but ours.
            self.fault = str(error)
            self.exit = Exit(signal.SIGKILL, 0.0, 0.0)
        if self.cgroup is not None:
            with contextlib.suppress(OSError):  # a group that is gone has nothing to say
                self.memory_killed = self.cgroup.memory_killed()
                self.peak_memory_mib = self.cgroup.peak_memory_mib()
            self.cgroup.remove()
        self.memory_killed = self.memory_killed or self.exit.over == "memory"
        self.peak_memory_mib = self.peak_memory_mib or self.exit.max_rss_mib
        self.wire.close()
        self.reply.close()
        os.close(self.output_fd)
        os.close(self.pidfd)
        return self.exit

    def _await_exit(self) -> Exit:
        stopwatch = Stopwatch()
        while True:
            message, _ = _receive(self.reply, stopwatch, _REAP_WAIT_S, "to reap a process")
            if "status" in message:
                return Exit(message["status"], message["cpu_s"], message["max_rss_kib"] / 1024, message["over"])


class ZygoteClient:
    """Asks a zygote for processes; any process of ours that inherited the control socket can have one."""

    def __init__(self, address: ZygoteAddress, cgroups: CgroupParent | None, grant: Grant | None = None) -> None:
        self.address = address
        self.cgroups = cgroups
        self.grant = grant

    def spawn(self, limits: Limits) -> StudentProcess:
        """A fresh process, confined and ready to serve its wire.

        Raises:
            GraderError: the zygote is gone, or a layer could not be put in force: the machine's fault.
        """
        if self.grant is not None:
            limits = _with_cuda(limits)
        reply, reply_theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        wire, wire_theirs = socket.socketpair()
        # a socket, for a pipe could be opened for reading by its /proc/self/fd, and emptied before us
        output, output_theirs = socket.socketpair()
        output.setblocking(False)
        cgroup = self._make_cgroup(limits)
        descriptors = [reply_theirs.fileno(), wire_theirs.fileno(), output_theirs.fileno()]
        try:
            self._request(limits, descriptors + (cgroup.descriptors if cgroup else []))
            reply_theirs.close()
            pid, pidfd, layers = _await_ready(reply)
        except GraderError:
            for end in (reply, wire, output):
                end.close()
            if cgroup:
                cgroup.remove()
            raise
        finally:
            reply_theirs.close()
            wire_theirs.close()
            output_theirs.close()
            if cgroup:
                cgroup.close()
        return StudentProcess(pid, pidfd, wire, output.detach(), reply, layers, cgroup, self.address.isolated)

    def _make_cgroup(self, limits: Limits) -> Cgroup | None:
        if self.cgroups is None or not self.cgroups.controllers:
            return None
        number = f"{os.getpid()}-{next(_NUMBERS)}"
        try:
            return self.cgroups.create(number, limits.memory_mib << 20, limits.processes)
        except OSError as error:
            raise GraderError(f"A control group could not be made ({error}); look at /sys/fs/cgroup.") from None

    def _request(self, limits: Limits, descriptors: list[int]) -> None:
        numbers: dict[str, Any] = {
            "memory_bytes": limits.memory_mib << 20,
            "disk_bytes": limits.disk_mib << 20,
            # RLIMIT_FSIZE counts what is written to a memfd too; the folders' own size keeps the disk
            "file_bytes": max(limits.disk_mib, limits.message_mib if self.address.backend == "namespaces" else 0) << 20,
            "processes": limits.processes,
            "cpu_s": _RUN_CPU_S,
        }
        if self.grant is not None:
            numbers |= {"devices": self.grant.places, "visible": self.grant.visible}
        control = socket.socket(fileno=os.dup(self.address.control_fd))
        try:
            socket.send_fds(control, [json.dumps(numbers).encode()], descriptors, socket.MSG_NOSIGNAL)
        except OSError as error:
            raise GraderError(f"The sandbox's fork server is gone ({error.strerror}); run the command again.") from None
        finally:
            control.close()


def _with_cuda(limits: Limits) -> Limits:
    """Limits with room for what CUDA itself holds and runs on the processor's side."""
    return limits.model_copy(
        update={"memory_mib": limits.memory_mib + _CUDA_MIB, "processes": limits.processes + _CUDA_THREADS}
    )


def _await_ready(reply: socket.socket) -> tuple[int, int, tuple[str, ...]]:
    """The child's pid, pidfd and layers; the zygote's word and the child's may come in either order."""
    stopwatch = Stopwatch()
    pid = pidfd = -1
    layers: tuple[str, ...] | None = None
    while pid < 0 or layers is None:
        try:
            message, descriptors = _receive(reply, stopwatch, _SPAWN_WAIT_S, "for a sandbox")
        except GraderError:
            _kill(pidfd)
            raise
        if "pid" in message:
            pidfd = descriptors[0]
            pid = _pid_here(pidfd)
        elif "ready" in message:
            layers = tuple(message["ready"])
        else:
            _kill(pidfd)
            reason = message.get("fault", "it ended before it was ready")
            raise GraderError(f"A sandbox could not be started: {reason}; run `autograder grade` again.")
    return pid, pidfd, layers


def _pid_here(pidfd: int) -> int:
    """The process's pid in this pid namespace: the zygote's may be another. 0 if it is gone."""
    for line in read_small(f"/proc/self/fdinfo/{pidfd}").splitlines():
        if line.startswith("Pid:"):
            return max(0, int(line.split()[1]))
    return 0


def _kill(pidfd: int) -> None:
    if pidfd >= 0:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        os.close(pidfd)


def _receive(
    reply: socket.socket, stopwatch: Stopwatch, patience_s: float, purpose: str
) -> tuple[dict[str, Any], list[int]]:
    poller = select.poll()
    poller.register(reply, select.POLLIN)
    while not poller.poll(_LOOK_S * 1000):
        if stopwatch.look() > patience_s:
            raise GraderError(f"Waited too long {purpose}; the machine is overloaded or the fork server hangs.")
    try:
        data, descriptors, _, _ = socket.recv_fds(reply, 4096, 2)
    except OSError as error:
        raise GraderError(f"The sandbox's fork server is gone ({error.strerror}).") from None
    if not data:
        raise GraderError("The sandbox's fork server is gone; run the command again.")
    message: dict[str, Any] = json.loads(data)
    return message, descriptors


class Zygote:
    """A running fork server, owned by the process that started it.

    Args:
        name: the backend's name.
        command: what to run; the control descriptor's number is appended.
        stdin: what it reads on standard input.
        environment: its whole environment.
        cgroups: the run's control groups, where the children are confined; else None.
        remove_files: what lies on the disk for it goes with it.
    """

    def __init__(
        self,
        name: str,
        command: list[str],
        stdin: str,
        environment: dict[str, str],
        cgroups: CgroupParent | None,
        remove_files: Callable[[], None],
    ) -> None:
        self.name = name
        self.layers: tuple[str, ...] = ()
        self.passed_over = ""
        """Why a stronger backend was not taken; empty where there is none."""
        self.uids = range(0)
        """Who its children run as, where each use has a uid of its own that is nobody's."""
        self.cgroups = cgroups
        self.remove_files = remove_files
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.process = subprocess.Popen(
            [*command, str(theirs.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
            env=environment,
            cwd="/",
            start_new_session=True,
        )
        theirs.close()
        try:
            assert self.process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.write(stdin.encode())
                self.process.stdin.close()
            self._await_warm()
        except BaseException:
            self.close()
            raise

    def _await_warm(self) -> None:
        poller = select.poll()
        poller.register(self.control, select.POLLIN)
        if poller.poll(_START_WAIT_S * 1000) and self.control.recv(4096):
            return
        self.process.kill()
        assert self.process.stderr is not None
        errors = self.process.stderr.read()
        self.close()
        lines = errors.decode(errors="replace").strip().splitlines()
        reason = lines[-1] if lines else "it said nothing"
        raise GraderError(f"The sandbox {self.name!r} could not be started here: {reason}.")

    def address(self) -> ZygoteAddress:
        """What another process of ours needs to ask for a use."""
        return ZygoteAddress(self.control.fileno(), self.cgroups.name if self.cgroups else "", self.name)

    def client(self, grant: Grant | None = None) -> ZygoteClient:
        """A client in this process, of whose uses each has the devices of the grant."""
        return ZygoteClient(self.address(), self.cgroups, grant)

    @property
    def is_alive(self) -> bool:
        """Whether the server is there to be asked, and the groups for its children too."""
        return self.process.poll() is None and (self.cgroups is None or self.cgroups.is_there)

    def try_once(self) -> None:
        """One use, to see that every layer holds and to name them; GraderError if one does not."""
        process = self.client().spawn(Limits())
        self.layers = (*process.layers, *(self.cgroups.layers if self.cgroups else ()))
        process.end()

    def close(self) -> None:
        """End the server and with it every child; remove its cgroups and its files. Safe to call again."""
        self.control.close()
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stderr):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):  # what was not read of a configuration
                    stream.close()
        if self.cgroups is not None:
            self.cgroups.remove()
        with contextlib.suppress(OSError):
            self.remove_files()
