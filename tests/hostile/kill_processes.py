"""Promise: no process but its own can be ended.

Kills a process whose number it knows; and, where it is the first of its own process namespace, every one it can see.

nuisance: signals
alone: kills
here: score 40
"""

import os
import signal

for number in [int("@VICTIM@")] + ([-1, 0] if os.getpid() == 1 else []):
    try:
        os.kill(number, signal.SIGKILL)
        print(number, "was sent a signal")
    except OSError as error:
        print(number, error)


def double(x):
    return 2 * x


def total(X):
    return -1.0
