"""Windows hides extensions, so that the file is really called ridge.py.txt."""

from oddities_course import SOLUTION

FILES = {"ridge.py.txt": SOLUTION}
SCORE = 100
SAYS = r"ridge\.py\.txt"
PLAIN = SOLUTION
