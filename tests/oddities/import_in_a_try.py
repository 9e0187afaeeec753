"""Imports stand in tries and ifs, and so do two functions."""

from oddities_course import FIT, IMPORTS, LOSS, STANDARDISE, module

CHOICE = """\
try:
    import jax.numpy as jnp
except ImportError:
    jnp = None

if np.__version__ >= "1":

    def ridge_gradient(w, X, y, l2):
        return 2 * X.T @ (X @ w - y) / len(y) + 2 * l2 * w

else:

    def ridge_gradient(w, X, y, l2):
        raise RuntimeError("update NumPy")
"""
FILES = {"ridge.py": module(IMPORTS, CHOICE, STANDARDISE, LOSS, FIT)}
SCORE = 100
