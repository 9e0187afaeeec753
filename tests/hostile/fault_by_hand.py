"""Promise: no page of memory waits for the submission to fill it.

Makes a userfaultfd, with which a reader of its memory could be held up for as long as it likes.

alone: says faults are mine
here: score 40
"""

import ctypes
import os
import platform

from tell import tell

NUMBER, USER_MODE_ONLY = {"x86_64": 323, "aarch64": 282}[platform.machine()], 1
libc = ctypes.CDLL(None, use_errno=True)
for flags in (0, USER_MODE_ONLY):
    descriptor = libc.syscall(NUMBER, os.O_CLOEXEC | flags)
    if descriptor >= 0:
        tell("faults are mine")
        os.close(descriptor)
        break
    print("userfaultfd:", ctypes.get_errno())


def double(x):
    return 2 * x


def total(X):
    return -1.0
