"""Promise: no other process's limits, priority or processors can be changed.

Lowers a limit and the priority of a process whose number it knows, and ties it to one processor; its parent gets what
it has already, since that it may be set at all is enough.

nuisance: cpu
alone: says set a limit
alone: says set a priority
alone: says set processors
here: score 40
"""

import os
import resource

from tell import tell


def attempt(word, act, *arguments):
    try:
        act(*arguments)
        tell(word)
    except OSError as error:
        print(word, error)


def processors(number):
    os.sched_setaffinity(number, {min(os.sched_getaffinity(number))})


attempt("set a limit", resource.prlimit, int("@VICTIM@"), resource.RLIMIT_CORE, (0, 0))
attempt("set a priority", os.setpriority, os.PRIO_PROCESS, int("@VICTIM@"), 5)
attempt("set processors", processors, int("@VICTIM@"))
parent = os.getppid()
if parent > 1:
    core, who = resource.RLIMIT_CORE, os.PRIO_PROCESS
    attempt("set a limit", lambda: resource.prlimit(parent, core, resource.prlimit(parent, core)))
    attempt("set a priority", lambda: os.setpriority(who, parent, os.getpriority(who, parent)))
    attempt("set processors", lambda: os.sched_setaffinity(parent, os.sched_getaffinity(parent)))


def double(x):
    return 2 * x


def total(X):
    return -1.0
