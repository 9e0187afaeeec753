"""Stubs of GPUs, where there is none: device files that open and do nothing, and a lender that believes in them.

They show who sees which device file, who holds it and for how long, and what becomes of the verdicts. That CUDA works
behind them they cannot show: tests/gpu_check.sh does, on a machine that has a GPU.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from autograder.sandbox.devices import Device, Found
from autograder.testrun.accelerator import Accelerator, Place, Trial

NULL = os.makedev(1, 3)
_NUMBERS = itertools.count()


class StubAccelerator(Accelerator):
    """Lends stubs of devices, which pass their trial as long as `reason` is empty."""

    def __init__(self, found: Found, *, free_gib: float = 16.0) -> None:
        super().__init__("auto", ["numpy"], found)
        self.free_gib = free_gib
        self.reason = ""

    def try_place(self, place: Place) -> Trial:
        """No CUDA is started: there is none."""
        return Trial(self.reason, (self.free_gib,) * place.grant.count)


@contextlib.contextmanager
def stub_devices(count: int) -> Iterator[Found]:
    """So many device files that behave like /dev/null, and a shared one, in /dev; gone afterwards."""
    name = f"/dev/stub-gpu-{os.getpid()}-{next(_NUMBERS)}"
    nodes = [Path(f"{name}-{number}") for number in range(count + 1)]
    try:
        for node in nodes:
            os.mknod(node, stat.S_IFCHR | 0o666, NULL)
            node.chmod(0o666)
        devices = tuple(Device(f"GPU-stub-{place}", (str(node),)) for place, node in enumerate(nodes[1:]))
        yield Found(devices, shared=(str(nodes[0]),))
    finally:
        for node in nodes:
            node.unlink(missing_ok=True)
