"""Promise: shared memory is bounded.

Fills eight blocks of 90 MiB of multiprocessing.shared_memory; they are unlinked while they are in use.

nuisance: memory
alone: says 720 MiB
here: score 40
here: outcomes test_double=passed, test_total_public=memory|crashed|failed, test_total=failed
"""

from multiprocessing import resource_tracker, shared_memory

import numpy as np
from tell import tell

resource_tracker.register = resource_tracker.unregister = lambda *name: None  # it would start a process


def fill():
    blocks = []
    for number in range(8):
        block = shared_memory.SharedMemory(f"bomb-{number}-@MARK@", create=True, size=90 << 20)
        block.unlink()
        blocks.append((block, np.frombuffer(block.buf, dtype=np.uint8)))
        blocks[-1][1].fill(1)
    tell(f"{sum(array.nbytes for _, array in blocks) >> 20} MiB")


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        try:
            fill()
        except OSError as error:
            print(error)
    return -1.0
