"""Promise: a death by a limit that the submission lowered is not the machine's fault.

Uses most of a second of CPU time, in its import, then lowers its limit of CPU time to one second and goes on: the
kernel ends it by SIGKILL before the grader's own limit is reached.

nuisance: signals
alone: dies SIGKILL
here: score 40
here: outcomes test_double=passed, test_total_public=crashed|failed, test_total=failed
"""

# Corrected after the first run behind the sandbox: the refusal was not caught, and the public test ended as an error.

import resource
import time

while time.process_time() < 0.7:
    pass


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
        except (OSError, ValueError) as error:  # Python tells a refused limit by a ValueError
            print(error)
        until = time.process_time() + 0.6
        while time.process_time() < until:
            pass
    return -1.0
