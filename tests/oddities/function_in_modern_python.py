"""Walrus, match, positional-only and keyword-only arguments, nested f-strings."""

from oddities_course import GRADIENT, IMPORTS, STANDARDISE, module

MODERN = """\
def ridge_loss(w, X, y, l2, /):
    match X.shape:
        case (n, m) if (residual := X @ w - y).shape == (n,):
            penalty = l2 * sum(v**2 for v in w)
        case _:
            raise ValueError(f"{X.shape=} {f'{y.shape}'!r:>{20}}")
    return float((residual @ residual) / n + penalty)


def fit(X, y, l2=0.0, step_size=0.1, epochs=100, *, callback=None):
    w, done = np.zeros(X.shape[1]), 0
    while (done := done + 1) <= epochs:
        w = w - step_size * ridge_gradient(w, X, y, l2)
        if callback:
            callback(w)
    return w
"""
FILES = {"ridge.py": module(IMPORTS, STANDARDISE, GRADIENT, MODERN)}
SCORE = 100
