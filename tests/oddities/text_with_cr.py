"""Lines end as on a Mac of the last century."""

from oddities_course import SOLUTION

FILES = {"ridge.py": SOLUTION.replace("\n", "\r")}
SCORE = 100
