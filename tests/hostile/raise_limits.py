"""Promise: limits are hard.

Raises each of its limits, and its priority.

needs: root
alone: says raised CORE
alone: says went before others
here: score 40
"""

import os
import resource

from tell import tell

for name in ("CPU", "AS", "FSIZE", "NOFILE", "NPROC", "MEMLOCK", "CORE", "MSGQUEUE"):
    limit = getattr(resource, f"RLIMIT_{name}", 12)
    soft, hard = resource.getrlimit(limit)
    for wanted in ((hard + 4096, hard + 4096), (hard, hard)):
        try:
            if soft != resource.RLIM_INFINITY and wanted != (soft, hard):
                resource.setrlimit(limit, wanted)
                tell(f"raised {name}")
        except (OSError, ValueError) as error:
            print(name, error)
try:
    os.setpriority(os.PRIO_PROCESS, 0, -1)
    tell("went before others")
    os.setpriority(os.PRIO_PROCESS, 0, 0)
except OSError as error:
    print(error)


def double(x):
    return 2 * x


def total(X):
    return -1.0
