import numpy as np

_Value = ValueError


class ValueError(Exception):
    pass


class Refused(Exception):
    pass


class NotReady(Exception):
    pass


def check(x):
    if isinstance(x, (bytes, str)):
        raise _Value("positive")
    if x < 0:
        raise ValueError("x must be positive")
    return x


def solve(a, b):
    return np.linalg.lstsq(a, b, rcond=None)[0]


def refuse(how):
    raise NotReady("not yet") if how == "late" else Refused("yes")


def late():
    yield 1


def leave():
    return 3
