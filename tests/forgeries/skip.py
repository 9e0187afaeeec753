"""Raises the exception by which pytest skips a test.

alone: skips test_stopped
here: all but test_stopped
"""


def stopped(X):
    import pytest

    pytest.skip("not today")
