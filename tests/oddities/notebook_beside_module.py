"""A right module beside a notebook with an early draft: the module counts."""

from oddities_course import SOLUTION, WRONG, notebook

FILES = {"ridge.py": SOLUTION, "ridge.ipynb": notebook(WRONG)}
SCORE = 100
SAYS = r"ipynb|notebook"
