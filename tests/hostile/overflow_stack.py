"""Promise: a crash of the interpreter costs the test that it happened in.

A function that calls itself through C, until the stack is at its end.

alone: dies SIGSEGV
here: score 40
here: outcomes test_double=passed, test_total_public=crashed, test_total=failed
"""

import ctypes
import sys


@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
def deeper(level):
    return deeper(level + 1)


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        sys.setrecursionlimit(1 << 30)
        deeper(0)
    return -1.0
