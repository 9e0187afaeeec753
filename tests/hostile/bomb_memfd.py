"""Promise: memory that no address space shows is bounded too.

Writes eight anonymous files of 90 MiB, of which none is mapped.

nuisance: memory
alone: says 720 MiB
here: score 40
here: outcomes test_double=passed, test_total_public=memory|failed, test_total=failed
"""

import os

from tell import tell


def fill():
    piece, written = bytes(1 << 20), 0
    for number in range(8):
        descriptor = os.memfd_create(f"bomb {number}")
        for _ in range(90):
            written += os.write(descriptor, piece)
    tell(f"{written >> 20} MiB")


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        try:
            fill()
        except OSError as error:
            print(error)
    return -1.0
