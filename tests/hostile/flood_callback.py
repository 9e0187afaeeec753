"""Promise: what a submission hands to a function of the test's is bounded.

Calls a function of the test's with ten arrays of 200 MiB, which it keeps.

nuisance: memory
alone: says 2000 MiB are held
here: score 40
here: outcomes test_double=passed, test_total_close=memory|crashed|timeout|error, test_total_after=failed
"""

import numpy as np
from tell import tell


def double(x):
    return 2 * x


def total(X, log=None):
    if log is not None:
        held = 0
        for _ in range(10):
            log(np.zeros(200 << 17))
            held += 200
        tell(f"{held} MiB are held")
    return -1.0
