"""The file trains for longer than an import may take, and two functions stand below."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, definitions, module

TRAIN = "w_demo = np.zeros(50)\nfor step in range(10**9):\n    w_demo = w_demo - 1e-9 * np.ones((50, 50)) @ w_demo\n"
FILES = {"ridge.py": module(IMPORTS, STANDARDISE, LOSS, TRAIN, GRADIENT, FIT)}
SCORE = 100
SAYS = r"time|long|second|limit"
PLAIN = definitions(FILES["ridge.py"])
