# Bea
# I did it all with loops first so that I see what happens, it was fast enough

import math

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


def _sig(t):
    if t >= 0:
        return 1 / (1 + math.exp(-t))
    return math.exp(t) / (1 + math.exp(t))


def _softplus(t):
    # log(1 + e^t)
    return max(t, 0.0) + math.log1p(math.exp(-abs(t)))


def _logit(w, b, x):
    s = b
    for wj, xj in zip(w, x):
        s += wj * xj
    return s


def sigmoid(z):
    z = np.asarray(z, dtype=np.float64)
    result = np.zeros(z.shape)
    for i in np.ndindex(z.shape):
        result[i] = _sig(float(z[i]))
    return result


def loss(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    total = 0.0
    for i in range(len(y)):
        zi = _logit(w, b, X[i])
        if y[i] == 1:
            total += _softplus(-zi)
        else:
            total += _softplus(zi)
    return total / len(y)


def gradient(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    n, m = X.shape
    dw = np.zeros(m)
    db = 0.0
    for i in range(n):
        d = _sig(_logit(w, b, X[i])) - int(y[i])
        for j in range(m):
            dw[j] += d * X[i, j] / n
        db += d / n
    return dw, db


def hessian(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    n, m = X.shape
    H = np.zeros((m + 1, m + 1))
    for i in range(n):
        row = list(X[i]) + [1.0]
        p = _sig(_logit(w, b, X[i]))
        for j in range(m + 1):
            for k in range(m + 1):
                H[j, k] += p * (1 - p) * row[j] * row[k] / n
    return H


def sgd_step(w, b, X, y, step_size):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    _check_at_least("step_size", step_size, 0)
    dw, db = gradient(w, b, X, y)
    new = []
    for j in range(len(w)):
        new.append(w[j] - step_size * dw[j])
    return np.array(new), b - step_size * db


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
    for e in range(epochs):
        todo = list(range(n))
        if rng is not None:
            rng.shuffle(todo)
        batch = []
        for count, i in enumerate(todo, start=1):
            batch.append(i)
            if len(batch) == batch_size or count == n:
                dw, db = gradient(w, b, X[batch], y[batch])
                for j in range(m):
                    dw[j] += 2 * l2 * w[j]
                w = w - step_size * dw
                b = b - step_size * db
                batch = []
    return w, b


def predict(w, b, X):
    w, b, X = _checked_model(w, b, X)
    labels = []
    for x in X:
        if _logit(w, b, x) >= 0:
            labels.append(1)
        else:
            labels.append(0)
    return np.array(labels)


def derivation():
    steps = {}
    steps["dl_dp"] = "-(y/p) + (1 - y)/(1 - p)"
    steps["dp_dz"] = "p * (1 - p)"
    steps["dz_dw"] = "x"
    steps["dz_db"] = "1"
    steps["dl_dw"] = "p*x - y*x"
    steps["dl_db"] = "p - y"
    return steps
