"""Promise: a process that ends itself is not a pass.

Leaves with status 0 while it is imported, before any report is written.

alone: forges
here: score 0
here: outcomes test_double=crashed, test_total=crashed, test_total_public=crashed
"""

import os

os._exit(0)


def double(x):
    return 2 * x


def total(X):
    return -1.0
