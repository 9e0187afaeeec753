"""Lines are indented by tabs."""

from oddities_course import SOLUTION

FILES = {"ridge.py": SOLUTION.replace("    ", "\t")}
SCORE = 100
