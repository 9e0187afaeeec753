"""A notebook, its checkpoint and its figures in a zip."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, WRONG, notebook, zipped

FILES = {
    "homework.zip": zipped(
        {
            "hw2/.ipynb_checkpoints/ridge-checkpoint.ipynb": notebook(WRONG),
            "hw2/ridge.ipynb": notebook(IMPORTS, STANDARDISE, LOSS, GRADIENT, FIT),
            "hw2/loss.png": b"\x89PNG\r\n\x1a\n",
        }
    )
}
SCORE = 100
PLAIN = SOLUTION
