"""Tests of autograder.sandbox.devices: what is found in folders that look like /dev and the driver's table, and locks.

The device files are stubs: they open like /dev/null.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from stub_devices import NULL, stub_devices

from autograder.errors import GraderError
from autograder.sandbox.devices import Device, Found, find_devices, hold_devices
from autograder.testrun.accelerator import NO_GPU, Accelerator, Trial
from autograder.verdict import ExpectedTest

pytestmark = pytest.mark.usefixtures("needs_root")

UUIDS = ("GPU-aaaa1111-0", "GPU-bbbb2222-0", "GPU-cccc3333-0")
MakeMachine = Callable[..., tuple[Path, Path]]


@pytest.fixture
def make_machine(mount_disk: Callable[..., Path]) -> MakeMachine:
    """A function that makes a /dev with stubs and the driver's table, whose order is not that of the minor numbers."""

    def make(gpus: int, *, table: bool = True) -> tuple[Path, Path]:
        root = mount_disk("mode=755")
        devices, driver = root / "dev", root / "gpus"
        devices.mkdir()
        driver.mkdir()
        shared = ["nvidiactl", "nvidia-uvm"] if gpus else []
        for name in (*shared, *(f"nvidia{minor}" for minor in range(gpus))):
            os.mknod(devices / name, stat.S_IFCHR | 0o666, NULL)
        for place in range(gpus if table else 0):
            folder = driver / f"0000:{place:02x}:00.0"
            folder.mkdir()
            minor = gpus - 1 - place
            (folder / "information").write_text(
                f"Model: \t Stub\nGPU UUID: \t {UUIDS[place]}\nDevice Minor: \t {minor}\n"
            )
        return devices, driver

    return make


def names(found: Found) -> list[tuple[str, list[str], int]]:
    """Each device by its name, the names of its files, and how many GPUs it is."""
    return [(device.name, [Path(node).name for node in device.nodes], device.count) for device in found.devices]


def test_every_device_is_found_in_the_order_of_the_bus(make_machine: MakeMachine) -> None:
    """Without CUDA_VISIBLE_DEVICES each GPU can be lent by itself, by its UUID; what all share is no GPU."""
    devices, driver = make_machine(3)
    found = find_devices({}, devices, driver)
    assert names(found) == [(UUIDS[0], ["nvidia2"], 1), (UUIDS[1], ["nvidia1"], 1), (UUIDS[2], ["nvidia0"], 1)]
    assert [Path(node).name for node in found.shared] == ["nvidiactl", "nvidia-uvm"]
    assert (found.count, found.reason) == (3, "")


@pytest.mark.parametrize(
    ("granted", "expected"),
    [
        ("2,0", [(UUIDS[2], ["nvidia0"], 1), (UUIDS[0], ["nvidia2"], 1)]),
        ("GPU-bbbb", [(UUIDS[1], ["nvidia1"], 1)]),
        (f"{UUIDS[0]}, {UUIDS[1]}", [(UUIDS[0], ["nvidia2"], 1), (UUIDS[1], ["nvidia1"], 1)]),
        ("MIG-5e2f,MIG-77aa", [("MIG-5e2f,MIG-77aa", ["nvidia0", "nvidia1", "nvidia2"], 2)]),
        ("0,7", [("0,7", ["nvidia0", "nvidia1", "nvidia2"], 2)]),
        ("0,0", [("0,0", ["nvidia0", "nvidia1", "nvidia2"], 2)]),
    ],
)
def test_granted_devices(make_machine: MakeMachine, granted: str, expected: list[tuple[str, list[str], int]]) -> None:
    """What CUDA_VISIBLE_DEVICES names is told apart by the driver's table; what cannot be told is lent together."""
    assert names(find_devices({"CUDA_VISIBLE_DEVICES": granted}, *make_machine(3))) == expected


def test_without_the_drivers_table(make_machine: MakeMachine) -> None:
    """Where the driver's table cannot be read, the value stays as it is and everything is lent together."""
    machine = make_machine(2, table=False)
    assert names(find_devices({}, *machine)) == [("", ["nvidia0", "nvidia1"], 2)]
    assert names(find_devices({"CUDA_VISIBLE_DEVICES": "0"}, *machine)) == [("0", ["nvidia0", "nvidia1"], 1)]


@pytest.mark.parametrize("granted", ["", "-1", "NoDevFiles"])
def test_hidden_devices(make_machine: MakeMachine, granted: str) -> None:
    """A scheduler that hides every GPU is obeyed, and the reason names the variable."""
    found = find_devices({"CUDA_VISIBLE_DEVICES": granted}, *make_machine(1))
    assert (found.devices, "hides every GPU" in found.reason) == ((), True)


def test_no_devices(make_machine: MakeMachine) -> None:
    """Without a device file there is no GPU, whatever is granted; a file that is no device, or opens not, is named."""
    devices, driver = make_machine(0)
    assert find_devices({}, devices, driver).reason == f"there is no {devices}/nvidia0"
    said = find_devices({"CUDA_VISIBLE_DEVICES": "0"}, devices, driver).reason
    assert said == f"CUDA_VISIBLE_DEVICES grants '0', but there is no {devices}/nvidia0"
    (devices / "nvidia0").touch()
    assert "it is not a device" in find_devices({}, devices, driver).reason
    (devices / "nvidia0").unlink()
    os.mknod(devices / "nvidia0", stat.S_IFCHR | 0o666, os.makedev(195, 0))  # NVIDIA's number, and no driver behind it
    if not Path("/proc/driver/nvidia").exists():
        assert "nvidia0 cannot be opened" in find_devices({}, devices, driver).reason


HOLDER = """
import sys
from autograder.sandbox.devices import Device, Found, hold_devices
with hold_devices(Found(tuple(Device(node, (node,)) for node in sys.argv[2:])), int(sys.argv[1])) as grant:
    print(grant.visible, flush=True)
    sys.stdin.read()
"""


def hold_elsewhere(found: Found, count: int) -> subprocess.Popen[str]:
    """Another process of this machine that holds so many of the devices, its first line read."""
    nodes = [device.nodes[0] for device in found.devices]
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(count), *nodes],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_device_is_held_by_one_process_at_a_time() -> None:
    """Two runs never hold one device: the second takes another, then waits, and has it when the first is killed."""
    with stub_devices(2) as found:
        holder = hold_elsewhere(found, 1)
        assert holder.stdout is not None
        taken = holder.stdout.readline().strip()
        try:
            with hold_devices(found, 1) as grant:
                assert [found.devices[place].nodes[0] for place in grant.places] != [taken]
                with pytest.raises(GraderError, match="did not become free"), hold_devices(found, 1, time.monotonic()):
                    pass
            with pytest.raises(GraderError, match="did not become free"), hold_devices(found, 2, time.monotonic()):
                pass
        finally:
            holder.kill()
            holder.communicate()
        with hold_devices(found, 2) as grant:
            assert (grant.count, grant.visible) == (2, "GPU-stub-0,GPU-stub-1")


def test_more_than_there_are() -> None:
    """Who needs more devices than there are does not wait for ever."""
    with stub_devices(1) as found, pytest.raises(GraderError, match="2 GPUs are needed, and 1 are here"), \
            hold_devices(found, 2):  # fmt: skip
        pass


def test_a_device_that_is_gone() -> None:
    """A device file that has gone is a fault of the machine's, with its name."""
    found = Found((Device("GPU-gone", ("/dev/stub-gpu-gone",)),))
    with pytest.raises(GraderError, match="/dev/stub-gpu-gone cannot be opened any more"), hold_devices(found, 1):
        pass


def test_why_a_test_cannot_run() -> None:
    """The reasons to put a test off: none is here, too few, too little memory free; the processor only if asked."""
    needy = ExpectedTest(nodeid="t.py::t", function="t", title="t", points=1, gpus=1, gpu_memory_gib=8)
    assert NO_GPU.why_not(needy.model_copy(update={"gpus": 0})) == ""
    assert NO_GPU.why_not(needy) != ""
    with stub_devices(1) as found:
        accelerator = Accelerator("auto", ["numpy"], found)
        accelerator.trial = Trial("", (4.0,))
        assert accelerator.why_not(needy) == "1 GPUs with 8 GiB free are needed; here are 1, 4.0 GiB free"
        assert accelerator.why_not(needy.model_copy(update={"gpus": 2})) == "2 GPUs are needed; here are 1"
        assert accelerator.why_not(needy.model_copy(update={"gpu_memory_gib": 4})) == ""
        cpu = Accelerator("cpu", ["numpy"], found)
    assert "--device cpu" in cpu.why_not(needy)
    assert cpu.why_not(needy.model_copy(update={"runs_on_cpu": True})) == ""
