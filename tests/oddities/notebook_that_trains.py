"""A cell between the functions trains for longer than an import may take."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

TRAINS = "w = np.zeros(50)\nfor step in range(10**9):\n    w = w - 1e-9 * np.ones((50, 50)) @ w\n"
FILES = {"ridge.ipynb": notebook(IMPORTS, STANDARDISE, LOSS, TRAINS, GRADIENT, FIT)}
SCORE = 100
SAYS = r"cell|time|long|second|limit"
PLAIN = SOLUTION
