import numpy as np

RATE = 0.5


def double(x):
    """Twice x."""
    return 2 * x


def triple(x):
    return 3 * x


def _hidden():
    return None


class Pair:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def sum(self):
        return self.a + self.b
