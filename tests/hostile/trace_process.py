"""Promise: no other process can be traced.

Seizes a process whose number it knows by ptrace, and lets it go.

alone: says traced
here: score 40
"""

import ctypes

from tell import tell

PTRACE_SEIZE, PTRACE_DETACH, PTRACE_INTERRUPT = 0x4206, 17, 0x4207
libc = ctypes.CDLL(None, use_errno=True)
if libc.ptrace(PTRACE_SEIZE, int("@VICTIM@"), None, None) == 0:
    tell("traced")
else:
    print("ptrace:", ctypes.get_errno())


def double(x):
    return 2 * x


def total(X):
    return -1.0
