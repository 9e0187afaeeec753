"""A cell that the student gave up on does not parse."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

FILES = {"ridge.ipynb": notebook(IMPORTS, STANDARDISE, LOSS, "for i in range(3)\n    plot(i", GRADIENT, FIT)}
SCORE = 100
SAYS = r"cell"
PLAIN = SOLUTION
