"""Promise: what a submission prints is bounded.

Prints twelve million characters.

nuisance: output
alone: floods
here: score 40
"""


def double(x):
    return 2 * x


def total(X):
    for _ in range(12):
        print("x" * 1_000_000)
    return -1.0
