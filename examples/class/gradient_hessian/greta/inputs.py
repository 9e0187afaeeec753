import numpy as np


def vector(name, value, length=None):
    value = np.array(value, dtype=np.float64)
    if value.ndim != 1 or value.size == 0:
        raise ValueError(f"{name} is not a vector")
    if length is not None and value.size != length:
        raise ValueError(f"{name} has {value.size} entries, not {length}")
    return value


def matrix(name, value):
    value = np.array(value, dtype=np.float64)
    if value.ndim != 2 or value.size == 0:
        raise ValueError(f"{name} is not a matrix")
    return value


def point(x):
    x = vector("x", x, 3)
    if x[0] <= 0:
        raise ValueError("x has x1 <= 0")
    if x[2] == 0:
        raise ValueError("x has x3 = 0")
    return x


def not_negative(**values):
    for name, value in values.items():
        if value < 0:
            raise ValueError(f"{name} is negative")
