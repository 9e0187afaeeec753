"""Promise: a death by the submission's own hand is not the machine's fault.

Sends itself SIGKILL, and its process group.

nuisance: signals
alone: dies SIGKILL
here: score 40
here: outcomes test_double=passed, test_total_public=crashed|failed, test_total=failed
"""

import os
import signal


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        os.kill(os.getpid(), signal.SIGKILL)
        os.killpg(0, signal.SIGKILL)
    return -1.0
