"""The notebook is called HW2_Lovelace.ipynb."""

from oddities_course import FIT, GRADIENT, IMPORTS, LOSS, SOLUTION, STANDARDISE, notebook

FILES = {"HW2_Lovelace.ipynb": notebook(IMPORTS, STANDARDISE, LOSS, GRADIENT, FIT)}
SCORE = 100
SAYS = r"HW2_Lovelace\.ipynb"
PLAIN = SOLUTION
