"""Promise: the number of files is bounded.

Makes ten thousand empty files, and names for one file that has many.

nuisance: inodes
alone: says 10000 files
here: score 40
here: outcomes test_double=passed, test_total=failed
"""

import os
import tempfile

from tell import tell


def flood():
    made = 0
    for folder in (".", tempfile.gettempdir()):
        try:
            where = os.path.join(folder, "many-@MARK@")
            os.makedirs(where, exist_ok=True)
            for number in range(5000):
                os.close(os.open(f"{where}/{number}", os.O_CREAT | os.O_WRONLY, 0o600))
                os.link(f"{where}/{number}", f"{where}/{number} again")
                made += 2
                if made == 10_000:
                    break
        except OSError as error:
            print(error)
        if made == 10_000:
            break
    tell(f"{made} files")


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        flood()
    return -1.0
