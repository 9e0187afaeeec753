"""A cell defines a function, raises, and defines the next."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, module, notebook

MIXED = module(LOSS, "print(ridge_loss(np.ones(3), X_train, y_train, 0.1))", GRADIENT)
FILES = {"ridge.ipynb": notebook(IMPORTS, STANDARDISE, MIXED, FIT)}
SCORE = 100
SAYS = r"cell|X_train"
PLAIN = SOLUTION
