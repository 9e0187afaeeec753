"""The file is called RIDGE.PY, by an old editor."""

from oddities_course import SOLUTION

FILES = {"RIDGE.PY": SOLUTION}
SCORE = 100
SAYS = r"RIDGE\.PY"
PLAIN = SOLUTION
