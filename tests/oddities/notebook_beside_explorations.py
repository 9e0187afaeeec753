"""The notebook of the homework beside two with explorations and an empty one."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

FILES = {
    "ridge.ipynb": notebook(IMPORTS, STANDARDISE, LOSS, GRADIENT, FIT),
    "scratch.ipynb": notebook("x = 1 / 0"),
    "Untitled.ipynb": notebook(),
}
SCORE = 100
PLAIN = SOLUTION
