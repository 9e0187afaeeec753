"""NumPy's and mathematics' names are imported with stars, so that sum and pow are not Python's own."""

from oddities_course import FIT, GRADIENT, LOSS, STANDARDISE, module

FILES = {
    "ridge.py": module(
        "from math import *\nfrom numpy import *\nimport numpy as np",
        STANDARDISE.replace("X.mean(axis=0)", "mean_of(X, axis=0)"),
        "mean_of = mean",
        LOSS.replace("np.mean", "mean").replace("np.sum", "sum"),
        GRADIENT,
        FIT.replace("np.zeros", "zeros"),
    )
}
SCORE = 100
