"""Question marks before and after names show help."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

FILES = {
    "ridge.ipynb": notebook(
        IMPORTS, "?np.linalg.norm", STANDARDISE + "\nstandardise?\n", "np.mean??\n" + LOSS, GRADIENT, "help(fit)", FIT
    )
}
SCORE = 100
PLAIN = SOLUTION
