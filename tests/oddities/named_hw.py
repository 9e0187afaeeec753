"""The file is called hw2.py."""

from oddities_course import SOLUTION

FILES = {"hw2.py": SOLUTION}
SCORE = 100
SAYS = r"hw2\.py"
PLAIN = SOLUTION
