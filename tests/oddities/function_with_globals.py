"""Functions read constants and count their calls in globals."""

from oddities_course import GRADIENT, IMPORTS, LOSS, STANDARDISE, module

GLOBALS = """\
EPOCHS, STEP_SIZE = 100, 0.1
calls = 0
history = []


def fit(X, y, l2=0.0, step_size=STEP_SIZE, epochs=EPOCHS):
    global calls, w
    calls += 1
    w = np.zeros(X.shape[1])
    for _ in range(epochs):
        w = w - step_size * ridge_gradient(w, X, y, l2)
        history.append(ridge_loss(w, X, y, l2))
    return w
"""
FILES = {"ridge.py": module(IMPORTS, STANDARDISE, LOSS, GRADIENT, GLOBALS)}
SCORE = 100
