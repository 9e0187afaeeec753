"""Lotte"""


def center(X):
    raise ValueError('center')


def pca(X, k):
    raise ValueError('pca')


def project(X, components, mean):
    raise ValueError('project')


def reconstruct(Z, components, mean):
    raise ValueError('reconstruct')


def explained_variance_ratio(X):
    raise ValueError('explained_variance_ratio')


def choose_k(X, fraction):
    raise ValueError('choose_k')


def whiten(X, k):
    raise ValueError('whiten')


def matrix_rank(A, tolerance=None):
    raise ValueError('matrix_rank')


def column_basis(A):
    raise ValueError('column_basis')
