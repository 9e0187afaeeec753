"""einsum, everywhere."""
import numpy as np

ein = np.einsum


def _in(name, value, subscripts, **sizes):
    value = np.asarray(value, dtype=np.float64)
    if value.ndim != len(subscripts) or value.size == 0:
        raise ValueError(f"{name}: shape {value.shape}, but ({', '.join(subscripts)}) is needed")
    for letter, size in zip(subscripts, value.shape):
        if sizes.setdefault(letter, size) != size:
            raise ValueError(f"{name}: {letter} is {size}, but {sizes[letter]} is needed")
    return value


def _svd(X, k=1):
    X = _in("X", X, "nm")
    if len(X) == 1:
        raise ValueError("X: one example has no variance")
    if not 0 < k <= min(X.shape):
        raise ValueError("k: outside 1 to min(n, m)")
    mean = ein("nm->m", X) / len(X)
    return np.linalg.svd(X - mean, full_matrices=False), mean, max(X.shape) * np.finfo(float).eps * np.abs(X).max()


def center(X):
    X = _in("X", X, "nm")
    mean = ein("nm,n->m", X, np.full(len(X), 1 / len(X)))
    return X - ein("n,m->nm", np.ones(len(X)), mean), mean


def pca(X, k):
    (U, s, Vt), mean, _ = _svd(X, k)
    return Vt[:k], ein("k,k->k", s, s)[:k] / (len(U) - 1), mean


def project(X, components, mean):
    V = _in("components", components, "km")
    mean = _in("mean", mean, "m", m=V.shape[1])
    X = _in("X", X, "nm", m=V.shape[1])
    return ein("nm,km->nk", X - mean, V)


def reconstruct(Z, components, mean):
    V = _in("components", components, "km")
    mean = _in("mean", mean, "m", m=V.shape[1])
    Z = _in("Z", Z, "nk", k=V.shape[0])
    return ein("nk,km->nm", Z, V) + mean


def explained_variance_ratio(X):
    (_, s, _), _, zero = _svd(X)
    if s[0] <= zero:
        raise ValueError("X: no variance")
    return ein("k,k->k", s, s) / ein("k,k->", s, s)


def choose_k(X, fraction):
    if not 0 < fraction <= 1:
        raise ValueError("fraction: outside (0, 1]")
    r = explained_variance_ratio(X)
    cumulated = ein("ij,j->i", np.tri(len(r)), r)
    return 1 + int(ein("i->", (cumulated < fraction - 1e-12).astype(int)))


def whiten(X, k):
    (U, s, _), _, zero = _svd(X, k)
    if s[k - 1] <= max(zero, max(len(U), np.asarray(X).shape[1]) * np.finfo(float).eps * s[0]):
        raise ValueError("X: no variance along one of the k directions")
    return ein("nk,->nk", U[:, :k], np.sqrt(len(U) - 1))


def _above(A, tolerance):
    U, s, _ = np.linalg.svd(A, full_matrices=False)
    if tolerance is None:
        tolerance = max(A.shape) * np.finfo(float).eps * s[0]
    return U, s > tolerance


def matrix_rank(A, tolerance=None):
    A = _in("A", A, "mn")
    if tolerance is not None and tolerance < 0:
        raise ValueError("tolerance: negative")
    return int(ein("i->", _above(A, tolerance)[1].astype(int)))


def column_basis(A):
    U, kept = _above(_in("A", A, "mn"), None)
    return U[:, kept]
