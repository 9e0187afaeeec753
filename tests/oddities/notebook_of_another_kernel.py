"""The kernel is an environment of the student's own, and no language is named."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

KERNEL = {"kernelspec": {"display_name": "dl-homework (conda)", "name": "conda-env-dl-homework-py"}}
FILES = {"ridge.ipynb": notebook(IMPORTS, STANDARDISE, LOSS, GRADIENT, FIT, metadata=KERNEL)}
SCORE = 100
PLAIN = SOLUTION
