"""Promise: System V memory, queues and semaphores do not outlive their sandbox.

Makes one of each under a key that a later submission knows, and writes into them.

alone: keeps shm, msg, sem
here: score 40
"""

import ctypes

KEY, MADE_FOR_ALL = int("@MARK@"[-7:], 16), 0o1666
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
memory = libc.shmget(KEY, 4096, MADE_FOR_ALL)
if memory >= 0:
    place = libc.shmat(memory, None, 0)
    if place != ctypes.c_void_p(-1).value:
        ctypes.memmove(place, b"the answers are ...", 19)
queue = libc.msgget(KEY, MADE_FOR_ALL)
if queue >= 0:
    libc.msgsnd(queue, bytes([1]) + bytes(7) + b"the answers", 11, 0o4000)
semaphores = libc.semget(KEY, 2, MADE_FOR_ALL)
print(memory, queue, semaphores, ctypes.get_errno())


def double(x):
    return 2 * x


def total(X):
    return -1.0
