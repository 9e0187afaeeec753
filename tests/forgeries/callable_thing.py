"""Returns an object that can neither be called nor iterated where one that can is asked for.

alone: not applicable, it is found out: an object on the other side must not claim what its class does not say
here: all but test_callable, test_iterator
"""


class Thing:
    pass


def make_counter():
    return Thing()


def numbers():
    return Thing()
