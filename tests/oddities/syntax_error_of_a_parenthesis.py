"""A parenthesis is not closed in one function, so that Python complains of the next."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

BROKEN = LOSS.replace("np.sum(w**2))", "np.sum(w**2)")
FILES = {"ridge.py": module(IMPORTS, STANDARDISE, BROKEN, GRADIENT, FIT)}
SCORE = 75
SAYS = r"line \d+"
PLAIN = module(IMPORTS, STANDARDISE, GRADIENT, FIT)
