"""Priya Raman, homework on softmax regression."""
import numpy as np
import torch
import torch.nn.functional as F


def _array(value, name, *ndims):
    """`value` as a new float64 array with one of the numbers of axes in `ndims`, nowhere empty."""
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: not an array of numbers") from error
    if array.ndim not in ndims:
        raise ValueError(f"{name}: {array.ndim} axes, expected {' or '.join(map(str, ndims))}")
    if array.size == 0:
        raise ValueError(f"{name}: empty")
    return array


def _labels(y, n, classes):
    """`y` as n integers from 0 to classes - 1."""
    y = np.asarray(y)
    if y.shape != (n,):
        raise ValueError(f"y: shape {y.shape}, expected ({n},)")
    if y.dtype.kind not in "biuf" or np.any(y != np.floor(y)):
        raise ValueError("y: labels are integers")
    if np.any(y < 0) or np.any(y >= classes):
        raise ValueError(f"y: a label outside 0 to {classes - 1}")
    return y.astype(np.int64)


def _model(W, b, X):
    W, b, X = _array(W, "W", 2), _array(b, "b", 1), _array(X, "X", 2)
    if b.shape[0] != W.shape[1]:
        raise ValueError(f"b: {b.shape[0]} classes, W has {W.shape[1]}")
    if X.shape[1] != W.shape[0]:
        raise ValueError(f"X: {X.shape[1]} features, W has {W.shape[0]}")
    return W, b, X


def _not_negative(value, name):
    if value < 0:
        raise ValueError(f"{name}: negative")


def _settings(classes, step_size, epochs, batch_size, l2):
    if classes < 1:
        raise ValueError("classes: at least 1")
    if batch_size < 1:
        raise ValueError("batch_size: at least 1")
    _not_negative(step_size, "step_size")
    _not_negative(epochs, "epochs")
    _not_negative(l2, "l2")


def softmax(z):
    """Row-wise softmax, shifted."""
    z = _array(z, "z", 1, 2)
    exp = np.exp(z - z.max(axis=-1, keepdims=True))
    return exp / exp.sum(axis=-1, keepdims=True)


def log_softmax(z):
    """Row-wise log-softmax by the log-sum-exp trick."""
    z = _array(z, "z", 1, 2)
    top = z.max(axis=-1, keepdims=True)
    return z - (top + np.log(np.exp(z - top).sum(axis=-1, keepdims=True)))


def cross_entropy(z, y):
    """Mean negative log-likelihood."""
    z = _array(z, "z", 2)
    y = _labels(y, z.shape[0], z.shape[1])
    return float(-log_softmax(z)[np.arange(z.shape[0]), y].mean())


def loss(W, b, X, y, l2=0.0):
    """Cross-entropy with the penalty."""
    W, b, X = _model(W, b, X)
    _not_negative(l2, "l2")
    return cross_entropy(X @ W + b, y) + l2 * float(np.sum(W**2))


def gradient(W, b, X, y, l2=0.0):
    """Gradient of the loss."""
    W, b, X = _model(W, b, X)
    _not_negative(l2, "l2")
    n = X.shape[0]
    y = _labels(y, n, W.shape[1])
    residual = softmax(X @ W + b)
    residual[np.arange(n), y] -= 1.0
    return X.T @ residual / n + 2.0 * l2 * W, residual.mean(axis=0)


def predict(W, b, X):
    """Most probable class."""
    W, b, X = _model(W, b, X)
    return np.argmax(X @ W + b, axis=1)


def fit(X, y, classes, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    """Mini-batch gradient descent."""
    X = _array(X, "X", 2)
    _settings(classes, step_size, epochs, batch_size, l2)
    n, m = X.shape
    y = _labels(y, n, classes)
    batch_size = min(batch_size, n)
    number_of_batches = n // batch_size
    W, b = np.zeros((m, classes)), np.zeros(classes)
    for _ in range(epochs):
        order = np.arange(n) if rng is None else rng.permutation(n)
        for k in range(number_of_batches):
            rows = order[k * batch_size : (k + 1) * batch_size]
            dW, db = gradient(W, b, X[rows], y[rows], l2)
            W -= step_size * dW
            b -= step_size * db
    return W, b


class SoftmaxClassifier(torch.nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.empty(classes, features))
        self.bias = torch.nn.Parameter(torch.zeros(classes))
        torch.nn.init.xavier_uniform_(self.weight)

    def forward(self, x):
        return F.log_softmax(F.linear(x, self.weight, self.bias), dim=1)
