# Goran

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


def _bias(X):
    return np.hstack([X, np.ones((len(X), 1))])


def _grad(theta, A, y):
    return A.T @ (sigmoid(A @ theta) - y) / len(A)


def _batches(n, size, rng):
    order = np.arange(n)
    if rng is not None:
        order = rng.permuted(order)
    k = 0
    while k < n:
        yield order[k:k + size]
        k += size


def sigmoid(z: np.ndarray) -> np.ndarray:
    z = np.asarray(z, dtype=np.float64)
    return np.piecewise(z, [z < 0], [lambda t: np.exp(t) / (1 + np.exp(t)), lambda t: 1 / (1 + np.exp(-t))])


def loss(w: np.ndarray, b: float, X: np.ndarray, y: np.ndarray) -> float:
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    z = X @ w + b
    l = np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
    return np.sum(l) / len(l)


def gradient(w: np.ndarray, b: float, X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    g = _grad(np.append(w, b), _bias(X), y)
    return g[:-1], g[-1]


def hessian(w: np.ndarray, b: float, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    A = _bias(X)
    p = sigmoid(A @ np.append(w, b))
    B = A * np.sqrt(p * (1 - p))[:, np.newaxis]
    return B.T @ B / len(A)


def sgd_step(w: np.ndarray, b: float, X: np.ndarray, y: np.ndarray, step_size: float) -> tuple[np.ndarray, float]:
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    _check_at_least("step_size", step_size, 0)
    theta = np.append(w, b)
    theta = theta - step_size * _grad(theta, _bias(X), y)
    return theta[:-1], theta[-1]


def fit(
    X: np.ndarray,
    y: np.ndarray,
    step_size: float = 0.1,
    epochs: int = 100,
    batch_size: int = 32,
    l2: float = 0.0,
    rng: np.random.Generator | None = None,
) -> tuple[np.ndarray, float]:
    X = _checked_examples(X)
    y = _checked_labels(y, examples=len(X))
    _check_at_least("step_size", step_size, 0)
    _check_at_least("epochs", epochs, 0)
    _check_at_least("batch_size", batch_size, 1)
    _check_at_least("l2", l2, 0)
    A = _bias(X)
    theta = np.zeros(A.shape[1])
    shrink = np.append(np.full(X.shape[1], 2 * l2), 0.0)  # not the last one
    for _ in range(epochs):
        for rows in _batches(len(A), batch_size, rng):
            theta = theta - step_size * (_grad(theta, A[rows], y[rows]) + shrink * theta)
    return theta[:-1], theta[-1]


def predict(w: np.ndarray, b: float, X: np.ndarray) -> np.ndarray:
    w, b, X = _checked_model(w, b, X)
    return np.array(X @ w + b >= 0, dtype=np.uint8)


def derivation() -> dict[str, str]:
    return {
        "dl_dp": r"\frac{p - y}{p (1 - p)}",
        "dp_dz": r"p - p^2",
        "dz_dw": r"x",
        "dz_db": r"1",
        "dl_dw": r"x p - x y",
        "dl_db": r"\frac{p - y}{p (1 - p)} (p - p^{2})",
    }
