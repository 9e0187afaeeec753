'''
Nadia - softmax regression
(I come from PyTorch so I wrote it like a training loop there)
'''
import numpy as np
from torch import nn


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
    z = z - z.max(-1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(-1, keepdims=True)


def log_softmax(z):
    z = _array(z, "z", 1, 2)
    z = z - z.max(-1, keepdims=True)
    return z - np.log(np.exp(z).sum(-1, keepdims=True))


def cross_entropy(z, y):
    z = _array(z, "z", 2)
    y = _labels(y, *z.shape)
    return -log_softmax(z)[np.arange(len(y)), y].mean()


def loss(W, b, X, y, l2=0.0):
    W, b, X = _model(W, b, X)
    _not_negative(l2, "l2")
    return cross_entropy(X @ W + b, y) + l2 * (W ** 2).sum()


def gradient(W, b, X, y, l2=0.0):
    W, b, X = _model(W, b, X)
    _not_negative(l2, "l2")
    y = _labels(y, len(X), W.shape[1])
    out = softmax(X @ W + b)
    out[np.arange(len(y)), y] -= 1
    return X.T @ out / len(y) + 2 * l2 * W, out.mean(0)


def predict(W, b, X):
    W, b, X = _model(W, b, X)
    return (X @ W + b).argmax(1)


def fit(X, y, classes, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    X = _array(X, "X", 2)
    _settings(classes, step_size, epochs, batch_size, l2)
    y = _labels(y, len(X), classes)
    W, b = np.zeros((X.shape[1], classes)), np.zeros(classes)
    W_grad, b_grad = np.zeros_like(W), np.zeros_like(b)
    for epoch in range(epochs):
        order = np.arange(len(X)) if rng is None else rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start:start + batch_size]
            # backward
            dW, db = gradient(W, b, X[batch], y[batch], l2)
            W_grad += dW
            b_grad += db
            # step
            W -= step_size * W_grad
            b -= step_size * b_grad
    return W, b


class SoftmaxClassifier(nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(features, classes), nn.LogSoftmax(dim=1))

    def forward(self, x):
        return self.net(x)
