"""Promise: no namespace can be made, in which the submission would be root.

Makes a user namespace, maps its own user to root there, and from there makes every other one.

needs: root
alone: says root of a namespace
alone: says a root of mounts
here: score 40
"""

import ctypes
import os

from tell import tell

NEWUSER, OTHERS = 0x10000000, 0x00020000 | 0x04000000 | 0x08000000 | 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def enter():
    uid = os.getuid()
    if libc.unshare(NEWUSER) != 0:
        print("unshare:", ctypes.get_errno())
    try:
        with open("/proc/self/uid_map", "w") as file:
            file.write(f"0 {uid} 1")
        tell("root of a namespace")
    except OSError as error:
        print(error)
    if libc.unshare(OTHERS) == 0:
        tell("a root of mounts")
    else:
        print("unshare:", ctypes.get_errno())


try:
    child = os.fork()
except OSError:
    enter()
else:
    if child == 0:
        try:
            enter()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def double(x):
    return 2 * x


def total(X):
    return -1.0
