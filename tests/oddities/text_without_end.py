"""No newline at the end of the file."""

from oddities_course import SOLUTION

FILES = {"ridge.py": SOLUTION.rstrip("\n")}
SCORE = 100
