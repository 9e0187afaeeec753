"""No library SVD: one-sided Jacobi rotations (Hestenes), written out."""
import math

import numpy as np

EPS = 2.0**-52


def jacobi_svd(M):
    """U, s, V with M = U diag(s) V^T, s falling, for M with at least as many rows as columns."""
    U, V = np.array(M, dtype=float), np.eye(M.shape[1])
    columns = M.shape[1]
    # what is as small as the rounding of the largest column is left alone
    floor = (EPS * np.sqrt((U**2).sum(axis=0).max())) ** 2
    for _ in range(60):
        rotated = False
        for p in range(columns - 1):
            for q in range(p + 1, columns):
                a, b, c = U[:, p] @ U[:, p], U[:, q] @ U[:, q], U[:, p] @ U[:, q]
                if abs(c) <= max(1e-15 * math.sqrt(a * b), floor):
                    continue
                rotated = True
                zeta = (b - a) / (2 * c)
                t = math.copysign(1 / (abs(zeta) + math.hypot(1, zeta)), zeta)
                cos = 1 / math.hypot(1, t)
                rotation = np.array([[cos, cos * t], [-cos * t, cos]])
                U[:, [p, q]] = U[:, [p, q]] @ rotation
                V[:, [p, q]] = V[:, [p, q]] @ rotation
        if not rotated:
            break
    s = np.sqrt((U**2).sum(axis=0))
    order = np.argsort(-s, kind="stable")
    U, s, V = U[:, order], s[order], V[:, order]
    return complete(U, s), s, V


def complete(U, s):
    """Columns of length one; those of the length of rounding errors are replaced by any that are orthogonal."""
    U = U.copy()
    for j in range(len(s)):
        if s[j] > len(U) * EPS * s[0]:
            U[:, j] /= s[j]
            continue
        for axis in np.eye(len(U)):
            for _ in range(2):
                axis = axis - U[:, :j] @ (U[:, :j].T @ axis)
            if np.linalg.norm(axis) > 0.5 / math.sqrt(len(U)):
                U[:, j] = axis / np.linalg.norm(axis)
                break
    return U


def svd(M):
    if M.shape[0] >= M.shape[1]:
        return jacobi_svd(M)
    V, s, U = jacobi_svd(M.T)
    return U, s, V


def as_matrix(name, M):
    M = np.asarray(M, dtype=float)
    if M.ndim != 2 or M.size == 0:
        raise ValueError(f"{name} must be a matrix with rows and columns")
    return M


def as_data(X, k=1):
    X = as_matrix("X", X)
    if len(X) == 1:
        raise ValueError("X must have more than one row")
    if not 1 <= k <= min(X.shape):
        raise ValueError("k must be in 1, ..., min(n, m)")
    return X


def center(X):
    X = as_matrix("X", X)
    mean = sum(X) / len(X)
    return X - mean, mean


def pca(X, k):
    X = as_data(X, k)
    Xc, mean = center(X)
    _, s, V = svd(Xc)
    return V.T[:k], s[:k] ** 2 / (len(X) - 1), mean


def same_features(components, mean):
    components, mean = as_matrix("components", components), np.asarray(mean, dtype=float)
    if mean.shape != (components.shape[1],):
        raise ValueError("mean must have one entry a feature of components")
    return components, mean


def project(X, components, mean):
    X = as_matrix("X", X)
    components, mean = same_features(components, mean)
    if X.shape[1] != len(mean):
        raise ValueError("X must have the features of components")
    return np.array([components @ (x - mean) for x in X])


def reconstruct(Z, components, mean):
    Z = as_matrix("Z", Z)
    components, mean = same_features(components, mean)
    if Z.shape[1] != len(components):
        raise ValueError("Z must have a column a component")
    return np.array([components.T @ z + mean for z in Z])


def explained_variance_ratio(X):
    X = as_data(X)
    s = svd(center(X)[0])[1]
    if s[0] <= max(X.shape) * EPS * np.abs(X).max():
        raise ValueError("X must not be constant")
    return s**2 / sum(s**2)


def choose_k(X, fraction):
    X = as_data(X)
    if not 0 < fraction <= 1:
        raise ValueError("fraction must be in (0, 1]")
    total, k = 0, 0
    for share in explained_variance_ratio(X):
        total, k = total + share, k + 1
        if total >= fraction - 1e-12:
            break
    return k


def whiten(X, k):
    X = as_data(X, k)
    U, s, V = svd(center(X)[0])
    if s[k - 1] <= max(X.shape) * EPS * max(s[0], np.abs(X).max()):
        raise ValueError("X must have variance in k directions")
    return U[:, :k] * math.sqrt(len(X) - 1)


def matrix_rank(A, tolerance=None):
    A = as_matrix("A", A)
    if tolerance is not None and tolerance < 0:
        raise ValueError("tolerance must not be negative")
    s = svd(A)[1]
    return sum(1 for value in s if value > (max(A.shape) * EPS * s[0] if tolerance is None else tolerance))


def column_basis(A):
    A = as_matrix("A", A)
    return svd(A)[0][:, : matrix_rank(A)]
