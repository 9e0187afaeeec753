"""Dario: everything with einsum."""
import numpy as np


def _as(name, value, *shape):
    value = np.asarray(value, dtype=np.float64)
    if value.ndim != len(shape) or value.size == 0:
        raise ValueError(f"{name}: wrong number of axes or empty, shape {value.shape}")
    if any(s is not None and s != t for s, t in zip(shape, value.shape)):
        raise ValueError(f"{name}: shape {value.shape} does not fit")
    return value


def _domain(x):
    x = _as("x", x, 3)
    if x[0] <= 0 or x[2] == 0:
        raise ValueError("x: need x1 > 0, x3 != 0")
    return x


def f(x):
    x = _domain(x)
    # x1 x2 as a quadratic form
    Q = np.zeros((3, 3))
    Q[0, 1] = 2
    return np.einsum("i,ij,j->", x, Q, x) - x[2] * np.log(x[0]) - 1 / x[2]


def f_gradient(x):
    x = _domain(x)
    S = np.zeros((3, 3))
    S[0, 1] = S[1, 0] = 2
    rest = np.array([-x[2] / x[0], 0.0, 1 / x[2] ** 2 - np.log(x[0])])
    return np.einsum("ij,j->i", S, x) + rest


def f_hessian(x):
    x = _domain(x)
    upper = np.array([[0.0, 2.0, -1 / x[0]], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    return upper + np.einsum("ij->ji", upper) + np.einsum("i,ij->ij", [x[2] / x[0] ** 2, 0.0, -2 / x[2] ** 3], np.eye(3))


def least_squares_gradient(A, b, x):
    A = _as("A", A, None, None)
    b = _as("b", b, A.shape[0])
    x = _as("x", x, A.shape[1])
    return 2 * (np.einsum("ij,ik,k->j", A, A, x) - np.einsum("ij,i->j", A, b))


def least_squares_hessian(A):
    A = _as("A", A, None, None)
    return np.einsum("ij,ik->jk", 2 * A, A)


def softmax_jacobian(z):
    z = _as("z", z, None)
    p = np.exp(z - z.max())
    p = p / p.sum()
    return np.einsum("i,ij->ij", p, np.eye(len(p))) - np.einsum("i,j->ij", p, p)


def chain_gradient(W1, w2, x, y):
    W1 = _as("W1", W1, None, None)
    w2 = _as("w2", w2, W1.shape[0])
    x = _as("x", x, W1.shape[1])
    h = np.tanh(np.einsum("ij,j->i", W1, x))
    r = np.einsum("i,i->", w2, h) - y
    return np.einsum(",i,i,j->ij", 2 * r, w2, 1 - h * h, x), np.einsum(",i->i", 2 * r, h)


def _step_loop(step, gradient, x0, tolerance, max_steps):
    if tolerance < 0 or max_steps < 0:
        raise ValueError("tolerance, max_steps: negative")
    x, steps = np.array(_as("x0", x0, None)), 0
    while True:
        g = np.asarray(gradient(x))
        if not np.isfinite(x).all() or not np.isfinite(g).all():
            raise FloatingPointError("not finite")
        if np.sqrt(np.einsum("i,i->", g, g)) < tolerance or steps >= max_steps:
            return x, steps
        x = x + step(x, g)
        steps += 1


def gradient_descent(gradient, x0, step_size, tolerance=1e-8, max_steps=10_000):
    if step_size < 0:
        raise ValueError("step_size: negative")
    return _step_loop(lambda x, g: -step_size * g, gradient, x0, tolerance, max_steps)


def newton(gradient, hessian, x0, tolerance=1e-10, max_steps=50):
    def step(x, g):
        H = np.asarray(hessian(x))
        if not np.isfinite(H).all():
            raise FloatingPointError("not finite")
        values, vectors = np.linalg.eigh(H)
        if np.abs(values).min() <= len(x) * np.finfo(float).eps * np.abs(values).max():
            raise ValueError("hessian: singular")
        return -np.einsum("ij,j,kj,k->i", vectors, 1 / values, vectors, g)

    return _step_loop(step, gradient, x0, tolerance, max_steps)
