"""How much memory a granted GPU holds, asked of NVIDIA's own tool on our side of the boundary.

The device is one submission's alone while it is granted, so what it holds more than before is that submission's. What
the student's process says of its own memory would be its claim.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_TOOL: Final = "nvidia-smi"
_EVERY_MS: Final = 20
_WAIT_S: Final = 30.0  # for the first look: the tool may have to wake the driver


@dataclass
class GpuMemory:
    """What was seen.

    Attributes:
        first_mib: what the devices held together when the watch began; None where nothing could be seen.
        peak_mib: the most that they held together at a look.
    """

    first_mib: float | None = None
    peak_mib: float = 0.0

    @property
    def grown_mib(self) -> float | None:
        """How much more they held at most than at the beginning; None where nothing could be seen."""
        return None if self.first_mib is None else self.peak_mib - self.first_mib


@contextlib.contextmanager
def watch_gpu_memory(visible: str) -> Iterator[GpuMemory]:
    """Look at the devices every 20 ms; what lives shorter may be missed, but torch gives nothing back by itself.

    Args:
        visible: the devices' names, as granted; empty: there is none to look at.
    """
    memory, tool = GpuMemory(), shutil.which(_TOOL)
    if not visible or tool is None:
        yield memory
        return
    process = subprocess.Popen(
        [tool, f"--id={visible}", "--query-gpu=memory.used", "--format=csv,noheader,nounits", f"-lms={_EVERY_MS}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    begun = threading.Event()
    reader = threading.Thread(target=_read, args=(process, visible.count(",") + 1, memory, begun), daemon=True)
    reader.start()
    try:
        begun.wait(_WAIT_S)
        yield memory
    finally:
        process.terminate()
        reader.join()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _read(process: subprocess.Popen[str], devices: int, memory: GpuMemory, begun: threading.Event) -> None:
    """A line for each device at each look; `begun` is set after the first look, or where there is none."""
    look: list[float] = []
    try:
        for line in process.stdout or ():
            look.append(float(line))
            if len(look) == devices:
                held_mib = sum(look)
                memory.first_mib = held_mib if memory.first_mib is None else memory.first_mib
                memory.peak_mib = max(memory.peak_mib, held_mib)
                look.clear()
                begun.set()
    except ValueError:  # "[N/A]", or a sentence: the device does not tell
        memory.first_mib = None
    finally:
        begun.set()
