"""A container made by hand: layers of folders as root, namespaces, Docker's rights, a small machine's limits.

Usage: python -m autograder.gradescope.container   (a Container, JSON, on standard input; needs root)

The exit status is the command's. What the command writes stays in the container's uppermost folder.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import signal
import stat
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from autograder.errors import GraderError
from autograder.gradescope.machine import Machine, MachineGroup, Usage
from autograder.gradescope.rights import check, docker_filter, take_dockers_rights

_NEW_NAMESPACES: Final = 0x00020000 | 0x20000000 | 0x08000000 | 0x04000000  # mount, pid, ipc, uts
_NEW_NETWORK: Final = 0x40000000
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
_PIVOT_ROOT: Final = {"x86_64": 155, "aarch64": 41}
_DETACH: Final = 2
_PR_SET_PDEATHSIG: Final = 1
_DEVICES: Final = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0)}
_READ_ONLY: Final = ("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs")  # as Docker has them
_MASKED: Final = ("/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug")
_LOOK_S: Final = 0.05

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Container:
    """What is to run, and in what.

    Attributes:
        layers: folders that make its root, the uppermost first; none of them is changed.
        upper: a folder for what is written, beside which there is room for overlayfs's own.
        command: its process 1.
        environment: the command's whole environment.
        profile: Docker's profile of system calls.
        network: whether it shares this machine's network; else it has none.
        shown: files and folders of this machine that it can read, by their path inside.
        groups: likewise its own control groups.
    """

    layers: tuple[str, ...]
    upper: str
    command: tuple[str, ...]
    environment: dict[str, str]
    profile: str
    network: bool = False
    shown: dict[str, str] | None = None
    groups: dict[str, str] | None = None


def run_container(container: Container, machine: Machine, log: Path) -> tuple[int, Usage]:
    """Run it to its end; its exit status and what it used. What it prints goes to `log`.

    Raises:
        GraderError: control groups cannot be made here.
        KeyboardInterrupt: everything in it has ended.
    """
    group = MachineGroup(machine)
    try:
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "autograder.gradescope.container", *map(str, group.joining)],
                stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
            try:
                assert process.stdin is not None
                process.stdin.write(json.dumps({**asdict(container), "groups": group.shown}).encode())
                process.stdin.close()
                while process.poll() is None:
                    group.look()
                    time.sleep(_LOOK_S)
            finally:
                process.kill()  # process 1 goes with it, and everything else with that
                process.wait()
        return process.returncode, group.usage()
    finally:
        group.remove()


# ---- inside


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    try:
        check(_libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()))
    except OSError as error:
        raise GraderError(f"{target} cannot be mounted for the container ({error.strerror}).") from None


def _enter(container: Container) -> None:
    """Process 1's way in, up to the rights."""
    root = f"{container.upper}.root"
    Path(root).mkdir(exist_ok=True)
    Path(f"{container.upper}.work").mkdir(exist_ok=True)
    _mount("none", "/", "none", _REC | _PRIVATE)
    layers = ":".join(container.layers)
    options = f"lowerdir={layers},upperdir={container.upper},workdir={container.upper}.work"
    _mount("overlay", root, "overlay", 0, options)
    for folder in ("proc", "sys", "dev", "etc", "tmp", ".outside"):
        Path(root, folder).mkdir(exist_ok=True)
    _mount("proc", f"{root}/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
    _mount("sysfs", f"{root}/sys", "sysfs", _NOSUID | _NODEV | _NOEXEC | _RDONLY)
    if container.groups:
        _mount("tmpfs", f"{root}/sys/fs/cgroup", "tmpfs", _NOSUID | _NODEV | _NOEXEC, "mode=755,size=64k")
        for source, inside in container.groups.items():
            _show(source, root + inside)
    _make_devices(f"{root}/dev")
    for source, inside in (container.shown or {}).items():
        _show(source, root + inside)
    for path in _READ_ONLY:
        if Path(root + path).exists():
            _mount(root + path, root + path, "none", _BIND | _REC)
            _mount("none", root + path, "none", _BIND | _REMOUNT | _RDONLY)
    for path in _MASKED:
        if Path(root + path).exists():
            _mount(f"{root}/dev/null", root + path, "none", _BIND)
    check(_libc.syscall(_PIVOT_ROOT[platform.machine()], root.encode(), f"{root}/.outside".encode()))
    os.chdir("/")
    check(_libc.umount2(b"/.outside", _DETACH))
    Path("/.outside").rmdir()
    check(_libc.sethostname(b"gradescope", 10))


def _make_devices(folder: str) -> None:
    _mount("tmpfs", folder, "tmpfs", _NOSUID | _NOEXEC, "mode=755,size=64k")
    for name, number in _DEVICES.items():
        os.mknod(f"{folder}/{name}", stat.S_IFCHR | 0o666, os.makedev(*number))
        Path(folder, name).chmod(0o666)
    for name, target in {"fd": "fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}.items():
        Path(folder, name).symlink_to(f"/proc/self/{target}")
    Path(folder, "shm").mkdir()
    Path(folder, "pts").mkdir()
    _mount("devpts", f"{folder}/pts", "devpts", _NOSUID | _NOEXEC, "newinstance,ptmxmode=0666,mode=0620")
    Path(folder, "ptmx").symlink_to("pts/ptmx")
    _mount("tmpfs", f"{folder}/shm", "tmpfs", _NOSUID | _NODEV | _NOEXEC, "mode=1777,size=64m")


def _show(source: str, target: str) -> None:
    """A file or folder of this machine's, read-only, at a path that nothing else needs."""
    place = Path(target)
    place.parent.mkdir(parents=True, exist_ok=True)
    if Path(source).is_dir():
        place.mkdir(exist_ok=True)
    elif not place.exists():
        place.unlink(missing_ok=True)  # a link to nowhere
        place.touch()
    _mount(source, target, "none", _BIND)
    _mount("none", target, "none", _BIND | _REMOUNT | _RDONLY)


def main() -> None:
    """Join the groups, make the namespaces, be process 1's parent."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    for path in sys.argv[1:]:
        Path(path).write_text("0", encoding="ascii")
    values = json.load(sys.stdin)
    container = Container(**{**values, "layers": tuple(values["layers"]), "command": tuple(values["command"])})
    check(_libc.unshare(_NEW_NAMESPACES | (0 if container.network else _NEW_NETWORK)))
    pid = os.fork()
    if pid == 0:
        try:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            system_calls = docker_filter(Path(container.profile))
            _enter(container)
            os.umask(0o022)
            null = os.open("/dev/null", os.O_RDONLY)
            os.dup2(null, 0)
            os.setsid()
            for number in (signal.SIGPIPE, signal.SIGXFSZ):  # which Python ignores
                signal.signal(number, signal.SIG_DFL)
            take_dockers_rights(system_calls)
            os.execvpe(container.command[0], list(container.command), container.environment)  # noqa: S606
        except (OSError, ValueError, GraderError) as error:
            print(f"container: {error}", file=sys.stderr, flush=True)
        os._exit(125)
    sys.exit(_exit_code(os.waitpid(pid, 0)[1]))


def _exit_code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    main()
