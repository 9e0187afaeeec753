"""The file trains for longer than an import may take, below the functions."""

from oddities_course import DEMO, SOLUTION, definitions, module

TRAIN = "for trial in range(10**7):\n    weights = fit(Z_demo, y_demo, epochs=1000)\n"
FILES = {"ridge.py": module(SOLUTION, DEMO, TRAIN)}
SCORE = 100
SAYS = r"time|long|second|limit"
PLAIN = definitions(FILES["ridge.py"])
