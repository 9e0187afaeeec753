"""PCA. float32 where float32 is enough (codes, points, shares, whitened data), float64 for directions and ranks."""
import numpy as np

single, double = np.float32, np.float64
EPS = np.finfo(double).eps


def table(a, name, dtype=double):
    a = np.asarray(a, dtype=dtype)
    if a.ndim != 2 or not a.size:
        raise ValueError(f"{name}: not a table")
    return a


def examples(X):
    X = table(X, "X")
    if X.shape[0] < 2:
        raise ValueError("X: too few rows")
    return X


def center(X):
    X = table(X, "X")
    mean = X.mean(axis=0)
    return (X - mean).astype(single), mean.astype(single)


def pca(X, k):
    X = examples(X)
    if k not in range(1, min(X.shape) + 1):
        raise ValueError("k: too small or too large")
    mean = X.mean(axis=0)
    _, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return Vt[:k], (s[:k] ** 2 / (len(X) - 1)).astype(single), mean.astype(single)


def _fit(components, mean):
    V, mu = table(components, "components", single), np.asarray(mean, dtype=single)
    if mu.shape != V.shape[1:]:
        raise ValueError("mean: does not fit the components")
    return V, mu


def project(X, components, mean):
    X = table(X, "X", single)
    V, mu = _fit(components, mean)
    if X.shape[1] != V.shape[1]:
        raise ValueError("X: does not fit the components")
    return (X - mu) @ V.T


def reconstruct(Z, components, mean):
    Z = table(Z, "Z", single)
    V, mu = _fit(components, mean)
    if Z.shape[1] != V.shape[0]:
        raise ValueError("Z: does not fit the components")
    return Z @ V + mu


def _shares(X):
    X = examples(X)
    s = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
    if s[0] <= max(X.shape) * EPS * np.abs(X).max():
        raise ValueError("X: all rows are the same")
    return s**2 / (s @ s)


def explained_variance_ratio(X):
    return _shares(X).astype(single)


def choose_k(X, fraction):
    if not (fraction > 0 and fraction <= 1):
        raise ValueError("fraction: not in (0, 1]")
    return int(np.searchsorted(np.cumsum(_shares(X)), fraction - 1e-12)) + 1


def whiten(X, k):
    X = examples(X)
    if k not in range(1, min(X.shape) + 1):
        raise ValueError("k: too small or too large")
    U, s, _ = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    if s[k - 1] <= max(X.shape) * EPS * max(s[0], np.abs(X).max()):
        raise ValueError("X: fewer than k directions with variance")
    return (U[:, :k] * np.sqrt(len(X) - 1)).astype(single)


def matrix_rank(A, tolerance=None):
    A = table(A, "A")
    s = np.linalg.svd(A, compute_uv=False)
    if tolerance is None:
        tolerance = max(A.shape) * EPS * s[0]
    if tolerance < 0:
        raise ValueError("tolerance: negative")
    return np.count_nonzero(s > tolerance)


def column_basis(A):
    A = table(A, "A")
    return np.linalg.svd(A, full_matrices=False)[0][:, : matrix_rank(A)].astype(single)
