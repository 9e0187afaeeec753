"""Sends arrays in memfds that are not sealed, too short, too long, not alone, or no memfds.

alone: not applicable, the wire is not there
here: all but test_memory[0], test_memory[1], test_memory[2], test_memory[3], test_memory[4], test_memory[5], test_memory[6], test_memory[7], test_memory[8], test_memory[9]
"""

import os
import threading
import time

import tap

SIZE = 800_000
KEPT = []


def filled(trick, seals):
    descriptor = os.memfd_create("forged", 3)
    os.write(descriptor, np.full(100_000, trick, dtype=np.float64).tobytes())
    tap.fcntl.fcntl(descriptor, 1033, seals)
    return descriptor


def shrink(descriptor):
    time.sleep(0.0)
    os.ftruncate(descriptor, 0)


def memory(trick):
    node, announced = ["a", "float64", [100_000], 0], 1
    if trick == 0:  # writable after it was sent
        descriptors = [filled(trick, 0x2 | 0x4)]
    elif trick == 1:  # shrunk after it was sent
        descriptors = [filled(trick, 0x8)]
        KEPT.append(os.dup(descriptors[0]))
        threading.Thread(target=shrink, args=(KEPT[-1],), daemon=True).start()
    elif trick == 2:
        descriptors = [tap.seal(SIZE - 8)]
    elif trick == 3:
        descriptors = [tap.seal(SIZE * 2)]
    elif trick == 4:
        descriptors = [filled(trick, 15), filled(trick, 15)]
    elif trick == 5:
        descriptors = [tap.socket.socketpair()[0].detach()]
    elif trick == 6:
        descriptors = [os.open("/dev/zero", os.O_RDONLY)]
    elif trick == 7:
        descriptors = [os.open(__file__, os.O_RDONLY)]
    elif trick == 8:  # not announced
        descriptors, announced = [filled(trick, 15)], 0
    else:  # announced, and not there
        descriptors = []
    tap.instead(tap.in_memory(descriptors, node, [SIZE], announced))
