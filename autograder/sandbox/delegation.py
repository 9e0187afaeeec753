"""Where in a hierarchy of control groups v2 a run may make its own.

Root makes them at the top. Anyone else, and root in a container that has a namespace of control groups, has what was
delegated to them: the group that this process is in, where systemd says so (`Delegate=yes`) or where it is the top of
the namespace and may be written. A group shares out memory among groups in it only while no process is in itself
(the kernel's "no internal processes"), so the processes there first move to a leaf, and back when the last run ends.
"""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

MOUNT: Final = Path("/sys/fs/cgroup")
PREFIX: Final = "autograder-"
LEAF: Final = f"{PREFIX}leaf"
_WANTED: Final = ("memory", "pids")
_SYSTEMD_WAIT_S: Final = 5.0
_ROUNDS: Final = 20  # of moving: a process may fork meanwhile


class Base:
    """A group under which runs make theirs.

    Attributes:
        folder: the group's.
        controllers: what it shares out, of memory and pids.
    """

    def __init__(self, folder: Path, *, delegated: bool) -> None:
        self.folder = folder
        self._delegated = delegated
        given = (folder / "cgroup.controllers").read_text().split()
        self.controllers = [kind for kind in _WANTED if kind in given]
        if not self.controllers:
            raise PermissionError(f"{folder}/cgroup.controllers names neither memory nor pids")

    def share_out(self, name: str) -> Path:
        """A new group of this name, with controllers for groups in it.

        Raises:
            OSError: it is not ours to make, or a process cannot be moved; everything is as before.
        """
        folder = self.folder / name
        with self._locked():
            try:
                if self._delegated:
                    self._vacate()
                self._enable(self.folder)
                folder.mkdir()
                self._enable(folder)
            except OSError:
                for undo in (folder.rmdir, self._give_back):
                    with contextlib.suppress(OSError):
                        undo()
                raise
        return folder

    def close(self) -> None:
        """After the run's own group is gone: the processes return, unless another run is still there."""
        with contextlib.suppress(OSError), self._locked():
            self._give_back()

    def _enable(self, folder: Path) -> None:
        enabled = (folder / "cgroup.subtree_control").read_text().split()
        missing = [f"+{kind}" for kind in self.controllers if kind not in enabled]
        if missing:
            (folder / "cgroup.subtree_control").write_text(" ".join(missing))

    def _vacate(self) -> None:
        """Move every process of the group to a leaf of it."""
        leaf = self.folder / LEAF
        leaf.mkdir(exist_ok=True)
        for _ in range(_ROUNDS):
            inside = _processes(self.folder)
            if not inside:
                return
            _check_owners(inside)
            _move(inside, leaf)
        raise OSError(errno.EBUSY, f"processes keep coming into {self.folder}")

    def _give_back(self) -> None:
        """Undo `_vacate` and what came with it, where no run needs it any more."""
        leaf = self.folder / LEAF
        runs = [path for path in self.folder.glob(f"{PREFIX}*") if path != leaf]
        if not self._delegated or runs or not leaf.is_dir():
            return
        enabled = (self.folder / "cgroup.subtree_control").read_text().split()
        ours = [f"-{kind}" for kind in _WANTED if kind in enabled]
        if ours:
            (self.folder / "cgroup.subtree_control").write_text(" ".join(ours))
        for _ in range(_ROUNDS):
            inside = _processes(leaf)
            if not inside:
                break
            _move(inside, self.folder)
        leaf.rmdir()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One run at a time opens or closes here."""
        import fcntl  # not on Windows, where this module is imported with what `check` needs

        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def find_base() -> Base | None:
    """Where this process may make groups; None where the hierarchy is not mounted.

    Raises:
        OSError: it may not; says why.
    """
    if not (MOUNT / "cgroup.controllers").exists():
        return None
    if not (MOUNT / "cgroup.type").exists() and os.access(MOUNT, os.W_OK):  # the top of all has no type
        return Base(MOUNT, delegated=False)
    own = _own_group()
    folder = own.parent if own.name == LEAF else own
    for path in (folder, folder / "cgroup.procs", folder / "cgroup.subtree_control"):
        if not os.access(path, os.W_OK):
            raise PermissionError(f"{folder} may not be written")
    if not (folder == MOUNT or _is_marked(folder)):
        raise PermissionError(f"{folder} is not delegated to this user")
    return Base(folder, delegated=True)


def _own_group() -> Path:
    """The group that this process is in, by its path under the mount."""
    lines = Path("/proc/self/cgroup").read_text().splitlines()
    name = next((line.removeprefix("0::") for line in lines if line.startswith("0::")), "")
    folder = MOUNT / name.strip("/")
    if not name or name.startswith("/..") or os.getpid() not in _processes(folder):
        raise PermissionError(f"the control group of this process ({name or 'none'}) is not under {MOUNT}")
    return folder


def _is_marked(folder: Path) -> bool:
    """Whether systemd leaves the group to its owner (Delegate=yes): the machine's marks it, a user's own tells."""
    for name in ("user.delegate", "trusted.delegate"):
        with contextlib.suppress(OSError):
            if os.getxattr(folder, name) == b"1":
                return True
    return f"user@{os.getuid()}.service" in folder.parts and _is_delegated_unit(folder.name)


def _is_delegated_unit(unit: str) -> bool:
    command = ["systemctl", "--user", "show", "--property=Delegate", "--value", "--", unit]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SYSTEMD_WAIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.strip() == "yes"


def _processes(folder: Path) -> list[int]:
    return [int(line) for line in (folder / "cgroup.procs").read_text().split()]


def _check_owners(pids: list[int]) -> None:
    """Only processes of this user's are moved."""
    for pid in pids:
        with contextlib.suppress(FileNotFoundError):  # it has ended
            if pid == 0 or Path(f"/proc/{pid}").stat().st_uid != os.geteuid():
                raise PermissionError(f"somebody else's process ({pid or 'not of this container'}) is in the group")


def _move(pids: list[int], folder: Path) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):  # it has ended
            (folder / "cgroup.procs").write_text(str(pid))
