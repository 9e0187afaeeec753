# Helena. Signs fixed so that results are the same on every computer: the largest entry of a direction is negative.
import numpy as np

EPS = np.finfo(float).eps


def fix(Vt):
    at = np.abs(Vt).argmax(axis=1)
    return -np.sign(Vt[np.arange(len(Vt)), at])[:, None] * Vt


def two_d(name, a):
    a = np.asarray(a, float)
    if len(a.shape) != 2:
        raise ValueError(name + " has to be 2-d")
    if a.size == 0:
        raise ValueError(name + " is empty")
    return a


def more_than_one(X):
    X = two_d("X", X)
    if len(X) < 2:
        raise ValueError("X: variance needs two examples")
    return X


def in_range(k, X):
    if k < 1 or k > min(X.shape):
        raise ValueError("k is out of range")


def center(X):
    X = two_d("X", X)
    return X - np.average(X, axis=0), np.average(X, axis=0)


def pca(X, k):
    X = more_than_one(X)
    in_range(k, X)
    Xc, mean = center(X)
    # full matrices: the rows of Vt beyond min(n, m) are never asked for
    _, s, Vt = np.linalg.svd(Xc)
    return fix(Vt[:k]), np.square(s[:k] / np.sqrt(len(X) - 1)), mean


def fits(components, mean):
    components, mean = two_d("components", components), np.asarray(mean, float)
    if mean.ndim != 1 or mean.size != components.shape[1]:
        raise ValueError("mean does not fit the components")
    return components, mean


def project(X, components, mean):
    X = two_d("X", X)
    components, mean = fits(components, mean)
    if X.shape[1] != mean.size:
        raise ValueError("X does not fit the components")
    return np.inner(X - mean, components)


def reconstruct(Z, components, mean):
    Z = two_d("Z", Z)
    components, mean = fits(components, mean)
    if Z.shape[1] != components.shape[0]:
        raise ValueError("Z does not fit the components")
    return np.matmul(Z, components) + np.tile(mean, (len(Z), 1))


def explained_variance_ratio(X):
    X = more_than_one(X)
    _, variances, _ = pca(X, min(X.shape))
    # compared as standard deviations times sqrt(n - 1), that is as singular values
    if np.sqrt(variances[0] * (len(X) - 1)) <= max(X.shape) * EPS * np.abs(X).max():
        raise ValueError("X has no variance")
    return variances / variances.sum()


def choose_k(X, fraction):
    X = more_than_one(X)
    if fraction <= 0 or fraction > 1:
        raise ValueError("fraction is out of range")
    return np.flatnonzero(explained_variance_ratio(X).cumsum() >= fraction - 1e-12)[0] + 1


def whiten(X, k):
    X = more_than_one(X)
    in_range(k, X)
    components, variances, mean = pca(X, k)
    s = np.sqrt(variances * (len(X) - 1))
    if (s <= max(X.shape) * EPS * max(s[0], np.abs(X).max())).any():
        raise ValueError("X has a direction without variance among the first k")
    return -project(X, components, mean) / np.sqrt(variances)


def matrix_rank(A, tolerance=None):
    A = two_d("A", A)
    s = np.linalg.svd(A, compute_uv=False)
    tolerance = s[0] * max(A.shape) * EPS if tolerance is None else tolerance
    if tolerance < 0:
        raise ValueError("tolerance is negative")
    return (s > tolerance).sum()


def column_basis(A):
    A = two_d("A", A)
    U, s, Vt = np.linalg.svd(A)
    return fix(U[:, : matrix_rank(A)].T).T
