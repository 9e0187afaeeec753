"""Promise: a death by the submission's own hand is not the machine's fault.

A second thread sends SIGKILL to the first one, by tgkill and by tkill.

nuisance: signals
alone: dies SIGKILL
here: score 40
here: outcomes test_double=passed, test_total_public=crashed|failed, test_total=failed
"""

import ctypes
import os
import platform
import signal
import threading

TGKILL, TKILL = {"x86_64": (234, 200), "aarch64": (131, 130)}[platform.machine()]


def kill(thread):
    libc = ctypes.CDLL(None)
    libc.syscall(TGKILL, os.getpid(), thread, signal.SIGKILL)
    libc.syscall(TKILL, thread, signal.SIGKILL)


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        killer = threading.Thread(target=kill, args=(threading.get_native_id(),))
        killer.start()
        killer.join()
    return -1.0
