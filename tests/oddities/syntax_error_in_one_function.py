"""A colon is missing in one function."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

BROKEN = LOSS.replace("l2):", "l2)")
FILES = {"ridge.py": module(IMPORTS, STANDARDISE, BROKEN, GRADIENT, FIT)}
SCORE = 75
SAYS = r"line \d+"
PLAIN = module(IMPORTS, STANDARDISE, GRADIENT, FIT)
