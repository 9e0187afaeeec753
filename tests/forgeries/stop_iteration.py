"""Raises StopIteration from a function that a test maps over its inputs: the loop ends before it begins.

alone: passes test_map
here: all but test_map
"""


def square(x):
    raise StopIteration
