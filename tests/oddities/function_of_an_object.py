"""One function is a bound method, another an object that can be called."""

from oddities_course import GRADIENT, IMPORTS, STANDARDISE, module

OBJECTS = """\
class Loss:
    def __call__(self, w, X, y, l2):
        return float(np.mean((X @ w - y) ** 2) + l2 * np.sum(w**2))


class Model:
    def __init__(self):
        self.history = []

    def fit(self, X, y, l2=0.0, step_size=0.1, epochs=100):
        w = np.zeros(X.shape[1])
        for _ in range(epochs):
            w = w - step_size * ridge_gradient(w, X, y, l2)
            self.history.append(w)
        return w


ridge_loss = Loss()
fit = Model().fit
"""
FILES = {"ridge.py": module(IMPORTS, STANDARDISE, GRADIENT, OBJECTS)}
SCORE = 100
