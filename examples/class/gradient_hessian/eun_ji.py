"""Homework 1. Derivatives in float32 (that is enough, says the handout); the two methods in float64."""
import numpy as np

F = np.float32


def to32(name, value, ndim):
    value = np.asarray(value)
    if value.ndim != ndim or 0 in value.shape:
        raise ValueError("bad shape for " + name)
    return value.astype(F)


def to32_point(x):
    x = to32("x", x, 1)
    if x.shape != (3,):
        raise ValueError("x has three entries")
    if x[0] <= 0 or x[2] == 0:
        raise ValueError("x is not in the domain")
    return x


def f(x):
    x1, x2, x3 = to32_point(x)
    return F(2) * x1 * x2 - x3 * np.log(x1) - F(1) / x3


def f_gradient(x):
    x1, x2, x3 = to32_point(x)
    return np.array([2 * x2 - x3 / x1, 2 * x1, -np.log(x1) + 1 / x3**2], dtype=F)


def f_hessian(x):
    x1, x2, x3 = to32_point(x)
    return np.array([[x3 / x1**2, 2, -1 / x1], [2, 0, 0], [-1 / x1, 0, -2 / x3**3]], dtype=F)


def least_squares_gradient(A, b, x):
    A, b, x = to32("A", A, 2), to32("b", b, 1), to32("x", x, 1)
    if A.shape != (len(b), len(x)):
        raise ValueError("b or x does not fit A")
    return F(2) * (A.T @ (A @ x - b))


def least_squares_hessian(A):
    A = to32("A", A, 2)
    return F(2) * (A.T @ A)


def softmax_jacobian(z):
    z = np.asarray(z)
    z = to32("z", z - z.max() if z.size else z, 1)
    e = np.exp(z)
    p = e / e.sum()
    return np.diagflat(p) - p.reshape(-1, 1) @ p.reshape(1, -1)


def chain_gradient(W1, w2, x, y):
    W1, w2, x = to32("W1", W1, 2), to32("w2", w2, 1), to32("x", x, 1)
    if W1.shape != (len(w2), len(x)):
        raise ValueError("w2 or x does not fit W1")
    h = np.tanh(W1 @ x)
    d = F(2) * (w2 @ h - F(y))
    return np.multiply.outer(d * w2 * (F(1) - h**2), x), d * h


def gradient_descent(gradient, x0, step_size, tolerance=1e-8, max_steps=10_000):
    x = np.array(x0, dtype=np.float64)
    if x.ndim != 1 or len(x) == 0:
        raise ValueError("x0 is a vector")
    if min(step_size, tolerance, max_steps) < 0:
        raise ValueError("step_size, tolerance, max_steps must be >= 0")
    steps = 0
    while steps <= max_steps:
        g = gradient(x)
        n = np.linalg.norm(g)
        if np.isnan(n) or np.isinf(n) or not np.all(np.isfinite(x)):
            raise FloatingPointError("diverged")
        if n <= tolerance or steps == max_steps:
            break
        x -= step_size * np.asarray(g)
        steps += 1
    return x, steps


def newton(gradient, hessian, x0, tolerance=1e-10, max_steps=50):
    x = np.array(x0, dtype=np.float64)
    if x.ndim != 1 or len(x) == 0:
        raise ValueError("x0 is a vector")
    if min(tolerance, max_steps) < 0:
        raise ValueError("tolerance, max_steps must be >= 0")
    steps = 0
    while steps <= max_steps:
        g = gradient(x)
        n = np.linalg.norm(g)
        if np.isnan(n) or np.isinf(n) or not np.all(np.isfinite(x)):
            raise FloatingPointError("diverged")
        if n <= tolerance or steps == max_steps:
            break
        H = np.asarray(hessian(x))
        if not np.all(np.isfinite(H)):
            raise FloatingPointError("diverged")
        if np.linalg.det(H) == 0:
            raise ValueError("hessian: its determinant is 0")
        try:
            x -= np.linalg.solve(H, g)
        except np.linalg.LinAlgError as error:
            raise ValueError("hessian: singular") from error
        steps += 1
    return x, steps
