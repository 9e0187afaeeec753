# Bilal
import numpy as np
from numpy.linalg import svd


def need(condition, message):
    if not condition:
        raise ValueError(message)


def arr(a, name, d):
    a = np.array(a, dtype=float)
    need(a.ndim == d, f"{name}: {d}-d array expected, got {a.ndim}-d")
    need(a.size > 0, f"{name}: empty")
    return a


def centred_svd(X, k=1):
    """n, the mean, the centred data, its SVD, and what counts as zero."""
    X = arr(X, "X", 2)
    n, m = X.shape
    need(n > 1, "X: at least two examples")
    need(1 <= k <= min(n, m), "k: not in 1, ..., min(n, m)")
    mu = X.mean(0)
    U, s, Vt = svd(X - mu, full_matrices=False)
    zero = max(n, m) * np.finfo(float).eps * max(s[0], abs(X).max())
    return n, mu, U, s, Vt, zero


def basis(components, mean):
    V, mu = arr(components, "components", 2), arr(mean, "mean", 1)
    need(V.shape[1] == len(mu), "mean: does not fit components")
    return V, mu


def center(X):
    X = arr(X, "X", 2)
    mu = X.sum(0) / len(X)
    return X - mu, mu


def pca(X, k):
    n, mu, U, s, Vt, zero = centred_svd(X, k)
    variances = s**2 / (n - 1)
    return Vt[:k], variances[:k], mu


def project(X, components, mean):
    X = arr(X, "X", 2)
    V, mu = basis(components, mean)
    need(X.shape[1] == len(mu), "X: does not fit components")
    return np.dot(X - mu, V.T)


def reconstruct(Z, components, mean):
    Z = arr(Z, "Z", 2)
    V, mu = basis(components, mean)
    need(Z.shape[1] == len(V), "Z: does not fit components")
    return mu + np.dot(Z, V)


def explained_variance_ratio(X):
    n, mu, U, s, Vt, zero = centred_svd(X)
    need(s[0] > zero, "X: constant")
    return s**2 / np.dot(s, s)


def choose_k(X, fraction):
    need(0 < fraction <= 1, "fraction: not in (0, 1]")
    shares = explained_variance_ratio(X)
    k, total = 0, 0.0
    while total < fraction - 1e-12:
        total += shares[k]
        k += 1
    return k


def whiten(X, k):
    n, mu, U, s, Vt, zero = centred_svd(X, k)
    need((s[:k] > zero).all(), "X: a direction without variance")
    return U[:, :k] * np.sqrt(n - 1)


def matrix_rank(A, tolerance=None):
    A = arr(A, "A", 2)
    need(tolerance is None or tolerance >= 0, "tolerance: negative")
    s = svd(A)[1]
    tol = 0 if tolerance is None else tolerance
    return (s > tol).sum()


def column_basis(A):
    A = arr(A, "A", 2)
    U, s, Vt = svd(A)
    r = (s > s.max() * max(A.shape) * np.finfo(float).eps).sum()
    return U[:, :r]
