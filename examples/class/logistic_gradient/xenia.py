# Xenia

import numpy as np


def _checked_examples(X: np.ndarray) -> np.ndarray:
    """Return X as a float array of shape (n, m); raise ValueError if it has another shape or is empty."""
    X = np.asarray(X, dtype=np.float64)
    if X.ndim != 2 or X.size == 0:
        raise ValueError(f"X must have shape (n, m) and not be empty, not {X.shape}")
    return X


def _checked_model(w: np.ndarray, b: float, X: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
    """Return w (m,), b and X (n, m) as floats; raise ValueError if their shapes disagree."""
    w, X = np.asarray(w, dtype=np.float64), _checked_examples(X)
    if w.shape != (X.shape[1],):
        raise ValueError(f"w must have shape ({X.shape[1]},), one entry a feature of X, not {w.shape}")
    if np.shape(b) != ():
        raise ValueError(f"b must be a number, not an array of shape {np.shape(b)}")
    return w, float(b), X


def _checked_labels(y: np.ndarray, examples: int) -> np.ndarray:
    """Return y, shape (examples,), as it came; raise ValueError if a label is neither 0 nor 1."""
    y = np.asarray(y)
    if y.shape != (examples,):
        raise ValueError(f"y must have shape ({examples},), one label an example, not {y.shape}")
    if not np.isin(y, (0, 1)).all():
        raise ValueError("y must hold labels 0 and 1")
    return y


def _check_at_least(name: str, value: float, lowest: int) -> None:
    """Raise ValueError, naming the argument, if value is under lowest."""
    if value < lowest:
        raise ValueError(f"{name} must be at least {lowest}, not {value}")


def sigmoid(z):
    z = np.asarray(z, dtype=np.float64)
    return 0.5 * (1 + np.tanh(z / 2))


def loss(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    z = X @ w + b
    # -log sigmoid(z) = log(1 + e^-z),  -log(1 - sigmoid(z)) = log(1 + e^z)
    per_example = np.where(y == 1, np.logaddexp(0, -z), np.logaddexp(0, z))
    return per_example.mean()


def gradient(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    p = sigmoid(X @ w + b)
    dz = p - y
    dw = (dz[:, None] * X).mean(axis=0)
    db = np.mean(dz)
    return dw, db


def hessian(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    p = sigmoid(X @ w + b)
    A = np.column_stack([np.ones(len(X)), X])
    return (A.T * (p * (1 - p))) @ A / len(X)


def sgd_step(w, b, X, y, step_size):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    _check_at_least("step_size", step_size, 0)
    dw, db = gradient(w, b, X, y)
    return w - step_size * dw, b - step_size * db


def fit(X, y, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    X = _checked_examples(X)
    y = _checked_labels(y, examples=len(X))
    _check_at_least("step_size", step_size, 0)
    _check_at_least("epochs", epochs, 0)
    _check_at_least("batch_size", batch_size, 1)
    _check_at_least("l2", l2, 0)
    n, m = X.shape
    w, b = np.zeros(m), 0.0
    for epoch in range(epochs):
        order = np.arange(n) if rng is None else rng.permutation(n)
        for start in range(0, n, batch_size):
            rows = order[start:start + batch_size]
            dw, db = gradient(w, b, X[rows], y[rows])
            w = w - step_size * (dw + 2 * l2 * w)
            b = b - step_size * db
    return w, b


def predict(w, b, X):
    w, b, X = _checked_model(w, b, X)
    return np.where(X @ w + b >= 0, 1, 0)


def derivation():
    return {
        "dl_dp": r"-\frac{y}{p} + \frac{1 - y}{1 - p}",
        "dp_dz": r"p (1 - p)",
        "dz_dw": r"x",
        "dz_db": r"1",
        "dl_dw": r"(p - y) x",
        "dl_db": r"p - y",
    }
