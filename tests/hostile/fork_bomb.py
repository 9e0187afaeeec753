"""Promise: the number of processes is bounded.

Forks two hundred children, and no more, each of which waits a moment.

nuisance: processes
alone: says 200 children
here: score 40
"""

import os
import time

from tell import tell

children = []
try:
    for _ in range(200):
        child = os.fork()
        if child == 0:
            time.sleep(0.3)
            os._exit(0)
        children.append(child)
except OSError as error:
    print(error)
for child in children:
    os.waitpid(child, 0)
tell(f"{len(children)} children")


def double(x):
    return 2 * x


def total(X):
    return -1.0
