"""Raises KeyboardInterrupt, which ends pytest before the test has a verdict.

alone: leaves out test_left
here: all but test_left
"""


def left(X):
    raise KeyboardInterrupt
