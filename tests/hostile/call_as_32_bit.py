"""Promise: the filter holds for every kind of system call that the processor knows.

Forks by the 32-bit system call 2, which is `open` for 64-bit ones; by machine code of its own.

needs: x86_64
alone: says forked
here: score 40
here: outcomes test_double=passed, test_total_public=crashed|failed, test_total=failed
"""

import ctypes
import mmap
import os

from tell import tell

INT_80 = bytes.fromhex("53b802000000cd805bc3")  # push rbx; mov eax, 2; int 0x80; pop rbx; ret
X32_FORK = 0x40000000 + 57


def fork():
    try:
        code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    except OSError as error:
        print(error)
        return -1
    code.write(INT_80)
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()


def settle(child):
    if child == 0:
        os._exit(0)
    if child > 0:
        os.waitpid(child, 0)
        tell("forked")


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        settle(ctypes.CDLL(None).syscall(X32_FORK))
        settle(fork())
    return -1.0
