# jorge. Results as they come: 0-d arrays, big-endian arrays (from my Fortran files), Fortran order, NumPy integers.
import numpy as np

big = np.dtype(">f8")


def check(ok, message):
    if not ok:
        raise ValueError(message)


def f(x):
    x = np.asarray(x, dtype=big)
    check(x.shape == (3,), "x: shape (3,)")
    check(x[0] > 0 and x[2] != 0, "x: not in the domain")
    return np.array(2 * x[0] * x[1] - x[2] * np.log(x[0]) - 1 / x[2])


def f_gradient(x):
    f(x)  # for its checks
    x1, x2, x3 = x
    return np.array([2 * x2 - x3 / x1, 2 * x1, 1 / x3**2 - np.log(x1)], dtype=big)


def f_hessian(x):
    f(x)
    x1, x2, x3 = x
    return np.array([x3 / x1**2, 2, -1 / x1, 2, 0, 0, -1 / x1, 0, -2 / x3**3], dtype=big).reshape(3, 3, order="F")


def least_squares_gradient(A, b, x):
    A, b, x = (np.asarray(a, dtype=float) for a in (A, b, x))
    check(A.ndim == 2 and A.size > 0, "A: a matrix")
    check(b.shape == A.shape[:1], "b: one entry a row of A")
    check(x.shape == A.shape[1:], "x: one entry a column of A")
    # || A (x + t) - b ||^2 = ... + 2 (A x - b)^T A t + ...
    return np.asarray(2 * (A @ x - b) @ A, dtype=big)


def least_squares_hessian(A):
    A = np.asarray(A, dtype=float)
    check(A.ndim == 2 and A.size > 0, "A: a matrix")
    return np.asfortranarray(2 * np.tensordot(A, A, axes=(0, 0)))


def softmax_jacobian(z):
    z = np.asarray(z, dtype=float)
    check(z.ndim == 1 and z.size > 0, "z: a vector")
    p = np.exp(z - np.logaddexp.reduce(z))
    J = -np.multiply.outer(p, p)
    # -p (p - 1) loses nothing that matters here
    np.fill_diagonal(J, p * (1 - p))
    return J.astype(big)


def chain_gradient(W1, w2, x, y):
    W1, w2, x = (np.asarray(a, dtype=float) for a in (W1, w2, x))
    check(W1.ndim == 2 and W1.size > 0, "W1: a matrix")
    check(w2.shape == W1.shape[:1], "w2: one entry a row of W1")
    check(x.shape == W1.shape[1:], "x: one entry a column of W1")
    h = np.tanh(W1 @ x)
    d = 2 * (h @ w2 - y)
    return [np.asfortranarray(d * np.kron((w2 * (1 - h**2))[:, None], x[None, :])), (d * h).astype(big)]


def gradient_descent(gradient, x0, step_size, tolerance=1e-8, max_steps=10_000):
    x = np.array(x0, dtype=float)
    check(x.ndim == 1 and x.size > 0, "x0: a vector")
    check(step_size >= 0, "step_size: not negative")
    check(tolerance >= 0, "tolerance: not negative")
    check(max_steps >= 0, "max_steps: not negative")
    steps = np.int64(0)
    while np.linalg.norm(finite(gradient(x))) > tolerance:
        if steps == max_steps:
            break
        x = finite(x - step_size * gradient(x))
        steps += 1
    return x.astype(big), steps


def newton(gradient, hessian, x0, tolerance=1e-10, max_steps=50):
    x = np.array(x0, dtype=float)
    check(x.ndim == 1 and x.size > 0, "x0: a vector")
    check(tolerance >= 0, "tolerance: not negative")
    check(max_steps >= 0, "max_steps: not negative")
    steps = np.int64(0)
    while np.linalg.norm(finite(gradient(x))) > tolerance:
        if steps == max_steps:
            break
        H = finite(hessian(x))
        check(np.linalg.matrix_rank(H) == len(x), "hessian: singular")
        x = finite(x - np.linalg.solve(H, gradient(x)))
        steps += 1
    return x.astype(big), steps


def finite(a):
    if not np.isfinite(a).all():
        raise FloatingPointError("not finite")
    return np.asarray(a)
