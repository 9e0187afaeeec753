"""A notebook without a folder, called after the student."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

FILES = {"student.ipynb": notebook(IMPORTS, STANDARDISE, LOSS, GRADIENT, FIT)}
BARE = True
SCORE = 100
PLAIN = SOLUTION
