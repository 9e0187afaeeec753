"""Markdown and raw cells stand between, some of which hold Python that is not meant to run."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, WRONG, notebook, prose

FILES = {
    "ridge.ipynb": notebook(
        prose("# Homework 2\n\n$\\nabla L = 0$\n"),
        IMPORTS,
        STANDARDISE,
        LOSS,
        GRADIENT,
        FIT,
        prose(WRONG, "raw"),
        prose("```python\n" + WRONG + "```\n"),
    )
}
SCORE = 100
PLAIN = SOLUTION
