"""Promise: what waits for nothing is not waited for.

Sleeps, in the public test alone; twelve seconds are as good as for ever, and are soon over in plain pytest.

nuisance: wall
alone: lasts 12
here: score 40
here: outcomes test_double=passed, test_total_public=timeout, test_total=failed
"""

import time


def double(x):
    return 2 * x


def total(X):
    if len(X) == 2 and X[0] == 1.0:
        time.sleep(12.0)
    return -1.0
