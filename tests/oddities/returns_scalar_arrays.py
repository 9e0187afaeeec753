"""The loss is a 0-d array."""

from oddities_course import SOLUTION

FILES = {"ridge.py": SOLUTION.replace("return float(", "return np.array(")}
SCORE = 100
