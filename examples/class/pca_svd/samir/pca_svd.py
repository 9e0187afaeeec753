# Samir
import math

import numpy as np


def as_matrix(values, name):
    values = np.asarray(values, dtype=float)
    if values.ndim != 2:
        raise ValueError(f"{name} should be a matrix")
    if 0 in values.shape:
        raise ValueError(f"{name} should not be empty")
    return values


def as_vector(values, name, length):
    values = np.asarray(values, dtype=float)
    if values.shape != (length,):
        raise ValueError(f"{name} should have shape ({length},)")
    return values


def check_sample(X, k=None):
    X = as_matrix(X, "X")
    if X.shape[0] == 1:
        raise ValueError("X should have more than one example")
    if k is not None and (k < 1 or k > min(X.shape)):
        raise ValueError("k should be at least 1 and at most min(n, m)")
    return X


def zero_level(X, singular_values):
    """Singular values of the centred X up to this one count as 0."""
    largest = max(singular_values[0], np.max(np.abs(X)))
    return max(X.shape) * np.finfo(np.float64).eps * largest


def center(X):
    X = as_matrix(X, "X")
    n, m = X.shape
    mean = np.zeros(m)
    for j in range(m):
        mean[j] = math.fsum(X[:, j]) / n
    centred = np.empty((n, m))
    for i in range(n):
        centred[i] = X[i] - mean
    return centred, mean


def pca(X, k):
    X = check_sample(X, k)
    centred, mean = center(X)
    _, singular_values, V_transposed = np.linalg.svd(centred, full_matrices=False)
    components = np.zeros((k, X.shape[1]))
    variances = np.zeros(k)
    for i in range(k):
        components[i] = V_transposed[i]
        variances[i] = singular_values[i] ** 2 / (X.shape[0] - 1)
    return components, variances, mean


def project(X, components, mean):
    X = as_matrix(X, "X")
    components = as_matrix(components, "components")
    mean = as_vector(mean, "mean", components.shape[1])
    if X.shape[1] != mean.size:
        raise ValueError("X does not fit the components")
    codes = np.zeros((X.shape[0], components.shape[0]))
    for i, example in enumerate(X):
        for j, direction in enumerate(components):
            codes[i, j] = np.dot(example - mean, direction)
    return codes


def reconstruct(Z, components, mean):
    Z = as_matrix(Z, "Z")
    components = as_matrix(components, "components")
    mean = as_vector(mean, "mean", components.shape[1])
    if Z.shape[1] != components.shape[0]:
        raise ValueError("Z does not fit the components")
    points = np.zeros((Z.shape[0], components.shape[1]))
    for i, code in enumerate(Z):
        for coordinate, direction in zip(code, components):
            points[i] += coordinate * direction
    return points


def explained_variance_ratio(X):
    X = check_sample(X)
    centred, _ = center(X)
    singular_values = np.linalg.svd(centred, compute_uv=False)
    if singular_values[0] <= zero_level(X, singular_values):
        raise ValueError("X is constant, there is no variance")
    variances = singular_values**2 / (X.shape[0] - 1)
    return variances / variances.sum()


def choose_k(X, fraction):
    X = check_sample(X)
    if fraction <= 0 or fraction > 1:
        raise ValueError("fraction should be in (0, 1]")
    shares = explained_variance_ratio(X)
    for k in range(1, len(shares) + 1):
        if math.fsum(shares[:k]) >= fraction - 1e-12:
            return k


def whiten(X, k):
    X = check_sample(X, k)
    centred, _ = center(X)
    _, singular_values, V_transposed = np.linalg.svd(centred, full_matrices=False)
    whitened = centred @ V_transposed[:k].T
    for i in range(k):
        if singular_values[i] <= zero_level(X, singular_values):
            raise ValueError(f"X has no variance along direction {i}: cannot whiten")
        whitened[:, i] /= singular_values[i] / math.sqrt(X.shape[0] - 1)
    return whitened


def matrix_rank(A, tolerance=None):
    A = as_matrix(A, "A")
    singular_values = np.linalg.svd(A, compute_uv=False)
    if tolerance is None:
        tolerance = max(A.shape) * np.finfo(np.float64).eps * singular_values[0]
    elif tolerance < 0:
        raise ValueError("tolerance should not be negative")
    rank = 0
    for value in singular_values:
        if value > tolerance:
            rank += 1
    return rank


def column_basis(A):
    A = as_matrix(A, "A")
    U, _, _ = np.linalg.svd(A)
    return U[:, : matrix_rank(A)]
