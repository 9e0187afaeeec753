"""Promise: signals of the submission's reach no process but its own.

Sets timers of wall and of CPU time whose signal, after its answer, leaves with status 0.

nuisance: signals
alone: forges
here: score 40
here: outcomes test_double=passed
"""

import os
import signal

DOUBLED = []


def leave(number, frame):
    os._exit(0)


def arm():
    for number in (signal.SIGALRM, signal.SIGPROF, signal.SIGVTALRM):
        signal.signal(number, leave)
    signal.setitimer(signal.ITIMER_PROF, 0.01)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.01)
    signal.setitimer(signal.ITIMER_REAL, 0.01)


def double(x):
    DOUBLED.append(x)
    return 2 * x


def total(X):
    if len(DOUBLED) == 2:
        arm()
    return -1.0
