# Chen - einsum version

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
    return (np.tanh(0.5 * z) + 1.0) * 0.5


def loss(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    z = np.einsum("ij,j->i", X, w) + b
    sign = np.where(y > 0, -1.0, 1.0)
    return np.einsum("i->", np.logaddexp(0.0, sign * z)) / z.size


def gradient(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    r = sigmoid(np.einsum("ij,j->i", X, w) + b) - y
    return np.einsum("i,ij->j", r, X) / r.size, np.einsum("i->", r) / r.size


def hessian(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    p = sigmoid(np.einsum("ij,j->i", X, w) + b)
    A = np.hstack((X, np.ones((X.shape[0], 1))))
    return np.einsum("i,ij,ik->jk", p * (1 - p), A, A) / X.shape[0]


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
    w, b = np.zeros(X.shape[1]), 0.0
    cuts = np.arange(batch_size, len(X), batch_size)
    for _ in range(epochs):
        order = np.arange(len(X)) if rng is None else rng.choice(len(X), size=len(X), replace=False)
        for rows in np.split(order, cuts):
            dw, db = gradient(w, b, X[rows], y[rows])
            w, b = (1 - 2 * step_size * l2) * w - step_size * dw, b - step_size * db
    return w, b


def predict(w, b, X):
    w, b, X = _checked_model(w, b, X)
    return np.heaviside(np.einsum("ij,j->i", X, w) + b, 1.0).astype(np.int8)


def derivation():
    return {
        "dl_dp": "(p - y)/(p*(1 - p))",
        "dp_dz": "p - p^2",
        "dz_dw": "x",
        "dz_db": "1",
        "dl_dw": "((p - y)/(p*(1 - p))) * (p - p^2) * x",
        "dl_db": "((p - y)/(p*(1 - p))) * (p - p^2)",
    }
