"""Yields sets of numbers that all have one and the same hash: cheap to send, slow to rebuild.

alone: not applicable, the wire is not there
here: all but test_unique
"""

import tap

SAME = [["c", -1000003.0 * i, float(i)] for i in range(1, 4900)]


def unique(n):
    for _ in range(3):
        tap.instead(tap.reply(["l", *(["s", *SAME] for _ in range(18))]))
        yield n
