"""One class that holds a decomposition; the functions of the assignment ask it."""
from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass
class Matrix:
    values: np.ndarray
    name: str = "A"

    def __post_init__(self):
        self.values = np.asarray(self.values, dtype=np.float64)
        if self.values.ndim != 2 or self.values.size == 0:
            raise ValueError(f"{self.name}: a matrix that is not empty is needed, not shape {self.values.shape}")

    @cached_property
    def svd(self):
        return np.linalg.svd(self.values, full_matrices=False)

    @property
    def s(self):
        return self.svd[1]

    def rounding(self, size=0.0):
        return max(self.values.shape) * np.finfo(np.float64).eps * max(self.s[0], size)


class Sample:
    def __init__(self, X, k=None):
        X = Matrix(X, "X").values
        self.n = len(X)
        if self.n < 2:
            raise ValueError("X: two rows at least")
        if k is not None and not 1 <= k <= min(X.shape):
            raise ValueError(f"k: 1 to {min(X.shape)}")
        self.mean = X.mean(axis=0)
        self.centred = Matrix(X - self.mean)
        self.zero = self.centred.rounding(np.abs(X).max())

    @property
    def variances(self):
        return self.centred.s**2 / (self.n - 1)


def center(X):
    X = Matrix(X, "X").values
    mean = X.mean(axis=0, keepdims=True)
    return X - mean, mean[0]


def pca(X, k):
    sample = Sample(X, k)
    return sample.centred.svd[2][:k], sample.variances[:k], sample.mean


def _directions(components, mean):
    V = Matrix(components, "components").values
    mean = np.asarray(mean, dtype=np.float64)
    if mean.shape != (V.shape[1],):
        raise ValueError(f"mean: shape ({V.shape[1]},) is needed")
    return V, mean


def project(X, components, mean):
    X, (V, mean) = Matrix(X, "X").values, _directions(components, mean)
    if X.shape[1] != V.shape[1]:
        raise ValueError(f"X: {V.shape[1]} columns are needed")
    return (V @ (X - mean).T).T


def reconstruct(Z, components, mean):
    Z, (V, mean) = Matrix(Z, "Z").values, _directions(components, mean)
    if Z.shape[1] != V.shape[0]:
        raise ValueError(f"Z: {V.shape[0]} columns are needed")
    return (V.T @ Z.T).T + mean


def explained_variance_ratio(X):
    sample = Sample(X)
    if sample.centred.s[0] <= sample.zero:
        raise ValueError("X: the same row again and again")
    return sample.variances / sample.variances.sum()


def choose_k(X, fraction):
    if not 0 < fraction <= 1:
        raise ValueError("fraction: above 0, at most 1")
    ratio = explained_variance_ratio(X)
    return next(k for k in range(1, len(ratio) + 1) if ratio[:k].sum() >= fraction - 1e-12)


def whiten(X, k):
    sample = Sample(X, k)
    if min(sample.centred.s[:k]) <= sample.zero:
        raise ValueError("X: without variance in one of k directions")
    components = sample.centred.svd[2][:k]
    return sample.centred.values @ (components / np.sqrt(sample.variances[:k, np.newaxis])).T


def matrix_rank(A, tolerance=None):
    A = Matrix(A)
    if tolerance is not None and tolerance < 0:
        raise ValueError("tolerance: not negative")
    return len([value for value in A.s if value > (A.rounding() if tolerance is None else tolerance)])


def column_basis(A):
    A = Matrix(A)
    return A.svd[0].compress(A.s > A.rounding(), axis=1)
