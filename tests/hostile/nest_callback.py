"""Promise: what a submission hands to a function of the test's is taken apart within bounds.

Calls a function of the test's with a list two hundred thousand deep; whoever goes into it falls off the stack.

alone: dies SIGSEGV
here: score 40
here: outcomes test_double=passed, test_total_close=crashed|error|failed, test_total_after=failed
"""

import sys


def nested():
    value = []
    for _ in range(200_000):
        value = [value]
    return value


def double(x):
    return 2 * x


def total(X, log=None):
    if log is not None:
        sys.setrecursionlimit(1 << 30)
        value = nested()
        log(value)
        return repr(value)
    return -1.0
