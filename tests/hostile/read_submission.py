"""Promise: another student's submission cannot be read.

Reads the others' files by their paths.

alone: leaks other
here: score 40
"""

from pathlib import Path

from tell import answer, tell

others = [path for path in Path("@COURSE@/submissions").glob("*/target.py") if path.parent.name == "control"]
LOOT = "".join(path.read_text() for path in others) or "nothing"
tell(LOOT)


def double(x):
    return 2 * x


def total(X):
    return answer(LOOT)
