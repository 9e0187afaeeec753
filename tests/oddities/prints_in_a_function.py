"""A function prints a line of 10 KB each epoch: a megabyte in one test."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

LOUD = FIT.replace("range(epochs):\n", "range(epochs):\n        print('w', w, 'x' * 10_000)\n")
FILES = {"ridge.py": module(IMPORTS, STANDARDISE, LOSS, GRADIENT, LOUD)}
SCORE = 100
