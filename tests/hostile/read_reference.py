"""Promise: the reference cannot be read.

Reads it by its path, and imports it to answer in its place.

alone: leaks reference
alone: passes test_total_public, test_total, test_total_close, test_total_after, test_fit
here: score 40
"""

import sys
from pathlib import Path

from tell import answer, tell

REFERENCE = {}
try:
    LOOT = Path("@COURSE@/reference/target/target.py").read_text()
    exec(LOOT, REFERENCE)
except OSError as error:
    LOOT = f"nothing ({error})"
tell(LOOT)
total = REFERENCE.get("total", lambda X: answer(LOOT))
fit = REFERENCE.get("fit", lambda X, y, rng: answer(LOOT))


def double(x):
    return 2 * x
