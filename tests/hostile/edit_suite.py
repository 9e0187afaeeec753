"""Promise: a submission cannot change the suites, the reference or another submission for a later run.

Empties the hidden tests, and breaks the control's submission.

alone: edits assignments/target/tests/test_hidden.py, submissions/control/target.py
here: score 40
"""

for path in ("@COURSE@/assignments/target/tests/test_hidden.py", "@COURSE@/submissions/control/target.py"):
    try:
        with open(path, "a") as file:
            file.write("\n\ndef test_total():\n    pass\n")
    except OSError as error:
        print(error)


def double(x):
    return 2 * x


def total(X):
    return -1.0
