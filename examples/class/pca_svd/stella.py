"""Stella"""


def center(X):
    return X, X[0]


def pca(X, k):
    return X[:k], X[:k, 0], X[0]


def project(X, components, mean):
    return X


def reconstruct(Z, components, mean):
    return Z


def explained_variance_ratio(X):
    return X[0]


def choose_k(X, fraction):
    return fraction


def whiten(X, k):
    return X[:, :k]


def matrix_rank(A, tolerance=None):
    return len(A)


def column_basis(A):
    return A
