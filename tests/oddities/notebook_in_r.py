"""The homework was done in R."""

from oddities_course import notebook

KERNEL = {
    "kernelspec": {"display_name": "R", "language": "R", "name": "ir"},
    "language_info": {"name": "R", "file_extension": ".r", "version": "4.3.1"},
}
FILES = {
    "ridge.ipynb": notebook(
        "ridge_loss <- function(w, X, y, l2) {\n  mean((X %*% w - y)^2) + l2 * sum(w^2)\n}",
        "library(ggplot2)",
        metadata=KERNEL,
    )
}
SCORE = 0
SAYS = r"cell|\bR\b|\bno\b|\bnot\b|defin|pars|read"
