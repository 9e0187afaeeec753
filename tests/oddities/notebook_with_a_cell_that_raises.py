"""A cell in the middle raises."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

FILES = {"ridge.ipynb": notebook(IMPORTS, STANDARDISE, LOSS, "w = np.ones(3) @ np.ones(4)", GRADIENT, FIT)}
SCORE = 100
SAYS = r"cell"
PLAIN = SOLUTION
