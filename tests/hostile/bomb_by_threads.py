"""Promise: threads do not have memory of their own.

Ten threads fill 90 MiB each and hold them until all have.

nuisance: memory
alone: says 10 threads with 90 MiB
here: score 40
here: outcomes test_double=passed, test_total_public=memory|failed, test_total=failed
"""

import threading

import numpy as np
from tell import tell

HELD = []


def fill():
    try:
        HELD.append(np.ones(90 << 20, dtype=np.uint8))
    except MemoryError:
        pass


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        threads = [threading.Thread(target=fill) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        tell(f"{len(HELD)} threads with 90 MiB")
        HELD.clear()
    return -1.0
