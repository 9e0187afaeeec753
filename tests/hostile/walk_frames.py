"""Promise: expected values do not stand in the frames of the student's process.

Climbs the stack from the call and takes what a test calls `expected`.

alone: passes test_total, test_total_close
alone: leaks expected
here: score 40
here: outcomes test_double=passed, test_total=failed, test_total_close=failed
"""

import sys

from tell import tell


def double(x):
    return 2 * x


def total(X):
    frame = sys._getframe(1)
    while frame is not None:
        if "expected" in frame.f_locals:
            tell(frame.f_locals["expected"])
            return frame.f_locals["expected"]
        frame = frame.f_back
    return -1.0
