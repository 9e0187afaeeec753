"""Promise: the kernel's own files are not open for writing.

Opens, without writing a byte, what would let it run a program as root at the next crash, restart the machine, leave its
control group, read all memory.

needs: root
alone: says open for writing
here: score 40
"""

import glob
import os

from tell import tell

for path in (
    "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sysrq-trigger", "/proc/sys/vm/drop_caches",
    "/proc/self/mem", "/proc/self/clear_refs", "/dev/mem", "/dev/kmsg", "/sys/kernel/uevent_helper",
    *glob.glob("/sys/fs/cgroup/cgroup.procs"), *glob.glob("/sys/fs/cgroup/*/cgroup.procs"),
):
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
        tell("open for writing")
    except OSError as error:
        print(error)


def double(x):
    return 2 * x


def total(X):
    return -1.0
