"""Promise: a process that ends itself is not a pass, and costs the test that it ended in alone.

Leaves with status 0 in the first call that it cannot answer.

alone: forges
here: score 40
here: outcomes test_double=passed, test_total=crashed, test_total_close=crashed, test_total_public=crashed
"""

import os


def double(x):
    return 2 * x


def total(X):
    os._exit(0)
