"""Promise: not even whether a hidden file is there, or how long it is, can be learnt.

Asks for the length, the owner and the date of the hidden suite, of the secret and of another student's submission,
by each call that tells them, and whether folders can be entered.

alone: says knows the length
alone: says knows that it is there
here: score 40
"""

import os

from tell import tell

PATHS = (
    "@COURSE@/assignments/target/tests/test_hidden.py", "@COURSE@/.autograder/secret",
    "@COURSE@/submissions/control/target.py", "@COURSE@/out/results/earlier.json", "@COURSE@/submissions/control",
)
for path in PATHS:
    for word, ask in (
        ("knows the length", lambda path: os.stat(path).st_size),
        ("knows the length", lambda path: os.lstat(path).st_size),
        ("knows that it is there", lambda path: os.stat(os.path.dirname(path) + "/../" + os.path.dirname(path)[-4:])),
        ("knows that it is there", lambda path: os.close(os.open(path, os.O_PATH))),
        ("knows that it is there", os.statvfs),
        ("knows that it is there", os.listxattr),
        ("knows that it is there", lambda path: path if os.access(path, os.F_OK) else os.stat(path)),
    ):
        try:
            ask(path)
            tell(word)
        except PermissionError as error:
            print(word, error)  # a refusal tells that something is there
        except OSError as error:
            print(word, error)


def double(x):
    return 2 * x


def total(X):
    return -1.0
