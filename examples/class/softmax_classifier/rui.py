# Rui Tavares
"""The softmax classifier: probabilities, cross-entropy, its gradient, minibatch gradient descent, and a torch module.

Source: CS7150 lecture 2; 10-707 lecture 1. The handout (README.md) states the mathematics.

Shapes: X is (n, m), one example a row; y is (n,), integer labels 0 to C - 1; W is (m, C), one class a column;
b is (C,); logits z = X W + b are (n, C). No function changes its arguments. Logarithms are natural, so
every loss is in nats.
"""

import numpy as np
import torch


def _checked_logits(z: np.ndarray) -> np.ndarray:
    """Return z as a float array, (C,) or (n, C); raise ValueError if it is empty or of another shape."""
    z = np.asarray(z, dtype=np.float64)
    if z.ndim not in (1, 2) or z.size == 0:
        raise ValueError(f"z must have shape (C,) or (n, C) and not be empty, not {z.shape}")
    return z


def _checked_labels(y: np.ndarray, examples: int, classes: int) -> np.ndarray:
    """Return y as integers of shape (examples,); raise ValueError if a label is outside 0 to classes - 1."""
    y = np.asarray(y)
    if y.shape != (examples,):
        raise ValueError(f"y must have shape ({examples},), one label an example, not {y.shape}")
    if not np.issubdtype(y.dtype, np.integer):
        raise ValueError(f"y must hold integers, not {y.dtype}")
    if y.min() < 0 or y.max() >= classes:
        raise ValueError(f"y must hold labels from 0 to {classes - 1}")
    return y


def _checked_examples(X: np.ndarray) -> np.ndarray:
    """Return X as a float array of shape (n, m); raise ValueError if it has another shape or is empty."""
    X = np.asarray(X, dtype=np.float64)
    if X.ndim != 2 or X.size == 0:
        raise ValueError(f"X must have shape (n, m) and not be empty, not {X.shape}")
    return X


def _checked_model(W: np.ndarray, b: np.ndarray, X: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return W (m, C), b (C,) and X (n, m) as float arrays; raise ValueError if their shapes disagree."""
    W, b, X = np.asarray(W, dtype=np.float64), np.asarray(b, dtype=np.float64), _checked_examples(X)
    if W.ndim != 2 or W.shape[0] != X.shape[1] or W.shape[1] == 0:
        raise ValueError(f"W must have shape ({X.shape[1]}, C), one row a feature of X, not {W.shape}")
    if b.shape != (W.shape[1],):
        raise ValueError(f"b must have shape ({W.shape[1]},), one entry a column of W, not {b.shape}")
    return W, b, X


def _check_at_least(name: str, value: float, lowest: int) -> None:
    """Raise ValueError, naming the argument, if value is under lowest."""
    if value < lowest:
        raise ValueError(f"{name} must be at least {lowest}, not {value}")


def softmax(z: np.ndarray) -> np.ndarray:
    """Turn logits into probabilities, exp(z_c) / sum_k exp(z_k), for each row of its own.

    z: logits, shape (C,) or (n, C); finite values of any size, 1000 and -1000 among them.
    Returns the probabilities, in the shape of z.
    Raises ValueError if z is empty or has another shape.
    Source: CS7150 lecture 2; 10-707 lecture 1.
    """
    z = _checked_logits(z)
    z = z - z.max(axis=-1, keepdims=True)
    return np.exp(z - np.logaddexp.reduce(z, axis=-1, keepdims=True)).astype(np.float32)


def log_softmax(z: np.ndarray) -> np.ndarray:
    """Turn logits into log-probabilities, log softmax(z), for each row of its own.

    z: logits, shape (C,) or (n, C); finite values of any size: the result is finite too.
    Returns the natural logarithms of the probabilities, in the shape of z.
    Raises ValueError if z is empty or has another shape.
    Source: CS7150 lecture 2; 10-707 lecture 1.
    """
    z = _checked_logits(z)
    return (z - np.logaddexp.reduce(z, axis=-1, keepdims=True)).astype(np.float32)


def cross_entropy(z: np.ndarray, y: np.ndarray) -> float:
    """Compute the mean over the examples of -log softmax(z)[true class].

    z: logits, shape (n, C); y: labels 0 to C - 1, shape (n,).
    Returns a float, in nats; finite for finite logits of any size.
    Raises ValueError if z is empty or not (n, C), y is not (n,), or a label is outside 0 to C - 1.
    Source: CS7150 lecture 2; 10-707 lecture 1.
    """
    z = _checked_logits(z)
    if z.ndim != 2:
        raise ValueError(f"z must have shape (n, C), not {z.shape}")
    y = _checked_labels(y, examples=z.shape[0], classes=z.shape[1])
    one_hot = np.eye(z.shape[1], dtype=np.float32)[y]
    return -np.float32((one_hot * log_softmax(z)).sum(axis=1).mean())


def loss(W: np.ndarray, b: np.ndarray, X: np.ndarray, y: np.ndarray, l2: float = 0.0) -> float:
    """Compute the mean cross-entropy of the logits X W + b, plus the penalty l2 * ||W||^2.

    W: weights, shape (m, C); b: biases, shape (C,); X: shape (n, m); y: labels 0 to C - 1, shape (n,).
    l2: the penalty's weight, at least 0; ||W||^2 is the sum of the squares of all entries of W. b is not
    penalised.
    Returns a float, in nats.
    Raises ValueError if shapes disagree, X is empty, a label is outside 0 to C - 1, or l2 is negative.
    Source: CS7150 lecture 2; 10-707 lecture 1.
    """
    W, b, X = _checked_model(W, b, X)
    y = _checked_labels(y, examples=len(X), classes=len(b))
    _check_at_least("l2", l2, 0)
    return np.float32(cross_entropy(X @ W + b, y) + l2 * np.vdot(W, W))


def gradient(
    W: np.ndarray, b: np.ndarray, X: np.ndarray, y: np.ndarray, l2: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Compute the gradient of loss(W, b, X, y, l2) in W and in b.

    The arguments are those of loss.
    Returns (dW, db), shapes (m, C) and (C,).
    Raises ValueError if shapes disagree, X is empty, a label is outside 0 to C - 1, or l2 is negative.
    Source: CS7150 lecture 2; 10-707 lecture 1.
    """
    W, b, X = _checked_model(W, b, X)
    y = _checked_labels(y, examples=len(X), classes=len(b))
    _check_at_least("l2", l2, 0)
    delta = softmax(X @ W + b) - np.eye(len(b), dtype=np.float32)[y]
    dW = X.astype(np.float32).T @ delta / np.float32(len(X)) + np.float32(2 * l2) * W.astype(np.float32)
    return dW, delta.mean(axis=0)


def predict(W: np.ndarray, b: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Name the class with the largest logit for each example; of classes that tie, the lowest.

    W: weights, shape (m, C); b: biases, shape (C,); X: shape (n, m).
    Returns the labels, 0 to C - 1, shape (n,).
    Raises ValueError if shapes disagree or X is empty.
    Source: CS7150 lecture 2; 10-707 lecture 1.
    """
    W, b, X = _checked_model(W, b, X)
    return np.argmax(X @ W + b, axis=1).astype(np.int32)


def fit(
    X: np.ndarray,
    y: np.ndarray,
    classes: int,
    step_size: float = 0.1,
    epochs: int = 100,
    batch_size: int = 32,
    l2: float = 0.0,
    rng: np.random.Generator | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Fit W and b by minibatch gradient descent on loss, from W = 0 and b = 0.

    X: shape (n, m); y: labels 0 to classes - 1, shape (n,). batch_size: examples a step; it may be above n.
    Each epoch visits every row once: in an order drawn anew from rng, or in row order where rng is None. A
    step follows the gradient of its own batch, penalty included; the last batch may be short, and is averaged
    over its own size.
    Returns (W, b), shapes (m, classes) and (classes,); epochs=0 returns the start.
    Raises ValueError if shapes disagree, X is empty, a label is outside 0 to classes - 1, step_size, epochs
    or l2 is negative, or classes or batch_size is under 1.
    Source: CS7150 lecture 2; 10-707 lecture 1.
    """
    X = _checked_examples(X)
    _check_at_least("classes", classes, 1)
    y = _checked_labels(y, examples=len(X), classes=classes)
    _check_at_least("step_size", step_size, 0)
    _check_at_least("epochs", epochs, 0)
    _check_at_least("batch_size", batch_size, 1)
    _check_at_least("l2", l2, 0)
    W = np.zeros((X.shape[1], classes), dtype=np.float32)
    b = np.zeros(classes, dtype=np.float32)
    order = np.arange(len(X))
    for _ in range(epochs):
        if rng is not None:
            rng.shuffle(order)
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            dW, db = gradient(W, b, X[rows], y[rows], l2)
            W -= np.float32(step_size) * dW
            b -= np.float32(step_size) * db
    return W, b


class SoftmaxClassifier(torch.nn.Module):
    """The same classifier as a torch module: autograd derives what gradient has by hand.

    features, classes: m and C. Its only parameters are a weight, of shape (classes, features) or the transpose,
    and a bias, of shape (classes,), whatever they are called; how they begin is free.
    Raises ValueError if features or classes is under 1.
    Source: CS7150 lecture 2; 10-707 lecture 1.
    """

    def __init__(self, features: int, classes: int) -> None:
        _check_at_least("features", features, 1)
        _check_at_least("classes", classes, 1)
        super().__init__()
        self.W = torch.nn.Parameter(0.01 * torch.randn(features, classes))
        self.b = torch.nn.Parameter(torch.zeros(classes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute log-probabilities, in the parameters' dtype: x of shape (n, m) gives shape (n, C)."""
        z = x @ self.W + self.b
        z = z - z.max(dim=1, keepdim=True).values
        return z - torch.logsumexp(z, dim=1, keepdim=True)
