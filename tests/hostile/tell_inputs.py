"""Promise: what a hidden test passes to the submission does not reach the student.

Raises from code whose file is named after the input.

alone: leaks input
here: score 40
"""

import os
import sys

from tell import tell


def double(x):
    return 2 * x


def total(X):
    text = " ".join(str(int(x)) for x in X)
    tell(text)
    if len(X) == 2:
        exec(compile("raise ValueError", os.path.join(os.getcwd(), text), "exec"))
    return -1.0
