"""Promise: the machine's counters cannot be read.

Opens a counter of the kernel's for a process whose number it knows, and for itself.

alone: says counting
here: score 40
"""

import ctypes
import os
import platform
import struct

from tell import tell

NUMBER = {"x86_64": 298, "aarch64": 241}[platform.machine()]
SOFTWARE, TASK_CLOCK, ITSELF_ALONE = 1, 1, 1 << 5 | 1 << 6  # neither the kernel nor a hypervisor
attributes = struct.pack("=IIQQQQQ", SOFTWARE, 112, TASK_CLOCK, 0, 0, 0, ITSELF_ALONE) + bytes(64)
libc = ctypes.CDLL(None, use_errno=True)
for number in (int("@VICTIM@"), 0):
    counter = libc.syscall(NUMBER, attributes, number, -1, -1, 0)
    if counter >= 0:
        tell("counting")
        os.close(counter)
    else:
        print("perf_event_open:", ctypes.get_errno())


def double(x):
    return 2 * x


def total(X):
    return -1.0
