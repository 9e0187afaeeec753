"""Promise: nothing of a submission's runs on after it was graded.

Leaves a daemon behind, forked twice and in a session of its own, which writes a second later and then ends.

nuisance: processes
alone: survives
here: score 40
"""

import os
import threading
import time

from tell import tell


def daemon():
    time.sleep(1.5)
    tell("survived")


try:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            daemon()
        os._exit(0)
except OSError:
    threading.Thread(target=daemon).start()


def double(x):
    return 2 * x


def total(X):
    return -1.0
