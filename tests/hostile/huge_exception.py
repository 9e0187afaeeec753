"""Promise: what a submission raises is bounded.

Raises an exception with a text of twelve million characters, and one whose text and repr raise themselves.

nuisance: output
alone: floods
here: score 40
here: outcomes test_double=passed, test_total=error
"""


class Broken(Exception):
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2:
        raise ValueError("x" * 12_000_000)
    raise Broken
