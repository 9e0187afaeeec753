"""Builds the sandbox's root from read-only binds, goes into it and starts the zygote there.

Usage: python -s -S -P _enter.py CONTROL_FD   (the configuration, JSON, on standard input)

The new root is a tmpfs that holds the interpreter, the installed packages, the shared libraries, four devices and
the runtime's own files, all read-only: what is not in it cannot be read by the student, whatever their rights.
As root it needs nothing else. A plain user first makes a user namespace, in which they are root over this alone, and a
pid namespace in it, since the zygote's children get pid namespaces of their own and come from there.
This file imports nothing but the standard library; it is run before any submission is near.
"""

import base64
import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT = 1, 2, 4, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH = 2
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID = 0x00020000, 0x10000000, 0x20000000
PR_SET_PDEATHSIG, SIGKILL = 1, 9

_libc = ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    """Raise OSError with `what` if a libc call failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount a file system; OSError names the target."""
    result = _libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode())
    check(result, f"mount {target}")


def bind(source: str, root: str) -> None:
    """Bind `source` to the same path under `root`, read-only for files and folders."""
    target = root + source
    if os.path.isdir(source):
        Path(target).mkdir(parents=True, exist_ok=True)
    else:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        if not os.path.exists(target):  # else it lies in a folder that is bound already, and read-only
            Path(target).touch()
    device = MS_NODEV if not source.startswith("/dev/") else 0
    mount(source, target, "none", MS_BIND)
    mount("none", target, "none", MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | device)


def build_root(config: dict[Any, Any]) -> str:
    """Mount the new root and everything in it; returns its path."""
    root = str(config["mount_point"])
    mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,nr_inodes=4k,mode=755")
    # For the zygote's own warm-up (torch wants a temporary folder); each child mounts its own over it.
    Path(root + "/tmp").mkdir()  # noqa: S108
    mount("tmpfs", root + "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=16m,nr_inodes=1k,mode=1777")  # noqa: S108
    for link, target in config["links"].items():
        Path(root + link).parent.mkdir(parents=True, exist_ok=True)
        os.symlink(target, root + link)
    for path in config["binds"]:
        bind(path, root)
    for folder in ("/tmp", "/submission", "/proc", "/dev/shm", "/etc", "/runtime"):  # noqa: S108  mount points
        Path(root + folder).mkdir(parents=True, exist_ok=True)
    for name, text in config["files"].items():
        path = Path(root + name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
    Path(root + "/runtime/seccomp.bpf").write_bytes(base64.b64decode(config["seccomp"]))
    for name in ("stdin", "stdout", "stderr"):
        os.symlink(f"/proc/self/fd/{('stdin', 'stdout', 'stderr').index(name)}", f"{root}/dev/{name}")
    # A proc that the children's own mounts replace; the zygote needs one to name its pid namespace.
    mount("proc", root + "/proc", "proc", MS_NOSUID | MS_NODEV)
    return root


def enter(root: str) -> None:
    """Make `root` the root of this mount namespace and let go of the old one."""
    os.chdir(root)
    check(_libc.pivot_root(b".", b"."), "pivot_root")
    check(_libc.umount2(b".", MNT_DETACH), "umount old root")
    os.chdir("/")
    mount("none", "/", "none", MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)


def become_root_of_a_namespace() -> None:
    """As a plain user: a user and a pid namespace; what follows runs as root there, and dies with this process."""
    uid, gid = os.geteuid(), os.getegid()
    check(_libc.unshare(CLONE_NEWUSER | CLONE_NEWPID), "unshare user namespace")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    pid = os.fork()
    if pid:
        _, status = os.waitpid(pid, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    _libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)


def main() -> None:
    """Enter the root and become the zygote."""
    control_fd = int(sys.argv[1])
    config = json.load(sys.stdin)
    _libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    os.umask(0o022)
    if os.geteuid() != 0:
        become_root_of_a_namespace()
    check(_libc.unshare(CLONE_NEWNS), "unshare mount namespace")
    mount("none", "/", "none", MS_REC | MS_PRIVATE)
    enter(build_root(config))
    os.set_inheritable(control_fd, True)
    argv = [config["python"], "-s", "-S", "-P", "/runtime/_zygote.py", str(control_fd)]
    os.execve(config["python"], argv, config["environment"])  # noqa: S606  it becomes the zygote


if __name__ == "__main__":
    main()
