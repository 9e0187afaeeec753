"""Promise: anonymous pages that are shared count as memory.

Maps 90 MiB eight times, shared and without a file, and touches every page.

nuisance: memory
alone: says 720 MiB
here: score 40
here: outcomes test_double=passed, test_total_public=memory|failed, test_total=failed
"""

import mmap

import numpy as np
from tell import tell

HELD = []


def fill():
    for _ in range(8):
        HELD.append(np.frombuffer(mmap.mmap(-1, 90 << 20, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS), dtype=np.uint8))
        HELD[-1][:: mmap.PAGESIZE] = 1
    tell(f"{sum(array.nbytes for array in HELD) >> 20} MiB")


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        try:
            fill()
        except OSError as error:
            print(error)
        HELD.clear()
    return -1.0
