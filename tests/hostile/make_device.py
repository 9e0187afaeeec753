"""Promise: no device can be made.

Makes a node of /dev/zero in each folder that it may write to, and reads from it.

needs: root
alone: says a device of its own
here: score 40
"""

import os
import stat
import tempfile

from tell import tell

for folder in dict.fromkeys([os.getcwd(), tempfile.gettempdir(), "/dev/shm"]):
    path = f"{folder}/zero-@MARK@"
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))
        with open(path, "rb") as device:
            if device.read(4) == bytes(4):
                tell("a device of its own")
    except OSError as error:
        print(error)


def double(x):
    return 2 * x


def total(X):
    return -1.0
