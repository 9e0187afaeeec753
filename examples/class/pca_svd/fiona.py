"""Fiona, without the checks."""
import numpy as np

EPS = np.finfo(float).eps


def center(X):
    mean = X.mean(axis=0)
    return X - mean, mean


def thin(X):
    Xc, mean = center(X)
    return *np.linalg.svd(Xc, full_matrices=False), mean


def pca(X, k):
    U, s, Vt, mean = thin(X)
    return Vt[:k], s[:k] ** 2 / (len(X) - 1), mean


def project(X, components, mean):
    return (X - mean) @ components.T


def reconstruct(Z, components, mean):
    return Z @ components + mean


def explained_variance_ratio(X):
    s = thin(X)[1]
    if s[0] <= max(X.shape) * EPS * np.abs(X).max():
        raise ValueError("no variance")
    return s**2 / np.sum(s**2)


def choose_k(X, fraction):
    return np.sum(np.cumsum(explained_variance_ratio(X)) < fraction - 1e-12) + 1


def whiten(X, k):
    U, s, Vt, mean = thin(X)
    if np.any(s[:k] <= max(X.shape) * EPS * max(s[0], np.abs(X).max())):
        raise ValueError("no variance")
    return U[:, :k] * np.sqrt(len(X) - 1)


def matrix_rank(A, tolerance=None):
    s = np.linalg.svd(A)[1]
    return np.sum(s > (max(A.shape) * EPS * s[0] if tolerance is None else tolerance))


def column_basis(A):
    U, s, Vt = np.linalg.svd(A)
    return U[:, : matrix_rank(A)]
