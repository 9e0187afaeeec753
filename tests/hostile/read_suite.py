"""Promise: the hidden tests and what they expect cannot be read.

Reads the hidden suite by its path.

alone: leaks suite, expected, input
here: score 40
"""

from pathlib import Path

from tell import answer, tell

try:
    LOOT = Path("@COURSE@/assignments/target/tests/test_hidden.py").read_text()
except OSError as error:
    LOOT = f"nothing ({error})"
tell(LOOT)


def double(x):
    return 2 * x


def total(X):
    return answer(LOOT)
