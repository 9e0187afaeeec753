"""Jupyter kept an early draft of the module and of a notebook in .ipynb_checkpoints."""

from oddities_course import SOLUTION, WRONG, notebook

FILES = {
    ".ipynb_checkpoints/ridge-checkpoint.py": WRONG,
    ".ipynb_checkpoints/ridge-checkpoint.ipynb": notebook(WRONG),
    "hw/ridge.py": SOLUTION,
}
SCORE = 100
PLAIN = SOLUTION
