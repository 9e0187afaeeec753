"""Two functions are lambdas, and one name is another's alias."""

from oddities_course import FIT, IMPORTS, STANDARDISE, module

LAMBDAS = """\
ridge_loss = lambda w, X, y, l2: np.mean((X @ w - y) ** 2) + l2 * w @ w
g = lambda w, X, y, l2: 2 * X.T @ (X @ w - y) / len(y) + 2 * l2 * w
ridge_gradient = g
"""
FILES = {"ridge.py": module(IMPORTS, STANDARDISE, LAMBDAS, FIT)}
SCORE = 100
