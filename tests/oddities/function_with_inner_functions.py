"""Functions hold functions, closures and a generator."""

from oddities_course import GRADIENT, IMPORTS, LOSS, STANDARDISE, module

INNER = '''\
def fit(X, y, l2=0.0, step_size=0.1, epochs=100):
    """Gradient descent."""
    w = np.zeros(X.shape[1])

    def step():
        nonlocal w
        w = w - step_size * ridge_gradient(w, X, y, l2)
        return w

    def steps():
        for _ in range(epochs):
            yield step()

    for last in steps():
        pass
    return last
'''
FILES = {"ridge.py": module(IMPORTS, STANDARDISE, LOSS, GRADIENT, INNER)}
SCORE = 100
