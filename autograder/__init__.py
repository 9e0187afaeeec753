"""Grades deep-learning homework with hidden pytest suites, the student's code behind a process boundary."""

__version__ = "0.1.0"
