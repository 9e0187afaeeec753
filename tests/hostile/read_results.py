"""Promise: nobody's results can be read.

Reads every result and every detail that the grader keeps.

alone: leaks result
here: score 40
"""

from pathlib import Path

from tell import answer, tell

LOOT = "".join(path.read_text() for path in Path("@COURSE@/out").rglob("*.json")) or "nothing"
tell(LOOT)


def double(x):
    return 2 * x


def total(X):
    return answer(LOOT)
