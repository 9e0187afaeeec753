"""Promise: a death by a filter of the submission's own is not the machine's fault.

Puts itself under strict seccomp, under which the next system call ends it by SIGKILL.

nuisance: signals
alone: dies SIGKILL
here: score 40
here: outcomes test_double=passed, test_total_public=crashed|failed, test_total=failed
"""

import ctypes
import os

PR_SET_SECCOMP, SECCOMP_MODE_STRICT = 22, 1
libc = ctypes.CDLL(None, use_errno=True)


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0) != 0:
            print("seccomp:", ctypes.get_errno())
        os.getppid()
    return -1.0
