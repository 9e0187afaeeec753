"""Elif Kaya. Subtract the maximum first (numerical stability, lecture 2)."""
import numpy as np
import torch


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


def stable(z):
    # subtract the max so that exp cannot overflow
    return z - z.max(axis=0)


def softmax(z):
    e = np.exp(stable(_array(z, "z", 1, 2)))
    return e / e.sum(axis=-1, keepdims=True)


def log_softmax(z):
    s = stable(_array(z, "z", 1, 2))
    return s - np.log(np.exp(s).sum(axis=-1, keepdims=True))


def cross_entropy(z, y):
    # logsumexp minus the logit of the true class; from the recipe in the tutorial, no softmax needed
    z = _array(z, "z", 2)
    n, C = z.shape
    y = _labels(y, n, C)
    top = z.max(axis=1)
    lse = top + np.log(np.exp(z - top[:, None]).sum(axis=1))
    return float((lse - z[np.arange(n), y]).mean())


def loss(W, b, X, y, l2=0.0):
    W, b, X = _model(W, b, X)
    _not_negative(l2, "l2")
    return cross_entropy(X @ W + b, y) + l2 * float(np.sum(W**2))


def gradient(W, b, X, y, l2=0.0):
    W, b, X = _model(W, b, X)
    _not_negative(l2, "l2")
    n, C = X.shape[0], W.shape[1]
    y = _labels(y, n, C)
    diff = softmax(X @ W + b) - np.eye(C)[y]
    return X.T @ diff / n + 2 * l2 * W, diff.mean(axis=0)


def predict(W, b, X):
    W, b, X = _model(W, b, X)
    return np.argmax(X @ W + b, axis=1)


def fit(X, y, classes, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    X = _array(X, "X", 2)
    _settings(classes, step_size, epochs, batch_size, l2)
    n, m = X.shape
    y = _labels(y, n, classes)
    W, b = np.zeros((m, classes)), np.zeros(classes)
    for _ in range(epochs):
        order = np.arange(n) if rng is None else rng.permutation(n)
        for i in range(0, n, batch_size):
            sel = order[i : i + batch_size]
            dW, db = gradient(W, b, X[sel], y[sel], l2)
            W = W - step_size * dW
            b = b - step_size * db
    return W, b


class SoftmaxClassifier(torch.nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.fc = torch.nn.Linear(features, classes)

    def forward(self, x):
        z = self.fc(x)
        return z - torch.logsumexp(z, dim=1, keepdim=True)
