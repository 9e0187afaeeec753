"""Promise: no program can be started in the place of the submission's process.

Writes a library whose first act is to leave with status 0, and starts Python anew with it loaded before all else.

needs: x86_64
alone: forges
here: score 40
here: outcomes test_double=passed, test_total=failed
"""

import base64
import os
import sys
import tempfile
import zlib

LIBRARY = zlib.decompress(base64.b64decode(
    "eNqrd/VxY2JkZIABZgY7BgSPgcGBARM4MFgwMEFlQGrZGXCDBEZUmkEAQjEBMRsQf4AKo9MFaDQHlDb8v+M5kOJnhfIZoZhYwAOl"
    "N0BpFih9AEqzQekLUBpmzwsozYVkLwhwQ2kJHPYBAEalDYc="
))


def start(folder):
    path = os.path.join(os.path.abspath(folder), "first-@MARK@.so")
    with open(path, "wb") as file:
        file.write(LIBRARY)
    os.execve(sys.executable, [sys.executable, "-c", ""], {"LD_PRELOAD": path})


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        for folder in (tempfile.gettempdir(), ".", "/dev/shm"):
            try:
                start(folder)
            except OSError as error:
                print(error)
    return -1.0
