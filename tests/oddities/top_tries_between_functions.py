"""Lines between the functions try them out; one of them fails, and two functions stand below it."""

from oddities_course import DEMO, FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, definitions, module

TEXT = module(IMPORTS, STANDARDISE, DEMO, LOSS, "print(ridge_loss(np.zeros(3), Z_demo, y_demo, 0.1))", GRADIENT, FIT)
FILES = {"ridge.py": TEXT}
SCORE = 100
SAYS = r"line \d+"
PLAIN = definitions(TEXT)
