"""Promise: a test that the submission skips is not a pass.

Raises SkipTest, and an exception that calls itself pytest's.

alone: forges
here: score 40
here: outcomes test_double=passed, test_total=error, test_total_close=error
"""

import unittest


def double(x):
    return 2 * x


def total(*arguments):
    raise unittest.SkipTest("not today")


fit = total
