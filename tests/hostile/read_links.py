"""Promise: a link in a submission leads nowhere.

Hands in symbolic links to the reference, to the suites' folder and to the secret.

alone: leaks reference, suite, secret
here: score 40
"""

from pathlib import Path

from tell import answer, tell

HERE = Path(__file__).parent
LOOT = []
for name in ("notes.txt", "data/test_hidden.py", "key.txt"):
    try:
        LOOT.append((HERE / name).read_text())
    except OSError as error:
        LOOT.append(str(error))
tell("".join(LOOT))


def double(x):
    return 2 * x


def total(X):
    return answer(LOOT)


#: link notes.txt -> @COURSE@/reference/target/target.py
#: link data -> @COURSE@/assignments/target/tests
#: link key.txt -> ../../.autograder/secret
