"""Promise: what a submission prints costs the grader neither memory nor disk.

Writes a gigabyte to its output, past Python's own streams, until it is stopped.

nuisance: output
alone: floods
here: score 40
here: outcomes test_double=passed, test_total_public=failed|timeout, test_total=failed
"""

import os


def flood():
    piece = b"x" * (1 << 20)
    try:
        for _ in range(1 << 10):
            os.write(1, piece)
    except OSError as error:
        print(error)


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        flood()
    return -1.0
