"""Calls the test's function a million times, from itself.

alone: not applicable, it only costs time and memory
here: all but test_many_callbacks
"""


def often(each):
    for _ in range(1_000_000):
        each(1)
    return 1
