# emil -- plain python lists come back everywhere

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
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e)).tolist()


def loss(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    z = (X @ w + b).tolist()
    ls = [np.logaddexp(0, -t) if k else np.logaddexp(0, t) for t, k in zip(z, y)]
    return float(sum(ls) / len(ls))


def gradient(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    d = np.array(sigmoid(X @ w + b)) - y
    return [float(np.mean(d * col)) for col in X.T], float(np.mean(d))


def hessian(w, b, X, y):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    p = np.array(sigmoid(X @ w + b))
    cols = list(X.T) + [np.ones(len(X))]
    return [[float(np.mean(p * (1 - p) * u * v)) for u in cols] for v in cols]


def sgd_step(w, b, X, y, step_size):
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    _check_at_least("step_size", step_size, 0)
    dw, db = gradient(w, b, X, y)
    return [float(a - step_size * g) for a, g in zip(w, dw)], float(b - step_size * db)


def fit(X, y, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    X = _checked_examples(X)
    y = _checked_labels(y, examples=len(X))
    _check_at_least("step_size", step_size, 0)
    _check_at_least("epochs", epochs, 0)
    _check_at_least("batch_size", batch_size, 1)
    _check_at_least("l2", l2, 0)
    w, b = [0.0] * X.shape[1], 0.0
    for _ in range(epochs):
        order = list(range(len(X)))
        if rng is not None:
            order = np.argsort(rng.random(len(X))).tolist()
        for s in range(0, len(order), batch_size):
            rows = order[s:s + batch_size]
            dw, db = gradient(w, b, X[rows], y[rows])
            w = [a - step_size * (g + 2 * l2 * a) for a, g in zip(w, dw)]
            b = b - step_size * db
    return w, b


def predict(w, b, X):
    w, b, X = _checked_model(w, b, X)
    return [int(t >= 0) for t in X @ w + b]


def derivation():
    dl_dp, dp_dz, dz_dw, dz_db = "-y/p + (1-y)/(1-p)", "p*(1-p)", "x", "1"
    return {
        "dl_dp": dl_dp, "dp_dz": dp_dz, "dz_dw": dz_dw, "dz_db": dz_db,
        "dl_dw": f"({dl_dp})*({dp_dz})*({dz_dw})",
        "dl_db": f"({dl_dp})*({dp_dz})*({dz_db})",
    }
