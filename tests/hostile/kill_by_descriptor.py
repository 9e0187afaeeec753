"""Promise: a death by a descriptor that sends signals is not the machine's fault.

Asks for SIGKILL whenever one of its sockets or pipes can be read, the grader's among them.

nuisance: signals
alone: dies SIGKILL
here: score 40
here: outcomes test_double=passed, test_total_public=crashed|failed, test_total=failed
"""

import fcntl
import os
import signal
import socket
import time


def arm(descriptor):
    for command, argument in (
        (fcntl.F_SETSIG, signal.SIGKILL),
        (fcntl.F_SETOWN, os.getpid()),
        (fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_ASYNC),
    ):
        try:
            fcntl.fcntl(descriptor, command, argument)
        except OSError as error:
            print(command, error)


def arm_all():
    for descriptor in range(3, 256):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        try:
            arm(descriptor)
        except OSError as error:
            print(descriptor, error)


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        ours, theirs = socket.socketpair()
        arm_all()
        theirs.send(b"now")
        time.sleep(0.2)
    return -1.0
