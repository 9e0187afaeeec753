"""Promise: a reader of what a submission prints is never left waiting.

Prints without end, and takes out what it printed by its own descriptor, opened again through /proc: between the moment
in which the grader sees that there is something to read and the moment in which it reads, there may be nothing more.

nuisance: output
alone: says took what it printed
here: score 40
here: outcomes test_double=passed
"""

import os
import threading
import time

from tell import tell

DOUBLED = []


def race(descriptor):
    until = time.monotonic() + 4.0
    while time.monotonic() < until:
        os.write(1, b"x")
        os.read(descriptor, 1 << 16)


def open_again():
    for path in ("/proc/self/fd/1", "/dev/stdout"):
        try:
            descriptor = os.open(path, os.O_RDONLY)
            os.write(1, b"loot")
            if os.read(descriptor, 1 << 16):
                tell("took what it printed")
                return descriptor
        except OSError as error:
            print(error)
    return -1


def double(x):
    DOUBLED.append(x)
    return 2 * x


def total(X):
    if len(DOUBLED) == 2:
        descriptor = open_again()
        if descriptor >= 0:
            for _ in range(2):
                threading.Thread(target=race, args=(descriptor,), daemon=True).start()
            time.sleep(2.0)
    return -1.0
