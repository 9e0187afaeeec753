import numpy as np


def sort_rows(X):
    X = np.sort(X, axis=1)


def fill(items, table):
    items = items + [4]


class Scaler:
    def __init__(self, factor):
        self.factor = factor

    def scale(self, x):
        x = x * self.factor


def normalise(x):
    x /= np.linalg.norm(x)
    return x
