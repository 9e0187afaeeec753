"""Promise: memory is bounded.

Fills nine arrays of 100 MiB, once.

nuisance: memory
alone: says 900 MiB
here: score 40
here: outcomes test_double=passed, test_total_public=memory, test_total=failed
"""

import numpy as np
from tell import tell


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        held = [np.ones(100 << 17) for _ in range(9)]
        tell(f"{sum(array.nbytes for array in held) >> 20} MiB")
    return -1.0
