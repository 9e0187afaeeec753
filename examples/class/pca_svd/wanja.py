"""Wanja"""
import numpy as np

_EPS = np.finfo(np.float64).eps


def _checked(name, value, axes):
    value = np.asarray(value, dtype=np.float64)
    if value.ndim != axes or value.size == 0:
        raise ValueError(f"{name} must have {axes} axes and not be empty, but has shape {value.shape}")
    return value


def _checked_sample(X):
    X = _checked("X", X, 2)
    if len(X) < 2:
        raise ValueError("X must have two rows or more: one example has no variance")
    return X


def _check_k(k, X):
    if not 1 <= k <= min(X.shape):
        raise ValueError(f"k must be from 1 to min(n, m) = {min(X.shape)}, not {k}")


def _checked_basis(components, mean):
    components, mean = _checked("components", components, 2), _checked("mean", mean, 1)
    if len(mean) != components.shape[1]:
        raise ValueError(f"mean must have shape ({components.shape[1]},), not {mean.shape}")
    return components, mean


def center(X):
    X = _checked("X", X, 2)
    mean = X.mean(axis=0)
    return X - mean, mean


def pca(X, k):
    X = _checked_sample(X)
    _check_k(k, X)
    Xc, mean = center(X)
    U, s, Vt = np.linalg.svd(Xc, full_matrices=False)
    return Vt[:k], s[:k] ** 2 / (len(X) - 1), mean


def project(X, components, mean):
    X = _checked("X", X, 2)
    components, mean = _checked_basis(components, mean)
    if X.shape[1] != len(mean):
        raise ValueError(f"X must have {len(mean)} columns, as components has, not {X.shape[1]}")
    return (X - mean) @ components.T


def reconstruct(Z, components, mean):
    Z = _checked("Z", Z, 2)
    components, mean = _checked_basis(components, mean)
    if Z.shape[1] != len(components):
        raise ValueError(f"Z must have {len(components)} columns, one a component, not {Z.shape[1]}")
    return Z @ components + mean


def explained_variance_ratio(X):
    X = _checked_sample(X)
    Xc, _ = center(X)
    s = np.linalg.svd(Xc, compute_uv=False)
    if s[0] <= max(X.shape) * _EPS * np.abs(X).max():
        raise ValueError("X is the same in every row: there is no variance to explain")
    return s**2 / np.sum(s**2)


def choose_k(X, fraction):
    X = _checked_sample(X)
    if not 0 < fraction <= 1:
        raise ValueError(f"fraction must be above 0 and at most 1, not {fraction}")
    cumulated = np.cumsum(explained_variance_ratio(X))
    return int(np.argmax(cumulated > fraction)) + 1


def whiten(X, k):
    X = _checked_sample(X)
    _check_k(k, X)
    Xc, _ = center(X)
    U, s, Vt = np.linalg.svd(Xc, full_matrices=False)
    if s[k - 1] <= max(X.shape) * _EPS * max(s[0], np.abs(X).max()):
        raise ValueError("X has fewer than k directions with variance")
    return Xc @ Vt[:k].T / (s[:k] / np.sqrt(len(X) - 1))


def matrix_rank(A, tolerance=None):
    A = _checked("A", A, 2)
    if tolerance is not None and tolerance < 0:
        raise ValueError(f"tolerance must not be negative, but is {tolerance}")
    s = np.linalg.svd(A, compute_uv=False)
    if tolerance is None:
        tolerance = max(A.shape) * _EPS * s[0]
    return int(np.sum(s > tolerance))


def column_basis(A):
    A = _checked("A", A, 2)
    U, s, _ = np.linalg.svd(A, full_matrices=False)
    return U[:, s > max(A.shape) * _EPS * s[0]]
