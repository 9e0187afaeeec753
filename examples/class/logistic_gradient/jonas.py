# Jonas

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
    return np.exp(-np.logaddexp(0, -z))


def loss(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    z = X @ w + b
    return float(np.mean(np.logaddexp(0, z) - y * z))


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
    A = np.column_stack([X, np.ones(len(X))])
    return A.T @ (A * (p * (1 - p))[:, None]) / len(X)


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
    n, m = X.shape
    w = np.zeros(m)
    b = 0.0
    idx = np.arange(n)
    for _ in range(epochs):
        if rng is not None:
            rng.shuffle(idx)
        for k in range(0, n, batch_size):
            Xb, yb = X[idx[k:k + batch_size]], y[idx[k:k + batch_size]]
            r = sigmoid(Xb @ w + b) - yb
            gw = Xb.T @ r / len(yb) + 2 * l2 * w
            gb = r.sum() / len(yb)
            w, b = w - step_size * gw, b - step_size * gb
    return w, b


def predict(w, b, X):
    w, b, X = _checked_model(w, b, X)
    p = X @ w + b
    return np.where(p > 0, 1, 0)


def derivation():
    return {
        "dl_dp": r"-\frac{y}{p} + \frac{1 - y}{1 - p}",
        "dp_dz": r"p (1 - p)",
        "dz_dw": r"x",
        "dz_db": r"1",
        "dl_dw": r"(p - y) x",
        "dl_db": r"p - y",
    }
