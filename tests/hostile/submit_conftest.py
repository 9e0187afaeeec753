"""Promise: a submitted conftest.py is never loaded.

Hands in one whose hook turns every report into a pass, and a pytest.ini that collects nothing of the suites.

alone: forges
alone: passes test_total, test_total_close, test_total_after, test_fit
here: score 40
"""


def double(x):
    return 2 * x


def total(X):
    return -1.0


#: file conftest.py
import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    report.outcome, report.longrepr = "passed", None
    return report
