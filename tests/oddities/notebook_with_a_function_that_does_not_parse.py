"""The cell of one function does not parse: that function is lost."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module, notebook

FILES = {"ridge.ipynb": notebook(IMPORTS, STANDARDISE, LOSS.replace("l2):", "l2)"), GRADIENT, FIT)}
SCORE = 75
SAYS = r"cell"
PLAIN = module(IMPORTS, STANDARDISE, GRADIENT, FIT)
