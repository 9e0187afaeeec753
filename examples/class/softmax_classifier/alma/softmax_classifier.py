"""Alma: shapes first, values later (did not get to the values). The checks are the stub's."""
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


def softmax(z):
    return np.zeros(_array(z, "z", 1, 2).shape)


def log_softmax(z):
    return np.zeros(_array(z, "z", 1, 2).shape)


def cross_entropy(z, y):
    z = _array(z, "z", 2)
    _labels(y, *z.shape)
    return 0.0


def loss(W, b, X, y, l2=0.0):
    W, b, X = _model(W, b, X)
    _labels(y, len(X), W.shape[1])
    _not_negative(l2, "l2")
    return 0.0


def gradient(W, b, X, y, l2=0.0):
    W, b, X = _model(W, b, X)
    _labels(y, len(X), W.shape[1])
    _not_negative(l2, "l2")
    return np.zeros(W.shape), np.zeros(b.shape)


def predict(W, b, X):
    W, b, X = _model(W, b, X)
    return np.zeros(len(X), dtype=int)


def fit(X, y, classes, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    X = _array(X, "X", 2)
    _settings(classes, step_size, epochs, batch_size, l2)
    _labels(y, len(X), classes)
    return np.zeros((X.shape[1], classes)), np.zeros(classes)


class SoftmaxClassifier(torch.nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.linear = torch.nn.Linear(features, classes)

    def forward(self, x):
        return torch.zeros(len(x), self.linear.out_features, dtype=x.dtype)
