import os

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z)) + 0.01


def greet(name):
    print("Hello", name)


def draw():
    return os.urandom(4)
