"""Promise: a process that stops is not waited for.

Sends itself SIGSTOP, in the public test alone. In plain pytest a child wakes it up after eight seconds.

nuisance: wall
alone: lasts 8
here: score 40
here: outcomes test_double=passed, test_total_public=timeout|failed, test_total=failed
"""

import os
import signal
import time


def wake_later():
    try:
        if os.fork() == 0:
            time.sleep(8.0)
            os.kill(os.getppid(), signal.SIGCONT)
            os._exit(0)
    except OSError as error:
        print(error)


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        wake_later()
        try:
            os.kill(os.getpid(), signal.SIGSTOP)
        except OSError as error:
            print(error)
    return -1.0
