"""The SVD after a QR decomposition: X = Q R, R = U S V^T, so X = (Q U) S V^T, and R is small.

With more columns than rows the same for X^T.
"""
from typing import NamedTuple

import numpy as np


class Decomposition(NamedTuple):
    U: np.ndarray
    s: np.ndarray
    Vt: np.ndarray


def decompose(M) -> Decomposition:
    if M.shape[0] < M.shape[1]:
        turned = decompose(M.T)
        return Decomposition(turned.Vt.T, turned.s, turned.U.T)
    Q, R = np.linalg.qr(M)
    U, s, Vt = np.linalg.svd(R)
    return Decomposition(Q @ U, s, Vt)


def checked(name, a, ndim):
    a = np.asarray(a, dtype=np.float64)
    if a.ndim != ndim or a.size == 0:
        raise ValueError(f"{name}: shape {a.shape} will not do")
    return a


def sample(X, k=1):
    X = checked("X", X, 2)
    if X.shape[0] < 2:
        raise ValueError("X: one row only")
    if k < 1 or k > min(X.shape):
        raise ValueError(f"k: {k} is not possible for an X of shape {X.shape}")
    return X


def center(X):
    X = checked("X", X, 2)
    mean = np.mean(X, axis=0)
    return np.subtract(X, mean), mean


def pca(X, k):
    X = sample(X, k)
    Xc, mean = center(X)
    d = decompose(Xc)
    return d.Vt[:k, :], np.square(d.s[:k]) / (X.shape[0] - 1), mean


def project(X, components, mean):
    X, components, mean = checked("X", X, 2), checked("components", components, 2), checked("mean", mean, 1)
    if not X.shape[1] == components.shape[1] == mean.shape[0]:
        raise ValueError("X, components, mean: their numbers of features differ")
    return X @ components.T - mean @ components.T


def reconstruct(Z, components, mean):
    Z, components, mean = checked("Z", Z, 2), checked("components", components, 2), checked("mean", mean, 1)
    if components.shape[1] != mean.shape[0]:
        raise ValueError("components, mean: their numbers of features differ")
    if Z.shape[1] != components.shape[0]:
        raise ValueError("Z, components: their numbers of components differ")
    return mean[np.newaxis, :] + Z @ components


def smallest_real(X, s):
    return max(X.shape) * np.finfo(np.float64).eps * max(s[0], np.max(np.abs(X)))


def explained_variance_ratio(X):
    X = sample(X)
    s = decompose(center(X)[0]).s
    if s[0] <= smallest_real(X, s):
        raise ValueError("X: without variance")
    share = (s / s[0]) ** 2
    return share / share.sum()


def choose_k(X, fraction):
    if fraction <= 0 or fraction > 1:
        raise ValueError("fraction: outside (0, 1]")
    left = 1.0
    for i, share in enumerate(explained_variance_ratio(X)):
        left -= share
        if left <= 1 - fraction + 1e-12:
            return i + 1
    return i + 1


def whiten(X, k):
    X = sample(X, k)
    d = decompose(center(X)[0])
    if d.s[k - 1] <= smallest_real(X, d.s):
        raise ValueError("X: no variance in one of the directions")
    return np.sqrt(X.shape[0] - 1) * d.U[:, :k]


def matrix_rank(A, tolerance=None):
    s = decompose(checked("A", A, 2)).s
    if tolerance is None:
        return int((s > max(A.shape) * np.finfo(np.float64).eps * s[0]).sum())
    if tolerance < 0:
        raise ValueError("tolerance: negative")
    return int((s > tolerance).sum())


def column_basis(A):
    A = checked("A", A, 2)
    return decompose(A).U[:, : matrix_rank(A)]
