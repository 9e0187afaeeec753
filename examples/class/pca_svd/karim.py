# karim. Big-endian, Fortran-ordered and 0-d results, lists in place of tuples.
import numpy as np
from numpy.linalg import matrix_rank as numpy_rank
from numpy.linalg import norm, svd


def ensure(ok, text):
    if not ok:
        raise ValueError(text)


def read(value, name, ndim):
    value = np.asarray(value, dtype=">f8")
    ensure(value.ndim == ndim and value.size, f"{name} has the wrong shape, {value.shape}")
    return value.astype("<f8")


def read_data(X):
    X = read(X, "X", 2)
    ensure(len(X) > 1, "X is one example")
    return X


def center(X):
    X = read(X, "X", 2)
    mean = np.add.reduce(X) / len(X)
    return [np.asfortranarray(X - mean), mean.astype(">f8")]


def pca(X, k):
    X = read_data(X)
    ensure(1 <= k <= min(X.shape), "k is too small or too large")
    mean = X.mean(0)
    # the SVD of the transpose, as in the lecture: there U is what V is here
    V, s, _ = svd((X - mean).T, full_matrices=False)
    return [V[:, :k].T.astype(">f8"), list((s[:k] / (len(X) - 1) ** 0.5) ** 2), mean]


def project(X, components, mean):
    X, components, mean = read(X, "X", 2), read(components, "components", 2), read(mean, "mean", 1)
    ensure(components.shape[1] == len(mean), "mean does not fit components")
    ensure(X.shape[1] == len(mean), "X does not fit components")
    # least squares: the codes that come nearest (rows are orthonormal, so the pseudo-inverse is the transpose)
    return np.linalg.lstsq(components.T, (X - mean).T, rcond=None)[0].T


def reconstruct(Z, components, mean):
    Z, components, mean = read(Z, "Z", 2), read(components, "components", 2), read(mean, "mean", 1)
    ensure(components.shape[1] == len(mean), "mean does not fit components")
    ensure(Z.shape[1] == len(components), "Z does not fit components")
    # the mean as one more component, with code 1
    with_one = np.hstack([Z, np.ones((len(Z), 1))])
    return (with_one @ np.vstack([components, mean])).astype(">f8").tolist()


def explained_variance_ratio(X):
    X = read_data(X)
    s = svd(X - X.mean(0))[1]
    ensure(s[0] > max(X.shape) * np.finfo(float).eps * np.max(np.abs(X)), "X is constant")
    return list(np.square(s / norm(s)))


def choose_k(X, fraction):
    ensure(0 < fraction <= 1, "fraction is not in (0, 1]")
    shares = np.array(explained_variance_ratio(X))
    return np.array(1 + np.sum(np.cumsum(shares) < fraction - 1e-12))


def whiten(X, k):
    X = read_data(X)
    ensure(1 <= k <= min(X.shape), "k is too small or too large")
    Xc = X - X.mean(0)
    U, s, Vt = svd(Xc, full_matrices=False)
    ensure(s[k - 1] > max(X.shape) * np.finfo(float).eps * max(s[0], np.max(np.abs(X))), "X has too few directions with variance")
    Z = Xc @ Vt[:k].T
    return np.asfortranarray(Z / Z.std(axis=0, ddof=1)).astype(">f8")


def matrix_rank(A, tolerance=None):
    A = read(A, "A", 2)
    ensure(tolerance is None or tolerance >= 0, "tolerance is negative")
    return numpy_rank(A, tol=tolerance)


def column_basis(A):
    A = read(A, "A", 2)
    return np.asfortranarray(svd(A)[0][:, : numpy_rank(A)])
