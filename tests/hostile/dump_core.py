"""Promise: the memory of a process that crashes is not left on the disk.

Raises its limit of core files to a page, and aborts.

alone: says core files of 4096 bytes
alone: dies SIGABRT
here: score 40
here: outcomes test_double=passed, test_total_public=crashed, test_total=failed
"""

import os
import resource

from tell import tell


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        try:
            resource.setrlimit(resource.RLIMIT_CORE, (4096, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        except (OSError, ValueError) as error:
            print(error)
        tell(f"core files of {resource.getrlimit(resource.RLIMIT_CORE)[0]} bytes")
        os.abort()
    return -1.0
