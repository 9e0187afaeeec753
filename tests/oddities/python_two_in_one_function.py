"""One function prints as in Python 2."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

TWO = FIT.replace("    return", '    print "done", w\n    return')
FILES = {"ridge.py": module(IMPORTS, STANDARDISE, LOSS, GRADIENT, TWO)}
SCORE = 75
SAYS = r"Python 2|print|line \d+"
PLAIN = module(IMPORTS, STANDARDISE, LOSS, GRADIENT)
