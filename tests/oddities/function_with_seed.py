"""A function seeds the global generators and draws from them, to no effect on its result."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, STANDARDISE, module

SEEDED = FIT.replace("    w = np.zeros", "    np.random.seed(0)\n    noise = np.random.randn(3)\n    w = np.zeros")
FILES = {"ridge.py": module(IMPORTS, STANDARDISE, LOSS, GRADIENT, SEEDED)}
SCORE = 100
