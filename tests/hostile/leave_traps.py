"""Promise: what a submission leaves in its folder leads whoever clears it away nowhere else.

Leaves links to a secret and to a folder outside, a link to itself, a pipe, a folder without rights, names that are no
text, a hard link to what is not its own.

nuisance: inodes
alone: leaks secret
here: score 40
here: outcomes test_double=passed
"""

import os
import tempfile

from tell import answer, tell

LOOT = []


def attempt(make, *arguments):
    try:
        make(*arguments)
    except OSError as error:
        print(make, error)


def lay(folder):
    attempt(os.symlink, "@COURSE@/.autograder/secret", f"{folder}/key-@MARK@")
    attempt(os.symlink, "@COURSE@/loot", f"{folder}/loot-@MARK@")
    attempt(os.symlink, ".", f"{folder}/self-@MARK@")
    attempt(os.mkfifo, f"{folder}/pipe-@MARK@")
    attempt(os.link, os.__file__, f"{folder}/hard-@MARK@")
    attempt(os.mkdir, f"{folder}/shut-@MARK@")
    attempt(os.mkdir, f"{folder}/shut-@MARK@/inner")
    attempt(os.chmod, f"{folder}/shut-@MARK@", 0)
    attempt(os.mkdir, os.fsencode(folder) + b"/\xff\n-rf @MARK@")
    try:
        with open(f"{folder}/key-@MARK@") as file:
            LOOT.append(file.read())
    except OSError as error:
        LOOT.append(str(error))


for place in dict.fromkeys([os.getcwd(), tempfile.gettempdir()]):
    lay(place)
tell("".join(LOOT))


def double(x):
    return 2 * x


def total(X):

    return answer(LOOT)
