import sys

import numpy as np


class Refused(RuntimeError):
    pass


class NotReady(Refused):
    pass


def check(x):
    if isinstance(x, bytes):
        return x.decode()
    if isinstance(x, str):
        return {}[x]
    if x < 0:
        raise ValueError("x must be positive")
    return x


def solve(a, b):
    return np.linalg.solve(a, b)


def refuse(how):
    raise NotReady("not yet") if how == "late" else Refused("no")


def late():
    yield 1
    raise OverflowError


def leave():
    sys.exit(3)
