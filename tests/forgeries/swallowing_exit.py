"""Leaves its context with True, which swallows the assertion of the test in it.

alone: passes test_context
here: all but test_context
"""


class Log:
    values = (-1.0,)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return True

    def add(self, x):
        pass
