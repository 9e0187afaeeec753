"""Yields for ever, where a test takes everything.

alone: not applicable, it only costs time
here: all but test_pairs
"""


def pairs(n):
    while True:
        yield 0, 0
