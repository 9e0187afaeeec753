"""What a process used so far, on Linux, macOS and Windows, from outside."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Usage:
    """CPU seconds, and memory in MiB."""

    cpu_s: float
    memory_mib: float


def read_usage(process: subprocess.Popen[bytes]) -> Usage | None:
    """What a process used, or None where the system does not say or the process is gone."""
    try:
        if sys.platform == "linux":
            return parse_stat(Path(f"/proc/{process.pid}/stat").read_text())
        if sys.platform == "win32":
            return _ask_windows(process)
        command = ["ps", "-o", "time=,rss=", "-p", str(process.pid)]
        return parse_ps(subprocess.run(command, capture_output=True, text=True, check=True, timeout=5).stdout)
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return None


def parse_stat(text: str) -> Usage:
    """/proc/PID/stat: the process's time and that of its children that it waited for; its resident pages."""
    fields = text.rpartition(")")[2].split()
    ticks = sum(int(value) for value in fields[11:15])
    pages = int(fields[21])
    return Usage(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20))


def parse_ps(text: str) -> Usage:
    """A line of `ps -o time=,rss=`: [[days-]hours:]minutes:seconds, and KiB."""
    time_text, memory_kib = text.split()
    days, _, clock = time_text.rpartition("-")
    seconds = 0.0
    for part in clock.split(":"):
        seconds = 60 * seconds + float(part)
    return Usage(86_400 * int(days or 0) + seconds, int(memory_kib) / 1024)


class _MemoryCounters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("page_faults", ctypes.c_uint32),
        *((name, ctypes.c_size_t) for name in ("peak_working_set", "working_set")),
        *((f"quota_{number}", ctypes.c_size_t) for number in range(4)),
        *((name, ctypes.c_size_t) for name in ("committed", "peak_committed")),
    )


def _ask_windows(process: Any) -> Usage | None:
    kernel: Any = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    handle = ctypes.c_void_p(int(process._handle))
    created, ended, in_kernel, in_program = (ctypes.c_uint64() for _ in range(4))  # units of 100 ns
    times = (ctypes.byref(value) for value in (created, ended, in_kernel, in_program))
    memory = _MemoryCounters(size=ctypes.sizeof(_MemoryCounters))
    if not kernel.GetProcessTimes(handle, *times):
        return None
    if not kernel.K32GetProcessMemoryInfo(handle, ctypes.byref(memory), memory.size):
        return None
    return Usage((in_kernel.value + in_program.value) / 1e7, memory.committed / (1 << 20))
