"""Promise: a death by the submission's own hand is not the machine's fault.

Sends itself SIGKILL, and its process group.

nuisance: signals
alone: dies SIGKILL
here: score 40
here: outcomes test_double=passed, test_total_public=crashed|failed, test_total=failed
"""

# Corrected after the first run behind the sandbox: the refusal was not caught, and the public test ended as an error.

import os
import signal


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        for kill, number in ((os.kill, os.getpid()), (os.killpg, 0), (os.kill, 0)):
            try:
                kill(number, signal.SIGKILL)
            except OSError as error:
                print(error)
    return -1.0
