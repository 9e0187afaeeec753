"""Promise: a process that is never the same for long ends with its submission all the same.

Leaves a chain of processes behind, in a session of its own: each forks the next and ends, a few hundred times a second,
so that a list of processes is out of date when it has been read. After two seconds the last one writes, and ends.

nuisance: processes
alone: survives
here: score 40
"""

import os
import time

from tell import tell


def hop():
    os.setsid()
    until = time.monotonic() + 2.0
    while time.monotonic() < until:
        if os.fork():
            os._exit(0)
        time.sleep(0.003)
    tell("survived")
    os._exit(0)


try:
    first = os.fork()
    if first == 0:
        try:
            hop()
        finally:
            os._exit(1)
    os.waitpid(first, 0)
except OSError as error:
    print(error)


def double(x):
    return 2 * x


def total(X):
    return -1.0
