"""Promise: a wire that is cut is the submission's own doing.

Shuts every socket that it has down, but stays alive, and closes its output.

alone: silences test_total, test_total_close, test_total_after, test_fit
here: score 40
here: outcomes test_double=passed, test_total=crashed
"""

import os
import socket
import stat
import time

DOUBLED = []


def cut():
    for descriptor in range(3, 256):
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                socket.socket(fileno=os.dup(descriptor)).shutdown(socket.SHUT_RDWR)
        except OSError as error:
            print(error)
    os.close(1)
    os.close(2)


def double(x):
    DOUBLED.append(x)
    return 2 * x


def total(X):
    if len(DOUBLED) == 2:
        cut()
        time.sleep(2.0)
    return -1.0
