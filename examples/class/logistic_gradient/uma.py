# Uma R.

"""Logistic regression: the sigmoid, the mean cross-entropy, its gradient and Hessian, and gradient descent.

Source: CS7150 lecture 2, the exercise "derive the gradients". The handout (README.md) states the mathematics.

Shapes: X is (n, m), one example a row; y is (n,), labels 0 and 1; w is (m,); b is a float; logits z = X w + b are
(n,). No function changes its arguments. Logarithms are natural, so every loss is in nats.
"""

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


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Turn logits into probabilities, 1 / (1 + exp(-z)), entry by entry.

    z: logits, any shape, a number too; finite values of any size: no warning at 1000 and -1000.
    Returns the probabilities, in the shape of z.
    Source: CS7150 lecture 2.
    """
    z = np.asarray(z, dtype=np.float64)
    out = np.empty_like(z)
    pos = z >= 0
    out[pos] = 1 / (1 + np.exp(-z[pos]))
    e = np.exp(z[~pos])
    out[~pos] = e / (1 + e)
    return out


def loss(w: np.ndarray, b: float, X: np.ndarray, y: np.ndarray) -> float:
    """Compute the mean cross-entropy of the labels, -y log p - (1 - y) log(1 - p) with p = sigmoid(X w + b).

    w: weights, shape (m,); b: intercept, a float; X: shape (n, m); y: labels 0 and 1, shape (n,).
    Returns a float, in nats; finite for logits of any size.
    Raises ValueError if shapes disagree, X is empty, or a label is neither 0 nor 1.
    Source: CS7150 lecture 2.
    """
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    z = X @ w + b
    l = np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
    return np.sum(l) / len(l)


def gradient(w: np.ndarray, b: float, X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """Compute the gradient of loss(w, b, X, y) in w and in b.

    The arguments are those of loss.
    Returns (dw, db), shape (m,) and a float.
    Raises ValueError if shapes disagree, X is empty, or a label is neither 0 nor 1.
    Source: CS7150 lecture 2.
    """
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    err = sigmoid(X @ w + b) - y
    return X.T @ err / len(X), float(err.mean())


def hessian(w: np.ndarray, b: float, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Compute the Hessian of loss(w, b, X, y) in the m + 1 parameters w_1, ..., w_m, b: the intercept last.

    The arguments are those of loss.
    Returns a symmetric matrix, shape (m + 1, m + 1).
    Raises ValueError if shapes disagree, X is empty, or a label is neither 0 nor 1.
    Source: CS7150 lecture 2.
    """
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    n, m = X.shape
    p = sigmoid(X @ w + b)
    s = p * (1 - p)
    H = np.zeros((m + 1, m + 1))
    H[:m, :m] = X.T @ np.diag(s) @ X
    H[:m, m] = X.T @ s
    H[m, :m] = X.T @ s
    H[m, m] = s.sum()
    return H / n


def sgd_step(w: np.ndarray, b: float, X: np.ndarray, y: np.ndarray, step_size: float) -> tuple[np.ndarray, float]:
    """Take one step of gradient descent on the loss of the batch X, y.

    step_size: the learning rate, at least 0; the other arguments are those of loss, X and y one batch.
    Returns the new (w, b), shape (m,) and a float; the given ones stay as they are.
    Raises ValueError if shapes disagree, X is empty, a label is neither 0 nor 1, or step_size is negative.
    Source: CS7150 lecture 2.
    """
    w, b, X = _checked_model(w, b, X)
    y = _checked_labels(y, examples=len(X))
    _check_at_least("step_size", step_size, 0)
    dw, db = gradient(w, b, X, y)
    return w - step_size * dw, b - step_size * db


def fit(
    X: np.ndarray,
    y: np.ndarray,
    step_size: float = 0.1,
    epochs: int = 100,
    batch_size: int = 32,
    l2: float = 0.0,
    rng: np.random.Generator | None = None,
) -> tuple[np.ndarray, float]:
    """Fit w and b by minibatch gradient descent on loss + l2 * ||w||^2, from w = 0 and b = 0.

    X: shape (n, m); y: labels 0 and 1, shape (n,). batch_size: examples a step; it may be above n.
    l2: the penalty's weight, at least 0; b is not penalised.
    Each epoch visits every row once: in an order drawn anew from rng, or in row order where rng is None. A
    step follows the gradient of its own batch, penalty included; the last batch may be short, and is averaged
    over its own size.
    Returns (w, b), shape (m,) and a float; epochs=0 returns the start.
    Raises ValueError if shapes disagree, X is empty, a label is neither 0 nor 1, step_size, epochs or l2 is
    negative, or batch_size is under 1.
    Source: CS7150 lecture 2.
    """
    X = _checked_examples(X)
    y = _checked_labels(y, examples=len(X))
    _check_at_least("step_size", step_size, 0)
    _check_at_least("epochs", epochs, 0)
    _check_at_least("batch_size", batch_size, 1)
    _check_at_least("l2", l2, 0)
    n, m = X.shape
    size = min(batch_size, n)
    w = np.zeros(m)
    b = 0.0
    for _ in range(epochs):
        order = np.arange(n)
        if rng is not None:
            order = rng.permutation(n)
        for k in range(n // size):
            rows = order[k * size:(k + 1) * size]
            dw, db = gradient(w, b, X[rows], y[rows])
            w = w - step_size * (dw + 2 * l2 * w)
            b = b - step_size * db
    return w, b


def predict(w: np.ndarray, b: float, X: np.ndarray) -> np.ndarray:
    """Name the likelier label of each example: 1 where w.x + b >= 0, else 0.

    w: weights, shape (m,); b: intercept, a float; X: shape (n, m).
    Returns the labels, 0 and 1, shape (n,).
    Raises ValueError if shapes disagree or X is empty.
    Source: CS7150 lecture 2.
    """
    w, b, X = _checked_model(w, b, X)
    return (X @ w + b >= 0).astype(int)


def derivation() -> dict[str, str]:
    r"""Give the derivation of the gradient for one example with one weight, a formula a step.

    For l = -y log p - (1 - y) log(1 - p), p = sigmoid(z), z = w x + b; for example, dl_dp is the derivative of l
    in p.
    Returns a dict with the keys dl_dp, dp_dz, dz_dw, dz_db, dl_dw and dl_db, each a formula in y, p and x alone,
    in Python ("p*(1 - p)", ** or ^ for powers) or LaTeX (r"\frac{y}{p}") notation.
    Source: CS7150 lecture 2, the exercise "derive the gradients".
    """
    return {
        "dl_dp": "-y/p + (1 - y)/(1 - p)",
        "dp_dz": "p*(1 - p)",
        "dz_dw": "x",
        "dz_db": "1",
        "dl_dw": "(p - y)*x",
        "dl_db": "p - y",
    }
