"""NVIDIA's GPUs on this machine, found and lent without starting CUDA.

A process that has started CUDA cannot be forked, and the grader lives by forks: so nothing here, and nothing else on
our side, does more than open a device's file. Whoever holds a device holds an exclusive lock on that file: one
submission at a time, among the workers of a run and among all runs and users of the machine; it ends with its holder.
"""

from __future__ import annotations

import contextlib
import math
import os
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.errors import GraderError

with contextlib.suppress(ImportError):  # Windows has none; nothing is graded there
    import fcntl

VARIABLE: Final = "CUDA_VISIBLE_DEVICES"
DEVICES: Final = Path("/dev")
DRIVER: Final = Path("/proc/driver/nvidia/gpus")
_SHARED: Final = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-caps/nvidia-cap*")
"""Files that every user of a GPU opens; they give no device by themselves."""
_HIDDEN: Final = ("", "-1", "NoDevFiles", "void", "none")
_LOOK_S: Final = 0.2


@dataclass(frozen=True)
class Device:
    """What can be lent by itself: a GPU, or several that cannot be told apart.

    Attributes:
        name: what CUDA_VISIBLE_DEVICES is set to for it; empty where that is left unset.
        nodes: its device files.
        count: how many GPUs it is.
    """

    name: str
    nodes: tuple[str, ...]
    count: int = 1


@dataclass(frozen=True)
class Found:
    """The devices that this process may use.

    Attributes:
        devices: those that can be lent.
        shared: files that go along with any of them.
        reason: why there is none, for a TA; empty where there is one.
    """

    devices: tuple[Device, ...] = ()
    shared: tuple[str, ...] = ()
    reason: str = ""

    @property
    def count(self) -> int:
        """How many GPUs there are in all."""
        return sum(device.count for device in self.devices)


@dataclass(frozen=True)
class Grant:
    """Devices that are held for one use.

    Attributes:
        places: which of `Found.devices` they are.
        visible: what CUDA_VISIBLE_DEVICES is for whoever has them; empty: it is not set.
        count: how many GPUs.
    """

    places: tuple[int, ...]
    visible: str
    count: int


def find_devices(environment: Mapping[str, str] = os.environ, devices: Path = DEVICES, driver: Path = DRIVER) -> Found:
    """Look for GPUs: device files that open, as far as CUDA_VISIBLE_DEVICES grants them.

    Its entries are taken as they are (a scheduler writes numbers, UUIDs or MIG names). An entry whose device file the
    driver's table tells is lent by itself; if one cannot be told, all of them are lent together.

    Args:
        environment: of the grader.
        devices: where device files lie.
        driver: the driver's table, a folder for each GPU.
    """
    granted = environment.get(VARIABLE)
    if granted is not None and granted.strip() in _HIDDEN:
        return Found(reason=f"{VARIABLE} is {granted!r}, which hides every GPU")
    nodes, refusals = _open_nodes(devices)
    if not nodes:
        said = f"{VARIABLE} grants {granted!r}, but " if granted is not None else ""
        return Found(reason=said + (refusals[0] if refusals else f"there is no {devices}/nvidia0"))
    shared = tuple(str(path) for pattern in _SHARED for path in sorted(devices.glob(pattern)) if _is_device(path))
    table = [(uuid, node) for uuid, node in _read_table(driver, devices) if node in nodes]
    wanted = None if granted is None else [entry.strip() for entry in granted.split(",") if entry.strip()]
    return Found(_tell_apart(nodes, table, wanted, granted or ""), shared)


def _tell_apart(
    nodes: list[str], table: list[tuple[str, str]], wanted: list[str] | None, granted: str
) -> tuple[Device, ...]:
    """A device for each entry, or one for all where an entry's file cannot be told."""
    if wanted is None and len(table) == len(nodes):
        return tuple(Device(uuid, (node,)) for uuid, node in table)
    if wanted is not None:
        told = [_resolve(entry, table) for entry in wanted]
        if all(told) and len(set(told)) == len(told):
            return tuple(device for device in told if device is not None)
    return (Device(granted, tuple(nodes), len(wanted) if wanted is not None else len(nodes)),)


def _resolve(entry: str, table: list[tuple[str, str]]) -> Device | None:
    """The device of an entry: a number in the order of the bus, or a UUID or the beginning of one."""
    if entry.isdecimal():
        found = table[int(entry) : int(entry) + 1]
    else:
        found = [row for row in table if row[0].startswith(entry)]
    return Device(found[0][0], (found[0][1],)) if len(found) == 1 else None


def _open_nodes(devices: Path) -> tuple[list[str], list[str]]:
    """The GPUs' device files that open, and a sentence for each of the others."""
    nodes, refusals = [], []
    for path in sorted(devices.glob("nvidia[0-9]*"), key=lambda path: (len(path.name), path.name)):
        try:
            if not _is_device(path):
                raise OSError(0, "it is not a device")
            os.close(os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK))
        except OSError as error:  # a control group or the permissions keep it, or no driver stands behind it
            refusals.append(f"{path} cannot be opened ({error.strerror})")
        else:
            nodes.append(str(path))
    return nodes, refusals


def _is_device(path: Path) -> bool:
    return stat.S_ISCHR(path.stat().st_mode)


def _read_table(driver: Path, devices: Path) -> list[tuple[str, str]]:
    """UUID and device file of each GPU, in the order of the bus; empty where the driver tells nothing."""
    table = []
    for path in sorted(driver.glob("*/information")):
        with contextlib.suppress(OSError):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            facts = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            if facts.get("GPU UUID", "").startswith("GPU-") and facts.get("Device Minor", "").isdecimal():
                table.append((facts["GPU UUID"], f"{devices}/nvidia{facts['Device Minor']}"))
    return table


def describe_devices(found: Found | None) -> dict[str, object]:
    """The devices in the words of a fork server's configuration."""
    if found is None:
        return {}
    return {"devices": [device.nodes for device in found.devices], "shared_nodes": found.shared}


@contextlib.contextmanager
def hold_devices(found: Found, count: int, until_s: float = math.inf) -> Iterator[Grant]:
    """Wait for so many GPUs and hold them; nobody else on this machine has them meanwhile.

    Args:
        found: the devices to choose from.
        count: how many are needed.
        until_s: when to give up, by `time.monotonic()`.

    Raises:
        GraderError: there are not so many, they cannot be opened any more, or `until_s` came.
    """
    if count > found.count:
        raise GraderError(f"{count} GPUs are needed, and {found.count} are here.")
    while True:
        locks: list[int] = []
        try:
            places = _lock_some(found.devices, count, locks)
            if places:
                yield _grant(found, places)
                return
        finally:
            for lock in locks:
                os.close(lock)
        if time.monotonic() >= until_s:
            raise GraderError(f"{count} of {found.count} GPUs did not become free in time.")
        time.sleep(_LOOK_S)


def _lock_some(devices: Sequence[Device], count: int, locks: list[int]) -> tuple[int, ...]:
    """The places of devices that are locked now, the locks added; empty where too few are free."""
    places: list[int] = []
    for place, device in enumerate(devices):
        if sum(devices[held].count for held in places) >= count:
            break
        mine = _lock(device)
        if mine:
            places.append(place)
            locks += mine
    return tuple(places) if sum(devices[held].count for held in places) >= count else ()


def _lock(device: Device) -> list[int]:
    """Locks on all files of a device, or none."""
    locks: list[int] = []
    try:
        for node in device.nodes:
            locks.append(os.open(node, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK))
            fcntl.flock(locks[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        for lock in locks:
            os.close(lock)
        return []
    except OSError as error:
        for lock in locks:
            os.close(lock)
        raise GraderError(f"The GPU {device.nodes[0]} cannot be opened any more ({error.strerror}).") from None
    return locks


def _grant(found: Found, places: tuple[int, ...]) -> Grant:
    chosen = [found.devices[place] for place in places]
    return Grant(places, ",".join(device.name for device in chosen if device.name), sum(d.count for d in chosen))
