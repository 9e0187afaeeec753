"""Promise: what ignores every signal ends all the same.

A child in a session of its own blocks and ignores all signals that can be, computes for two seconds and then writes.
The call itself does the same, for as long as it is let.

nuisance: cpu
alone: survives
here: score 40
here: outcomes test_double=passed, test_total_public=timeout, test_total=failed
"""

import os
import signal
import time

from tell import tell


def deafen():
    every = set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}
    for number in every:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, every)


def loop(cpu_s):
    while time.process_time() < cpu_s:
        pass


try:
    if os.fork() == 0:
        os.setsid()
        deafen()
        loop(2.0)
        tell("survived")
        os._exit(0)
    CHILD = True
except OSError as error:
    print(error)
    CHILD = False


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0 and not CHILD:
        deafen()
        loop(15.0)
    return -1.0
