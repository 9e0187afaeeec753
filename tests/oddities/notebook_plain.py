"""A notebook, a function a cell."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

FILES = {"ridge.ipynb": notebook(IMPORTS, STANDARDISE, LOSS, GRADIENT, FIT)}
SCORE = 100
PLAIN = SOLUTION
