"""The cells were run in another order than they stand in: the first calls what later ones define."""

from oddities_course import DEMO, FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, code, notebook

FILES = {
    "ridge.ipynb": notebook(
        code(DEMO + "\nprint(fit(Z_demo, y_demo))", execution_count=31),
        code(FIT, execution_count=12),
        code(GRADIENT, execution_count=7),
        code(LOSS, execution_count=8),
        code(STANDARDISE, execution_count=9),
        code(IMPORTS, execution_count=1),
    )
}
SCORE = 100
SAYS = r"cell"
PLAIN = SOLUTION
