"""A function is defined twice, wrong and then right: the last counts, as it does for Python."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

FILES = {
    "ridge.ipynb": notebook(
        IMPORTS, STANDARDISE, LOSS.replace("np.mean", "np.sum"), GRADIENT.replace("2 *", "3 *"), LOSS, GRADIENT, FIT
    )
}
SCORE = 100
PLAIN = SOLUTION
