"""Promise: rights that were given up cannot be had back.

Gives up root's rights but keeps a way back, as a careless sandbox does, and takes it.

needs: root
alone: says every right is back
here: score 40
"""

import ctypes
import os
import struct

from tell import tell

libc = ctypes.CDLL(None, use_errno=True)


def rights():
    held = ctypes.create_string_buffer(24)
    libc.capget(struct.pack("=II", 0x20080522, 0), held)
    return struct.unpack_from("=I", held)[0]


def climb():
    for change, numbers in (
        (os.setresuid, (65534, 65534, 0)), (os.setresuid, (0, 0, 0)), (os.setresgid, (0, 0, 0)), (os.setgroups, ([0],)),
    ):
        try:
            change(*numbers)
        except OSError as error:
            print(change, error)
    libc.capset(struct.pack("=II", 0x20080522, 0), struct.pack("=6I", *[0xFFFFFFFF] * 6))
    if rights():
        tell("every right is back")


try:
    child = os.fork()
except OSError:
    climb()
else:
    if child == 0:
        try:
            climb()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def double(x):
    return 2 * x


def total(X):
    return -1.0
