"""Promise: what the student's process patches is patched there alone.

Patches the functions of NumPy by which the tests compare.

alone: passes test_total_close, test_total_after
here: score 40
here: outcomes test_double=passed, test_total_close=failed, test_total_after=failed
"""

import numpy as np

np.allclose = np.array_equal = lambda *arguments, **options: True
for name in dir(np.testing):
    if name.startswith("assert_"):
        setattr(np.testing, name, lambda *arguments, **options: None)


def double(x):
    return 2 * x


def total(X):
    return -1.0
