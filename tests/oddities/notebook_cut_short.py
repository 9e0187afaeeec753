"""The upload broke off in the middle of the notebook."""

from oddities_course import SOLUTION, notebook

FILES = {"ridge.ipynb": notebook(SOLUTION)[:700]}
SCORE = 0
SAYS = r"JSON|notebook|ridge\.ipynb"
