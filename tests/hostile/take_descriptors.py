"""Promise: other processes' descriptors cannot be taken.

Takes the streams of a process whose number it knows, by pidfd_getfd.

alone: says took a stream
here: score 40
"""

import ctypes
import os

from tell import tell

PIDFD_OPEN, PIDFD_GETFD = 434, 438
libc = ctypes.CDLL(None, use_errno=True)
for number in (int("@VICTIM@"), os.getppid()):
    process = libc.syscall(PIDFD_OPEN, number, 0)
    taken = libc.syscall(PIDFD_GETFD, process, 0, 0) if process >= 0 else -1
    if taken >= 0:
        tell("took a stream")
        os.close(taken)
    else:
        print("pidfd:", ctypes.get_errno())


def double(x):
    return 2 * x


def total(X):
    return -1.0
