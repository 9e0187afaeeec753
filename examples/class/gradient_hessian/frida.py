"""Frida. Removed the boilerplate at the top."""
import numpy as np


def f(x):
    x1, x2, x3 = x
    return 2 * x1 * x2 - x3 * np.log(x1) - 1 / x3


def f_gradient(x):
    x1, x2, x3 = x
    return np.array([2 * x2 - x3 / x1, 2 * x1, 1 / x3**2 - np.log(x1)])


def f_hessian(x):
    x1, x2, x3 = x
    return np.array([[x3 / x1**2, 2, -1 / x1], [2, 0, 0], [-1 / x1, 0, -2 / x3**3]])


def least_squares_gradient(A, b, x):
    return 2 * A.T @ (A @ x - b)


def least_squares_hessian(A):
    return 2 * A.T @ A


def softmax_jacobian(z):
    p = np.exp(z - np.max(z))
    p = p / p.sum()
    return np.diagflat(p) - np.outer(p, p)


def chain_gradient(W1, w2, x, y):
    h = np.tanh(W1 @ x)
    error = 2 * (w2 @ h - y)
    return np.outer(error * w2 * (1 - h**2), x), error * h


def minimise(gradient, direction, x, tolerance, max_steps):
    steps = 0
    while True:
        g = gradient(x)
        if not (np.isfinite(g).all() and np.isfinite(x).all()):
            raise FloatingPointError("not finite")
        if np.linalg.norm(g) < tolerance or steps == max_steps:
            return x, steps
        x = x - direction(x, g)
        steps += 1


def gradient_descent(gradient, x0, step_size, tolerance=1e-8, max_steps=10_000):
    return minimise(gradient, lambda x, g: step_size * g, np.array(x0, dtype=float), tolerance, max_steps)


def newton(gradient, hessian, x0, tolerance=1e-10, max_steps=50):
    def direction(x, g):
        try:
            return np.linalg.solve(hessian(x), g)
        except np.linalg.LinAlgError:
            raise ValueError("singular Hessian")

    return minimise(gradient, direction, np.array(x0, dtype=float), tolerance, max_steps)
