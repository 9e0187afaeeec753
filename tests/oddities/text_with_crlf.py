"""Lines end as on Windows."""

from oddities_course import SOLUTION

FILES = {"ridge.py": SOLUTION.replace("\n", "\r\n")}
SCORE = 100
