"""Promise: a submitted file that is called as an installed package is not what the tests import.

Hands in a numpy.py that stands before the real one and patches it.

alone: passes test_total_close, test_total_after
here: score 40
here: outcomes test_double=passed, test_total_close=failed, test_total_after=failed
"""


def double(x):
    return 2 * x


def total(X):
    return -1.0


#: file numpy.py
import os
import sys

del sys.modules["numpy"]
before = list(sys.path)
sys.path[:] = [path for path in before if not os.path.exists(os.path.join(path or ".", "numpy.py"))]
import numpy.testing

sys.path[:] = before
numpy.allclose = lambda *arguments, **options: True
numpy.testing.assert_allclose = lambda *arguments, **options: None
