"""Promise: memory that an answer lies in cannot be taken away from under its reader.

Answers with an array that lies in a file, and cuts the file. Where answers travel in anonymous files, it puts its own
into their place: of huge pages that are not there, not sealed and then cut, longer than announced, all holes.

alone: dies SIGBUS
here: score 40
here: outcomes test_double=passed, test_total_public=crashed, test_total=crashed|failed|error
here: outcomes test_total_close=crashed|failed|error, test_total_after=crashed|failed|error
"""

import fcntl
import mmap
import os
import sys
import tempfile

import numpy as np

CALLS = []
HUGE_PAGES, SEALING, ADD_SEALS, ALL_SEALS = 0x4, 0x2, 1033, 0xF
HUGE = 2 << 20


def cut_array():
    with tempfile.TemporaryFile() as file:
        file.truncate(1 << 16)
        array = np.frombuffer(mmap.mmap(file.fileno(), 1 << 16), dtype=np.float64)
        file.truncate(0)
    return array


def make(flags, size, seals):
    descriptor = os.memfd_create("answer", SEALING | flags)
    os.truncate(descriptor, size)
    fcntl.fcntl(descriptor, ADD_SEALS, seals)
    return descriptor


def lie(buffers):
    size = sum(len(buffer) for buffer in buffers)
    try:
        way = len(CALLS) % 4
        if way == 1:
            return make(HUGE_PAGES, -(-size // HUGE) * HUGE, ALL_SEALS)
        if way == 2:
            return make(0, size + 4096, ALL_SEALS)
        if way == 3:
            return make(0, size, 0)
        return make(0, size, ALL_SEALS)
    except OSError as error:
        print(error)
        return -1


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        return cut_array()
    student_side = sys.modules.get("_student_side")
    if student_side is not None:
        CALLS.append(X)
        student_side._seal = lie
    return np.zeros(HUGE // 8 * 4)
