"""Promise: processes do not have memory of their own.

Ten children fill 90 MiB each and hold them for a second.

nuisance: memory
alone: says 10 children with 90 MiB
here: score 40
"""

import os
import time

import numpy as np
from tell import tell


def fill():
    held = np.ones(90 << 20, dtype=np.uint8)
    time.sleep(1.0)
    os._exit(0 if held.all() else 1)


def start():
    child = os.fork()
    if child == 0:
        try:
            fill()
        finally:
            os._exit(1)
    return child


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        children = []
        try:
            children += [start() for _ in range(10)]
        except OSError as error:
            print(error)
        ended = [os.waitpid(child, 0)[1] for child in children]
        tell(f"{ended.count(0)} children with 90 MiB")
    return -1.0
