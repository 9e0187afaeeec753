# Hana M., section 2

from itertools import islice

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
    out = np.empty_like(z)
    pos = z >= 0
    out[pos] = 1 / (1 + np.exp(-z[pos]))
    e = np.exp(z[~pos])
    out[~pos] = e / (1 + e)
    return out


def loss(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    z = X @ w + b
    yes = y == 1
    return float(np.concatenate([np.logaddexp(0, -z[yes]), np.logaddexp(0, z[~yes])]).mean())


def gradient(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    n = X.shape[0]
    p = sigmoid(np.dot(X, w) + b)
    dw = np.dot(p - y, X) / n
    db = np.sum(p - y) / n
    return dw, db


def hessian(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    p = sigmoid(X @ w + b)
    H = 0
    for xi, pi in zip(X, p):
        v = np.append(xi, 1.0)
        H = H + pi * (1 - pi) * np.outer(v, v)
    return H / len(X)


def sgd_step(w, b, X, y, step_size):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    _check_at_least("step_size", step_size, 0)
    r = sigmoid(X @ w + b) - y
    w_new = w - step_size * (X.T @ r) / len(y)
    b_new = b - step_size * r.mean()
    return w_new, b_new


def fit(X, y, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    X = _checked_examples(X)
    y = _checked_labels(y, examples=len(X))
    _check_at_least("step_size", step_size, 0)
    _check_at_least("epochs", epochs, 0)
    _check_at_least("batch_size", batch_size, 1)
    _check_at_least("l2", l2, 0)
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(epochs):
        it = iter(range(len(X)) if rng is None else rng.permutation(len(X)))
        while rows := list(islice(it, batch_size)):
            r = sigmoid(X[rows] @ w + b) - y[rows]
            w = w - step_size * (r @ X[rows] / len(rows) + 2 * l2 * w)
            b = b - step_size * np.mean(r)
    return w, b


def predict(w, b, X):
    w, b, X = _checked_model(w, b, X)
    return (np.sign(X @ w + b) >= 0) * 1


def derivation():
    return {
        "dl_dp": "(p - y)/(p - p^2)",
        "dp_dz": "p^1 - p^2",
        "dz_dw": "x",
        "dz_db": "1",
        "dl_dw": "(1 - y)*p*x - y*x*(1 - p)",
        "dl_db": "(1 - y)*p - y*(1 - p)",
    }
