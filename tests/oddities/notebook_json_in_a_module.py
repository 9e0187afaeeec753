"""The notebook was renamed to ridge.py."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

FILES = {"ridge.py": notebook(IMPORTS, STANDARDISE, LOSS, GRADIENT, FIT)}
SCORE = 100
SAYS = r"notebook"
PLAIN = SOLUTION
