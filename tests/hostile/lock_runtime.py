"""Promise: two submissions that are graded at the same time share nothing by which they could talk.

Locks bytes of a file of the standard library, which every sandbox reads, and asks through a second descriptor, as
another process would, which bytes are locked.

alone: says heard a lock
here: score 40
"""

import fcntl
import os
import struct

from tell import tell

F_OFD_GETLK, F_OFD_SETLK = 36, 37


def lock(kind, first):
    return struct.pack("hhqqi", kind, os.SEEK_SET, first, 1, 0) + bytes(4)


speaker, listener = (os.open(os.__file__, os.O_RDONLY) for _ in range(2))
try:
    fcntl.fcntl(speaker, F_OFD_SETLK, lock(fcntl.F_RDLCK, 42))
    heard = fcntl.fcntl(listener, F_OFD_GETLK, lock(fcntl.F_WRLCK, 42))
    if struct.unpack_from("h", heard)[0] == fcntl.F_RDLCK:
        tell("heard a lock")
except OSError as error:
    print(error)
try:
    fcntl.flock(speaker, fcntl.LOCK_EX | fcntl.LOCK_NB)
    tell("heard a lock")
except OSError as error:
    print(error)


def double(x):
    return 2 * x


def total(X):
    return -1.0
