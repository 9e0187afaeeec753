"""Functions are decorated by numba's compiler where there is numba, else by a stand-in of the student's."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

HEADER = """\
try:
    from numba import jit
except ImportError:

    def jit(**options):
        return lambda function: function
"""
FILES = {"ridge.py": module(IMPORTS, HEADER, STANDARDISE, LOSS, "@jit(forceobj=True)\n" + GRADIENT, FIT)}
SCORE = 100
