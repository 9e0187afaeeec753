"""Raises GeneratorExit out of a call, from a generator in which the test's function is called.

alone: not applicable, it is found out
here: all but test_callback
"""


def loop(n, each):
    each(0, 10.0)
    raise GeneratorExit
