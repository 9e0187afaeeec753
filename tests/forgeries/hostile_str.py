"""Raises an exception whose text is what the test expects of it at the moment when it is read.

alone: passes test_message
here: all but test_message
"""

import tap


class Texts(ValueError):
    def __str__(self):
        return str(tap.found("expected"))


def check_text(X):
    raise Texts
