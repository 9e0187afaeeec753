"""Promise: nothing can be mounted.

Mounts an empty folder over the suites, in a place of its own so that no other process sees it; by the old system call
and by the new ones.

needs: root
alone: says the suites are gone
alone: says a new kind of mount
here: score 40
"""

import ctypes
import os

from tell import tell

NEWNS, REC, PRIVATE = 0x00020000, 16384, 1 << 18
FSOPEN, OPEN_TREE = 430, 428
SUITES = b"@COURSE@/assignments/target/tests"
libc = ctypes.CDLL(None, use_errno=True)


def cover():
    alone = libc.unshare(NEWNS) == 0 and libc.mount(b"none", b"/", None, REC | PRIVATE, None) == 0
    for target in (SUITES, os.getcwd().encode() + b"/over") if alone else (os.getcwd().encode() + b"/over",):
        os.makedirs(b"over", exist_ok=True)
        if libc.mount(b"tmpfs", target, b"tmpfs", 0, None) == 0:
            tell("the suites are gone")
        else:
            print("mount:", ctypes.get_errno())
    if max(libc.syscall(FSOPEN, b"tmpfs", 0), libc.syscall(OPEN_TREE, -100, b"/", 1)) >= 0:
        tell("a new kind of mount")


try:
    child = os.fork()
except OSError:
    cover()
else:
    if child == 0:
        try:
            cover()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def double(x):
    return 2 * x


def total(X):
    return -1.0
