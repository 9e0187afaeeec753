"""Promise: no file of a submission runs before the grader has made itself ready.

Hands in a sitecustomize.py, which the interpreter runs when it starts, and a json.py.

alone: forges
here: score 40
"""


def double(x):
    return 2 * x


def total(X):
    return -1.0


#: file sitecustomize.py
import os

os._exit(0)

#: file json.py
import os

os._exit(0)
