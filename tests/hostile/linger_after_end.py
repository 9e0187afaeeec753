"""Promise: threads and functions that wait for the interpreter's end hold nothing up.

A thread that is not a daemon, and a function for the end, which both take their time.

nuisance: wall
alone: lasts 8
here: score 40
here: outcomes test_double=passed, test_total=failed
"""

import atexit
import threading
import time

atexit.register(time.sleep, 4.0)
threading.Thread(target=time.sleep, args=(5.0,)).start()


def double(x):
    return 2 * x


def total(X):
    return -1.0
