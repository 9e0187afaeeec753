"""Promise: a death by a timer of the submission's is not the machine's fault.

Arms POSIX timers on three clocks, each of which is to send SIGKILL.

nuisance: signals
alone: dies SIGKILL
here: score 40
here: outcomes test_double=passed, test_total_public=crashed|failed, test_total=failed
"""

import ctypes
import signal
import struct
import time

libc = ctypes.CDLL(None, use_errno=True)


def arm(clock):
    event = ctypes.create_string_buffer(struct.pack("=qii", 0, signal.SIGKILL, 0), 64)  # SIGEV_SIGNAL
    timer = ctypes.c_void_p()
    if libc.timer_create(clock, event, ctypes.byref(timer)) == 0:
        libc.timer_settime(timer, 0, struct.pack("=qqqq", 0, 10_000_000, 0, 10_000_000), None)
    else:
        print("timer_create:", ctypes.get_errno())


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        for clock in (time.CLOCK_MONOTONIC, time.CLOCK_REALTIME, time.CLOCK_PROCESS_CPUTIME_ID):
            arm(clock)
        until = time.process_time() + 0.2
        while time.process_time() < until:
            pass
    return -1.0
