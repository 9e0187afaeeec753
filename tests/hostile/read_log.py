"""Promise: the streams that a submission writes to cannot be read by it.

Opens each of its descriptors again through /proc, for reading, and takes out what stands there: the grader's own
log, or a pipe whose reader would then wait in vain.

alone: says took the log
here: score 40
"""

import os
import stat

from tell import tell


def read():
    for number in range(256):
        for path in (f"/proc/self/fd/{number}", f"/dev/fd/{number}", f"/proc/thread-self/fd/{number}"):
            try:
                kind = os.stat(path).st_mode
                if not (stat.S_ISREG(kind) or stat.S_ISFIFO(kind)):
                    continue
                descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            except OSError:
                continue
            try:
                if stat.S_ISFIFO(kind) or b"test session starts" in os.read(descriptor, 1 << 16):
                    tell("took the log")
            except OSError as error:
                print(error)
            os.close(descriptor)


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        read()
    return -1.0
