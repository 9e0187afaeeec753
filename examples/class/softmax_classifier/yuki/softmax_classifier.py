"""softmax_classifier: replace every NotImplementedError. The input checks are given."""
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
    z = _array(z, "z", 1, 2)
    raise NotImplementedError("softmax")


def log_softmax(z):
    z = _array(z, "z", 1, 2)
    raise NotImplementedError("log_softmax")


def cross_entropy(z, y):
    z = _array(z, "z", 2)
    y = _labels(y, z.shape[0], z.shape[1])
    raise NotImplementedError("cross_entropy")


def loss(W, b, X, y, l2=0.0):
    W, b, X = _model(W, b, X)
    y = _labels(y, X.shape[0], W.shape[1])
    _not_negative(l2, "l2")
    raise NotImplementedError("loss")


def gradient(W, b, X, y, l2=0.0):
    W, b, X = _model(W, b, X)
    y = _labels(y, X.shape[0], W.shape[1])
    _not_negative(l2, "l2")
    raise NotImplementedError("gradient")


def predict(W, b, X):
    W, b, X = _model(W, b, X)
    raise NotImplementedError("predict")


def fit(X, y, classes, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    X = _array(X, "X", 2)
    _settings(classes, step_size, epochs, batch_size, l2)
    y = _labels(y, X.shape[0], classes)
    raise NotImplementedError("fit")


class SoftmaxClassifier(torch.nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        raise NotImplementedError("__init__")

    def forward(self, x):
        raise NotImplementedError("forward")
