"""The machine that Gradescope gives a submission, by control groups: memory, part of a core; and what was used."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.errors import GraderError

_MOUNT: Final = Path("/sys/fs/cgroup")
_PERIOD_US: Final = 100_000


@dataclass(frozen=True)
class Machine:
    """What there is to use. The defaults are Gradescope's."""

    memory_mib: int = 768
    cores: float = 0.5


@dataclass(frozen=True)
class Usage:
    """What was used.

    Attributes:
        peak_mib: the most memory of processes' own and shared, without what the kernel keeps of files and gives back.
        cpu_s: CPU seconds of all processes.
        wall_s: from the making of the group to its end.
        killed: how many processes the kernel ended for memory.
    """

    peak_mib: float
    cpu_s: float
    wall_s: float
    killed: int


class MachineGroup:
    """Control groups v1 or v2 for one container, made at once, to be joined by its first process.

    Raises:
        GraderError: they cannot be made here.
    """

    def __init__(self, machine: Machine) -> None:
        self._started_s = time.monotonic()
        self._peak_bytes = 0
        name = f"autograder-rehearsal-{os.getpid()}-{os.urandom(2).hex()}"
        self._v2 = (_MOUNT / "cgroup.controllers").exists()
        kinds = ("",) if self._v2 else ("memory", "cpu", "cpuacct")
        self._folders = {kind: (_MOUNT / kind / name).resolve() for kind in kinds}
        try:
            self._make(machine)
        except OSError as error:
            self.remove()
            raise GraderError(
                f"The rehearsal's control groups cannot be made ({error}); run it as root outside a container."
            ) from None

    def _make(self, machine: Machine) -> None:
        memory, quota = machine.memory_mib << 20, int(machine.cores * _PERIOD_US)
        if self._v2:
            (_MOUNT / "cgroup.subtree_control").write_text("+memory +cpu", encoding="ascii")
        for folder in self._folders.values():
            folder.mkdir(exist_ok=True)
        if self._v2:
            self._write("", "memory.max", memory)
            self._write("", "cpu.max", f"{quota} {_PERIOD_US}")
            self._write_if_there("", "memory.swap.max", 0)
        else:
            self._write("memory", "memory.limit_in_bytes", memory)
            self._write_if_there("memory", "memory.memsw.limit_in_bytes", memory)
            self._write("cpu", "cpu.cfs_period_us", _PERIOD_US)
            self._write("cpu", "cpu.cfs_quota_us", quota)

    @property
    def joining(self) -> list[Path]:
        """Files into which a process writes 0 to be in the groups."""
        return [folder / "cgroup.procs" for folder in dict.fromkeys(self._folders.values())]

    @property
    def shown(self) -> dict[str, str]:
        """The groups' folders, by where a container sees its own."""
        return {str(folder): str(_MOUNT / kind) for kind, folder in self._folders.items()}

    def _write(self, kind: str, name: str, value: object) -> None:
        (self._folders[kind] / name).write_text(str(value), encoding="ascii")

    def _write_if_there(self, kind: str, name: str, value: object) -> None:
        if (self._folders[kind] / name).exists():
            with contextlib.suppress(OSError):  # swap is not counted on this machine
                self._write(kind, name, value)

    def _table(self, kind: str, name: str) -> dict[str, int]:
        lines = (self._folders[kind] / name).read_text(encoding="ascii").splitlines()
        pairs = [line.split() for line in lines]
        return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}

    def look(self) -> None:
        """Note the memory in use; to be called often, since the kernel's own peak counts the files that it keeps."""
        if self._v2:
            table = self._table("", "memory.stat")
            used = table.get("anon", 0) + table.get("shmem", 0)
        else:
            table = self._table("memory", "memory.stat")
            used = table.get("total_rss", 0) + table.get("total_shmem", 0)
        self._peak_bytes = max(self._peak_bytes, used)

    def usage(self) -> Usage:
        """What was used until now."""
        if self._v2:
            cpu_s = self._table("", "cpu.stat").get("usage_usec", 0) / 1e6
            killed = self._table("", "memory.events").get("oom_kill", 0)
        else:
            cpu_s = int((self._folders["cpuacct"] / "cpuacct.usage").read_text()) / 1e9
            killed = self._table("memory", "memory.oom_control").get("oom_kill", 0)
        return Usage(self._peak_bytes / 2**20, cpu_s, time.monotonic() - self._started_s, killed)

    def remove(self) -> None:
        """Remove the groups; what was killed a moment ago may need another."""
        for folder in self._folders.values():
            for _ in range(100):
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.02)
                else:
                    break
