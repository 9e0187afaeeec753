import random

import numpy as np


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def greet(name):
    print("hello", name)


def draw():
    return random.random(), float(np.random.rand())
