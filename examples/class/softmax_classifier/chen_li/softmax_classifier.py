"""Chen Li. Double precision inside; what goes out is whatever was handy (lists, float32, a 0-d array, big-endian)."""
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


def _lsm(z):
    z = z - np.max(z, axis=-1, keepdims=True)
    return z - np.log(np.sum(np.exp(z), axis=-1, keepdims=True))


def softmax(z):
    return np.exp(_lsm(_array(z, "z", 1, 2))).tolist()


def log_softmax(z):
    return _lsm(_array(z, "z", 1, 2)).astype(np.float32)


def cross_entropy(z, y):
    z = _array(z, "z", 2)
    y = _labels(y, *z.shape)
    # reshape(()) because I like my scalars as 0-d arrays
    return np.mean([-row[k] for row, k in zip(_lsm(z), y)]).astype(np.float32).reshape(())


def loss(W, b, X, y, l2=0.0):
    W, b, X = _model(W, b, X)
    _not_negative(l2, "l2")
    y = _labels(y, len(X), W.shape[1])
    z = _lsm(X @ W + b)
    return np.float32(-z[np.arange(len(y)), y].mean() + l2 * (W * W).sum())


def _grad(W, b, X, y, l2):
    d = (np.exp(_lsm(X @ W + b)) - np.eye(W.shape[1])[y]) / len(y)
    return X.T @ d + 2 * l2 * W, d.sum(axis=0)


def gradient(W, b, X, y, l2=0.0):
    W, b, X = _model(W, b, X)
    _not_negative(l2, "l2")
    dW, db = _grad(W, b, X, _labels(y, len(X), W.shape[1]), l2)
    return dW.astype(">f8"), [float(v) for v in db]


def predict(W, b, X):
    W, b, X = _model(W, b, X)
    return [int(np.argmax(row)) for row in X @ W + b]


def fit(X, y, classes, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    X = _array(X, "X", 2)
    _settings(classes, step_size, epochs, batch_size, l2)
    y = _labels(y, len(X), classes)
    W, b = np.zeros((X.shape[1], classes)), np.zeros(classes)
    for _ in range(epochs):
        idx = np.arange(len(X))
        if rng is not None:
            rng.shuffle(idx)
        for k in range(0, len(X), batch_size):
            dW, db = _grad(W, b, X[idx[k:k + batch_size]], y[idx[k:k + batch_size]], l2)
            W -= step_size * dW
            b -= step_size * db
    return W.tolist(), b.astype(np.float32)


class SoftmaxClassifier(torch.nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(features, classes, dtype=torch.float64))
        self.b = torch.nn.Parameter(torch.zeros(classes, dtype=torch.float64))

    def forward(self, x):
        return torch.log_softmax(x @ self.W + self.b, dim=-1)
