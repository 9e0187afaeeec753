"""Promise: what a thread does after its process's first one has ended is no verdict.

Ends the main thread alone, by the bare system call; another one leaves with status 0 a moment later.

alone: forges
here: score 40
here: outcomes test_double=passed, test_total_public=crashed, test_total=failed
"""

import ctypes
import os
import platform
import threading
import time

SYS_EXIT = {"x86_64": 60, "aarch64": 93}[platform.machine()]


def leave():
    time.sleep(0.3)
    os._exit(0)


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        threading.Thread(target=leave).start()
        ctypes.CDLL(None).syscall(SYS_EXIT, 0)
    return -1.0
