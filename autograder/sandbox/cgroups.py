"""Control groups for one use of the sandbox: memory, number of processes, CPU time; v1 or v2, whichever works here."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.sandbox.delegation import MOUNT as _MOUNT
from autograder.sandbox.delegation import PREFIX as _PREFIX
from autograder.sandbox.delegation import Base, find_base


@dataclass
class Cgroup:
    """The groups that one child of the zygote joins; made before it is forked, removed after it is gone."""

    folders: dict[str, Path]
    descriptors: list[int] = field(default_factory=list)
    _clock: int = -1
    """The file that counts CPU time, open: it is read many times a second."""

    def memory_killed(self) -> bool:
        """Whether the kernel ended a process of the group for its memory."""
        text = self._read_memory("memory.oom_control", "memory.events")
        return any(line.startswith("oom_kill ") and line != "oom_kill 0" for line in text.splitlines())

    def peak_memory_mib(self) -> float:
        """The most memory that the group held at once; 0 where the kernel does not say."""
        return int(self._read_memory("memory.max_usage_in_bytes", "memory.peak") or 0) / 2**20

    def _read_memory(self, *names: str) -> str:
        """The file that there is of those, each of a version; empty where memory is not counted, or not so."""
        folder = self.folders.get("memory")
        for name in names if folder is not None else ():
            with contextlib.suppress(FileNotFoundError):
                return read_small(f"{folder}/{name}")
        return ""

    def cpu_s(self) -> float | None:
        """CPU seconds that the group has used; None where the kernel does not say."""
        folder = self.folders.get("cpu")
        if folder is None:
            return None
        if self._clock < 0:
            v1 = folder / "cpuacct.usage"
            self._clock = os.open(v1 if v1.exists() else folder / "cpu.stat", os.O_RDONLY | os.O_CLOEXEC)
        text = os.pread(self._clock, 4096, 0)
        if text[:1].isdigit():
            return int(text) / 1e9
        found = re.search(rb"^usage_usec (\d+)", text, re.MULTILINE)
        return int(found[1]) / 1e6 if found else None

    def close(self) -> None:
        """Close the descriptors that the child was given."""
        for descriptor in self.descriptors:
            os.close(descriptor)
        self.descriptors.clear()

    def remove(self) -> None:
        """Remove the groups; the kernel may need a moment after the last process is gone."""
        self.close()
        if self._clock >= 0:
            os.close(self._clock)
            self._clock = -1
        for folder in set(self.folders.values()):
            _remove(folder)


class CgroupParent:
    """The group under which a run makes one for each use; gone when the run is.

    Attributes:
        name: its path under the mount of each hierarchy.
        version: 1 or 2; 0 where there is none.
        controllers: folders by what they limit or count: memory, pids, cpu.
        refusal: why there is none, where v2 is mounted.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.version = 0
        self.controllers: dict[str, Path] = {}
        self.refusal = ""
        self._base: Base | None = None
        _sweep(_MOUNT, _MOUNT / "memory", _MOUNT / "pids", _MOUNT / "cpuacct")
        if not self._open_v2():
            self._open_v1()

    @classmethod
    def existing(cls, name: str, version: int, kinds: Iterable[str]) -> CgroupParent:
        """The group that another process of this run made, for what it limits or counts.

        Where it is gone, no use can be made in it: less than what was in force at the start is never taken.
        """
        parent = cls.__new__(cls)
        parent.name = name
        parent.version = version
        parent.refusal = ""
        parent._base = None  # it is the other's to close
        folders = {
            "memory": _MOUNT / "memory" / name,
            "pids": _MOUNT / "pids" / name,
            "cpu": _MOUNT / "cpuacct" / name,
        }
        if version == 2:
            folders = dict.fromkeys(folders, _MOUNT / name)
        parent.controllers = {kind: folders[kind] for kind in kinds}
        return parent

    @property
    def is_there(self) -> bool:
        """Whether a use can be made in it."""
        return all(folder.is_dir() for folder in self.controllers.values())

    @property
    def layers(self) -> list[str]:
        """Names of what the groups can limit here."""
        limits = [kind for kind in ("memory", "pids") if kind in self.controllers]
        return [f"cgroup v{self.version} ({', '.join(limits)})"] if limits else []

    def _open_v1(self) -> None:
        for kind, mount in (("memory", "memory"), ("pids", "pids"), ("cpu", "cpuacct")):
            if (_MOUNT / mount / "cgroup.procs").exists():
                folder = _MOUNT / mount / self.name
                if _make(folder):
                    self.controllers[kind] = folder
                    self.version = 1

    def _open_v2(self) -> bool:
        try:
            base = find_base()
            if base is None:
                return False
            _sweep(base.folder)
            folder = base.share_out(self.name)
        except OSError as error:
            self.refusal = error.strerror or str(error)
            return False
        self._base = base
        self.name = str(folder.relative_to(_MOUNT))
        self.version = 2
        self.controllers = _v2_folders(folder)
        return True

    def create(self, number: str, memory_bytes: int, processes: int) -> Cgroup:
        """A group with limits in force, and open descriptors by which a child joins it."""
        cgroup = Cgroup({kind: folder / number for kind, folder in self.controllers.items()})
        for folder in dict.fromkeys(cgroup.folders.values()):
            folder.mkdir()
        of_memory = [("memory.max", memory_bytes), ("memory.swap.max", 0)]
        if self.version == 1:
            of_memory = [("memory.limit_in_bytes", memory_bytes), ("memory.memsw.limit_in_bytes", memory_bytes)]
        settings = {"memory": of_memory, "pids": [("pids.max", processes)]}
        for kind in settings.keys() & cgroup.folders.keys():
            for name, value in settings[kind]:
                _set(f"{cgroup.folders[kind]}/{name}", value)
        # By v1's `tasks` a process that has one thread moves itself without the lock over all forks and exits of the
        # machine, which takes the kernel ten milliseconds of waiting to get.
        door = "tasks" if self.version == 1 else "cgroup.procs"
        for folder in dict.fromkeys(cgroup.folders.values()):
            cgroup.descriptors.append(os.open(f"{folder}/{door}", os.O_WRONLY | os.O_CLOEXEC))
        return cgroup

    def remove(self) -> None:
        """Remove the parent and whatever a killed worker left under it."""
        for folder in set(self.controllers.values()):
            for child in folder.iterdir() if folder.is_dir() else ():
                if child.is_dir():
                    _remove(child)
            _remove(folder)
        if self._base is not None:
            self._base.close()


def _v2_folders(folder: Path) -> dict[str, Path]:
    """By what the one group of v2 shares out; CPU time is counted in every one."""
    if not folder.is_dir():
        return {}
    kinds = [*(folder / "cgroup.subtree_control").read_text().split(), "cpu"]
    return {kind: folder for kind in ("memory", "pids", "cpu") if kind in kinds}


def make_name() -> str:
    """A name for a run's groups and folder, by which a later run can tell whether this one is still there."""
    pid = os.getpid()
    return f"{_PREFIX}{pid}-{_started_ticks(pid)}-{os.urandom(4).hex()}"


def is_left_behind(name: str) -> bool:
    """Whether a group or folder of this name belongs to a run that ended without taking it along (kill -9)."""
    if not name.startswith(_PREFIX):
        return False
    pid, *rest = name.removeprefix(_PREFIX).split("-")
    if not pid.isdigit():
        return False
    started = _started_ticks(int(pid))
    # the number alone may by now be another process's; names of earlier versions hold no time
    return started != rest[0] if len(rest) == 2 else not started


def _started_ticks(pid: int) -> str:
    """When a process started, in clock ticks since the machine did; empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _sweep(*parents: Path) -> None:
    """Remove what runs that were killed left behind."""
    for mount in parents:
        for folder in mount.glob(f"{_PREFIX}*") if mount.is_dir() else ():
            if is_left_behind(folder.name):
                with contextlib.suppress(OSError):  # another run may sweep at the same time
                    for child in (*folder.iterdir(), folder):
                        if child.is_dir():
                            _remove(child)


def read_small(path: str) -> str:
    """A file of the kernel's of one page at most, in three calls: a file object takes eight, for each use anew."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 4096).decode()
    finally:
        os.close(descriptor)


def _set(path: str, value: int) -> None:
    """Write a limit where the kernel has it: one without swap has none of that."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        os.write(descriptor, str(value).encode())
    finally:
        os.close(descriptor)


def _make(folder: Path) -> bool:
    try:
        folder.mkdir()
    except OSError:
        return False
    return True


def _remove(folder: Path) -> None:
    for _ in range(100):
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.01)
        else:
            return
