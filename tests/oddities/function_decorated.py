"""Each function is decorated by a timer that prints; one decorator hides the signature."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

TIMER = """\
import functools
import time


def timed(function):
    @functools.wraps(function)
    def call(*args, **kwargs):
        started = time.perf_counter()
        value = function(*args, **kwargs)
        print(function.__name__, time.perf_counter() - started)
        return value

    return call


def plain(function):
    return lambda *args, **kwargs: function(*args, **kwargs)
"""
FILES = {
    "ridge.py": module(
        IMPORTS, TIMER, "@timed\n" + STANDARDISE, "@plain\n" + LOSS, "@timed\n@plain\n" + GRADIENT, "@timed\n" + FIT
    )
}
SCORE = 100
