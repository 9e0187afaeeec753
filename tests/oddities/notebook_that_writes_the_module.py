"""The functions stand in a cell that writes them into a file, by %%writefile."""

from oddities_course import SOLUTION, notebook

FILES = {
    "ridge.ipynb": notebook("%%writefile ridge.py\n" + SOLUTION, "from ridge import fit, ridge_loss\nfit?"),
}
SCORE = 100
PLAIN = SOLUTION
