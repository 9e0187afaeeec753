# Nikhil
import numpy as np
from numpy.linalg import norm


def vec(v, what, n=None):
    v = np.array(v, dtype=float)
    if v.ndim != 1 or len(v) == 0 or (n is not None and len(v) != n):
        raise ValueError(what + ": wrong shape " + str(v.shape))
    return v


def mat(M, what):
    M = np.array(M, dtype=float)
    if M.ndim != 2 or M.size == 0:
        raise ValueError(what + ": not a matrix, shape " + str(M.shape))
    return M


def point(x):
    x1, x2, x3 = vec(x, "x", 3)
    if not x1 > 0:
        raise ValueError("x: x1 has to be positive")
    if x3 == 0:
        raise ValueError("x: x3 has to be nonzero")
    return x1, x2, x3


def finite(*arrays):
    for a in arrays:
        if not np.isfinite(a).all():
            raise FloatingPointError("inf or nan")


def f(x):
    x1, x2, x3 = point(x)
    return float(2 * x1 * x2 - x3 * np.log(x1) - x3**-1)


def f_gradient(x):
    x1, x2, x3 = point(x)
    d1 = 2 * x2 - x3 / x1
    d2 = 2 * x1
    d3 = -np.log(x1) + x3**-2
    return np.array([d1, d2, d3])


def f_hessian(x):
    x1, x2, x3 = point(x)
    H = np.zeros((3, 3))
    H[0, 0] = x3 * x1**-2
    H[2, 2] = -2 * x3**-3
    H[0, 1] = H[1, 0] = 2
    H[0, 2] = H[2, 0] = -1 / x1
    return H


def least_squares_gradient(A, b, x):
    A = mat(A, "A")
    b, x = vec(b, "b", len(A)), vec(x, "x", A.shape[1])
    residual = A.dot(x) - b
    return 2 * residual


def least_squares_hessian(A):
    A = mat(A, "A")
    return 2 * A.T.dot(A)


def softmax_jacobian(z):
    z = vec(z, "z")
    p = np.exp(z - z.max())
    p /= p.sum()
    J = -p[:, None] * p[None, :]
    J[np.diag_indices(len(p))] += p
    return J


def chain_gradient(W1, w2, x, y):
    W1 = mat(W1, "W1")
    w2, x = vec(w2, "w2", W1.shape[0]), vec(x, "x", W1.shape[1])
    # forward
    a = W1.dot(x)
    h = np.tanh(a)
    out = w2.dot(h)
    # backward
    dout = 2 * (out - y)
    dw2 = dout * h
    dh = dout * w2
    da = dh / np.cosh(a) ** 2
    dW1 = da[:, None] * x[None, :]
    return dW1, dw2


def gradient_descent(gradient, x0, step_size, tolerance=1e-8, max_steps=10_000):
    x = vec(x0, "x0")
    if step_size < 0 or tolerance < 0 or max_steps < 0:
        raise ValueError("step_size, tolerance and max_steps are not negative")
    steps = 0
    g = np.array(gradient(x))
    finite(g, x)
    while norm(g) > tolerance and steps < max_steps:
        x = x - step_size * g
        steps += 1
        finite(x)
        g = np.array(gradient(x))
        finite(g)
    return x, steps


def newton(gradient, hessian, x0, tolerance=1e-10, max_steps=50):
    x = vec(x0, "x0")
    if tolerance < 0 or max_steps < 0:
        raise ValueError("tolerance and max_steps are not negative")
    steps = 0
    g = np.array(gradient(x))
    finite(g, x)
    while norm(g) > tolerance and steps < max_steps:
        H = np.array(hessian(x))
        finite(H)
        if np.linalg.matrix_rank(H) < len(x):
            raise ValueError("hessian: singular")
        x = x - np.linalg.inv(H) @ g
        steps += 1
        finite(x)
        g = np.array(gradient(x))
        finite(g)
    return x, steps
