"""One function computes with np.matrix and returns a column: (m, 1) is not (m,)."""

from oddities_course import FIT, IMPORTS, LOSS, STANDARDISE, module

MATRIX = """\
def ridge_gradient(w, X, y, l2):
    X, y, w = np.matrix(X), np.matrix(y).T, np.matrix(w).T
    return 2 * X.T * (X * w - y) / len(y) + 2 * l2 * w
"""
OWN = FIT.replace("ridge_gradient(w, X, y, l2)", "np.asarray(ridge_gradient(w, X, y, l2)).ravel()")
FILES = {"ridge.py": module(IMPORTS, STANDARDISE, LOSS, MATRIX, OWN)}
SCORE = 70
