"""The file is called Ridge.py, which is the same on the student's Windows."""

from oddities_course import SOLUTION

FILES = {"Ridge.py": SOLUTION}
SCORE = 100
SAYS = r"Ridge\.py"
PLAIN = SOLUTION
