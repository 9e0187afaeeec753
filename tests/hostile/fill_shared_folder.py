"""Promise: the folder of shared memory is not a way to the machine's memory.

Writes 64 MiB into /dev/shm.

nuisance: memory
alone: says 64 MiB
here: score 40
here: outcomes test_double=passed, test_total=failed
"""

from tell import tell


def fill():
    written = 0
    try:
        with open("/dev/shm/full-@MARK@", "wb", buffering=0) as file:
            for _ in range(64):
                written += file.write(bytes(1 << 20))
    except OSError as error:
        print(error)
    tell(f"{written >> 20} MiB")


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        fill()
    return -1.0
