"""Other machines than this one, made from it: their rights, their system calls, their mounts. Needs root.

Usage: python machines.py KIND COMMAND...

    root                          as it is
    plain-user                    uid 65534 without any right, shown the interpreter where that lies in root's folder
    no-user-namespaces            the same, and the kernel refuses user namespaces, as Ubuntu 24.04 does
    plain-container               root with Docker's published default capabilities and system calls
    plain-container-no-landlock   the same with a profile that does not know Landlock, as Docker's was before
    delegated-user                the plain user, in a control group that systemd would have left to them (Delegate=yes)
    undelegated-user              the same without systemd's mark
    container-with-cgroups        the plain container, with a writable /sys/fs/cgroup and a namespace of control groups

The last three need control groups v2 that share out memory; they fail where the command leaves anything in its group.

Docker's profile is read from the file that DOCKER_PROFILE names; tests/fetch_docker_profile.sh gets it from Debian's
package of Docker's source.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autograder.gradescope.rights import ALLOW, ERRNO, Filter, check, docker_filter, take_dockers_rights

CGROUPS = Path("/sys/fs/cgroup")
GROUPED = ("delegated-user", "undelegated-user", "container-with-cgroups")
KINDS = ("root", "plain-user", "no-user-namespaces", "plain-container", "plain-container-no-landlock", *GROUPED)
PROFILE = Path(os.environ.get("DOCKER_PROFILE") or Path(__file__).parent.parent / "build" / "docker" / "default.json")
NOBODY = 65534
SLOWNESS = float(os.environ.get("TEST_SLOWNESS", "1"))
MACHINE = "TEST_MACHINE"
"""The variable by which a test file that is run again knows where it is."""
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWCGROUP = 0x00020000, 0x10000000, 0x02000000
LANDLOCK = {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"}

_libc = ctypes.CDLL(None, use_errno=True)


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount, or change a mount."""
    check(_libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()))


def become_container(without: set[str], *, cgroups: bool = False) -> None:
    """Root as Docker leaves it; with `cgroups` those may be written, as Docker does not allow by default."""
    check(_libc.unshare(CLONE_NEWNS))
    mount("none", "/", "none", MS_REC | MS_PRIVATE)
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        point = line.split()[4]
        if point.startswith("/sys/fs/cgroup") and not cgroups:
            mount("none", point, "none", MS_REMOUNT | MS_BIND | MS_RDONLY)
    take_dockers_rights(docker_filter(PROFILE, without))


def become_plain_user() -> None:
    """Nobody; the interpreter is shown to everyone in a mount namespace of this command's alone."""
    check(_libc.unshare(CLONE_NEWNS))
    mount("none", "/", "none", MS_REC | MS_PRIVATE)
    prefix = os.path.realpath(sys.base_prefix)
    if prefix.startswith("/root/"):
        keep = tempfile.mkdtemp()
        mount(prefix, keep, "none", MS_BIND)
        mount("tmpfs", "/root", "tmpfs", 0, "mode=755")
        Path(prefix).mkdir(parents=True)
        mount(keep, prefix, "none", MS_BIND)
        check(_libc.umount2(keep.encode(), 2))
        Path(keep).rmdir()
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    os.environ["HOME"] = tempfile.gettempdir()


def has_groups() -> bool:
    """Whether control groups v2 share out memory here, and this process may make some."""
    path = CGROUPS / "cgroup.controllers"
    return os.geteuid() == 0 and path.exists() and "memory" in path.read_text().split()


def make_group(owner: int, *, marked: bool) -> Path:
    """A control group that is its owner's to divide."""
    (CGROUPS / "cgroup.subtree_control").write_text("+memory +pids")
    group = CGROUPS / f"machine-{os.getpid()}"
    group.mkdir()
    for path in (group, *(group / name for name in ("cgroup.procs", "cgroup.threads", "cgroup.subtree_control"))):
        os.chown(path, owner, owner)
    if marked:
        os.setxattr(group, "user.delegate", b"1")
    return group


def remove_group(group: Path) -> None:
    """Remove it; OSError where whatever ran in it left a group of its own, or a process."""
    assert (group / "cgroup.subtree_control").read_text().split() == []
    for _ in range(100):  # what was killed a moment ago may still be on its way out
        with contextlib.suppress(OSError):
            group.rmdir()
            return
        time.sleep(0.02)
    group.rmdir()


def show_group_alone() -> None:
    """A namespace of control groups, whose top is this process's own group."""
    check(_libc.unshare(CLONE_NEWNS | CLONE_NEWCGROUP))
    mount("none", "/", "none", MS_REC | MS_PRIVATE)
    check(_libc.umount2(str(CGROUPS).encode(), 2))
    mount("none", str(CGROUPS), "cgroup2", 0)


def run_in_group(kind: str, command: list[str]) -> int:
    """The command on a machine that has control groups; its exit status, once nothing of it is left."""
    group = make_group(NOBODY if kind.endswith("user") else 0, marked=kind == "delegated-user")
    pid = os.fork()
    if pid == 0:
        (group / "cgroup.procs").write_text("0")
        if kind.endswith("user"):
            become_plain_user()
        else:
            show_group_alone()
            become_container(set(), cgroups=True)
        os.execvp(command[0], command)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    remove_group(group)
    return status


def deny_user_namespaces() -> None:
    """Calls unshare and clone of a user namespace fail with EPERM, as under Ubuntu's AppArmor restriction."""
    check(_libc.prctl(38, 1, 0, 0, 0))
    denying = Filter(ALLOW)
    denying.add(ERRNO | 1, "unshare", [(0, 7, CLONE_NEWUSER, CLONE_NEWUSER)])
    denying.add(ERRNO | 1, "clone", [(0, 7, CLONE_NEWUSER, CLONE_NEWUSER)])
    denying.add(ERRNO | 38, "clone3", [])
    denying.load()


def on(kind: str, command: list[str]) -> list[str]:
    """The command on a machine of that kind."""
    return [sys.executable, __file__, kind, *command]


def run_here(kind: str, test_file: str, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a test file again, on a machine of that kind."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--override-ini", "addopts="]
    return subprocess.run(
        on(kind, [*command, *options, test_file]),
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", MACHINE: kind, **_passed_on(), **variables},
        cwd=Path(test_file).parent, capture_output=True, text=True, timeout=900 * SLOWNESS, check=False,
    )  # fmt: skip


def _passed_on() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PYTHONPATH", "TEST_SLOWNESS") if name in os.environ}


def main() -> None:
    """Become a machine of that kind and run the command."""
    kind, *command = sys.argv[1:]
    if kind not in KINDS or not command:
        raise SystemExit(__doc__)
    if kind in GROUPED:
        raise SystemExit(run_in_group(kind, command))
    if kind.startswith("plain-container"):
        become_container(LANDLOCK if kind.endswith("no-landlock") else set())
    elif kind != "root":
        become_plain_user()
        if kind == "no-user-namespaces":
            deny_user_namespaces()
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
