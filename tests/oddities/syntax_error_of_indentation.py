"""One line of one function stands a blank too far to the right."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

FILES = {"ridge.py": module(IMPORTS, STANDARDISE.replace("    std =", "     std ="), LOSS, GRADIENT, FIT)}
SCORE = 80
SAYS = r"line \d+"
PLAIN = module(IMPORTS, LOSS, GRADIENT, FIT)
