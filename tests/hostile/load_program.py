"""Promise: nothing of the submission's runs in the kernel, and no filter of its own is put on files.

Makes a map for BPF programs and a group for fanotify.

needs: root
alone: says a map in the kernel
alone: says a watch on every file
here: score 40
"""

import ctypes
import os
import platform
import struct

from tell import tell

BPF, FANOTIFY = {"x86_64": (321, 300), "aarch64": (280, 262)}[platform.machine()]
MAP_CREATE, ARRAY = 0, 2
libc = ctypes.CDLL(None, use_errno=True)
for word, descriptor in (
    ("a map in the kernel", libc.syscall(BPF, MAP_CREATE, struct.pack("=4I", ARRAY, 4, 4, 1) + bytes(112), 128)),
    ("a watch on every file", libc.syscall(FANOTIFY, 0, 0)),
):
    if descriptor >= 0:
        tell(word)
        os.close(descriptor)
    else:
        print(word, ctypes.get_errno())


def double(x):
    return 2 * x


def total(X):
    return -1.0
