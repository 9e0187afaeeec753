"""The demo's names are deleted one by one, one of them twice, which fails."""

from oddities_course import DEMO, FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, definitions, module

TEXT = module(IMPORTS, STANDARDISE, DEMO, "del X_demo, y_demo, Z_demo\ndel X_demo", LOSS, GRADIENT, FIT)
FILES = {"ridge.py": TEXT}
SCORE = 100
SAYS = r"X_demo|line \d+"
PLAIN = definitions(TEXT)
