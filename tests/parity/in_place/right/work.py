import numpy as np


def sort_rows(X):
    X.sort(axis=1)


def fill(items, table):
    items.append(4)
    table.clear()
    table["b"] = 2


class Scaler:
    def __init__(self, factor):
        self.factor = factor

    def scale(self, x):
        x *= self.factor


def normalise(x):
    return x / np.linalg.norm(x)
