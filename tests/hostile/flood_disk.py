"""Promise: what a submission writes to disk is bounded.

Writes files of 8 MiB into each folder that it may write to, 120 MiB in all and no more.

nuisance: disk
alone: says 120 MiB
here: score 40
here: outcomes test_double=passed, test_total=failed
"""

import os
import tempfile

from tell import tell

FOLDERS = (".", os.environ.get("TMPDIR", "."), tempfile.gettempdir(), "/dev/shm", "/var/tmp")


def write(path):
    written = 0
    with open(path, "wb", buffering=0) as file:
        for _ in range(8):
            written += file.write(bytes(1 << 20))
    return written


def flood():
    written = 0
    for folder in FOLDERS:
        for number in range(15):
            try:
                if written < 120 << 20:
                    written += write(os.path.join(folder, f"{number}-@MARK@"))
            except OSError as error:
                print(folder, error)
                break
    tell(f"{written >> 20} MiB")


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        flood()
    return -1.0
