"""The docstring of the last function is not closed, so that the file ends in it."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

FILES = {"ridge.py": module(IMPORTS, STANDARDISE, LOSS, GRADIENT, FIT.replace('(m,)."""', "(m,)."))}
SCORE = 75
SAYS = r"line \d+"
PLAIN = module(IMPORTS, STANDARDISE, LOSS, GRADIENT)
