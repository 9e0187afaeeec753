"""Promise: the course's secret, from which every test's seed is drawn, cannot be read.

Reads it by its path.

alone: leaks secret
here: score 40
"""

from pathlib import Path

from tell import answer, tell

try:
    LOOT = Path("@COURSE@/.autograder/secret").read_text()
except OSError as error:
    LOOT = f"nothing ({error})"
tell(LOOT)


def double(x):
    return 2 * x


def total(X):
    return answer(LOOT)
