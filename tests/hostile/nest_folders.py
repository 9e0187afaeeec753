"""Promise: folders however deep are bounded, and are cleared away.

Makes a folder in a folder, six thousand levels deep, and a file at the bottom.

nuisance: inodes
alone: says 6000 levels
here: score 40
here: outcomes test_double=passed, test_total=failed
"""

import os

from tell import tell


def nest():
    start, level = os.open(".", os.O_RDONLY), 0
    try:
        while level < 6000:
            os.mkdir("nest-@MARK@-" + "n" * 200)
            os.chdir("nest-@MARK@-" + "n" * 200)
            level += 1
        with open("bottom", "w") as file:
            file.write("here")
    except OSError as error:
        print(error)
    os.fchdir(start)
    tell(f"{level} levels")


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        nest()
    return -1.0
