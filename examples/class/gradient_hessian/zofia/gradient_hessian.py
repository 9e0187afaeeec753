"""Zofia"""
import numpy as np


def _checked(name, value, shape):
    value = np.asarray(value, dtype=np.float64)
    lengths = [found if wanted is None else wanted for found, wanted in zip(value.shape, shape)]
    if value.ndim != len(shape) or list(value.shape) != lengths or value.size == 0:
        shown = ", ".join("any" if wanted is None else str(wanted) for wanted in shape)
        raise ValueError(f"{name} must have shape ({shown}) and not be empty, but has shape {value.shape}")
    return value


def _checked_point(x):
    x = _checked("x", x, (3,))
    if x[0] <= 0 or x[2] == 0:
        raise ValueError("x must have x1 > 0 and x3 != 0: f is not defined elsewhere")
    return x


def _check_not_negative(**values):
    for name, value in values.items():
        if value < 0:
            raise ValueError(f"{name} must not be negative, but is {value}")


def f(x):
    x = _checked_point(x)
    return 2 * x[0] * x[1] - x[2] * np.log(x[0]) - 1 / x[2]


def f_gradient(x):
    x = _checked_point(x)
    return np.array([2 * x[1] - x[2] / x[0], 2 * x[0], -np.log(x[0]) + 1 / x[2] ** 2])


def f_hessian(x):
    x = _checked_point(x)
    return np.array([
        [x[2] / x[0] ** 2, 2, -1 / x[0]],
        [2, 0, 0],
        [-1 / x[0], 0, -2 / x[2] ** 3],
    ])


def least_squares_gradient(A, b, x):
    A = _checked("A", A, (None, None))
    b, x = _checked("b", b, (A.shape[0],)), _checked("x", x, (A.shape[1],))
    return 2 * A.T @ (A @ x - b)


def least_squares_hessian(A):
    A = _checked("A", A, (None, None))
    return 2 * A.T @ A


def softmax_jacobian(z):
    z = _checked("z", z, (None,))
    e = np.exp(z - np.max(z))
    p = e / np.sum(e)
    return np.diag(p) - np.outer(p, p)


def chain_gradient(W1, w2, x, y):
    W1 = _checked("W1", W1, (None, None))
    w2, x = _checked("w2", w2, (W1.shape[0],)), _checked("x", x, (W1.shape[1],))
    h = np.tanh(W1 @ x)
    error = w2 @ h - y
    dw2 = 2 * error * h
    dW1 = np.outer(2 * error * w2 * (1 - h**2), x)
    return dW1, dw2


def gradient_descent(gradient, x0, step_size, tolerance=1e-8, max_steps=10_000):
    x0 = _checked("x0", x0, (None,))
    _check_not_negative(step_size=step_size, tolerance=tolerance, max_steps=max_steps)
    x = x0.copy()
    for steps in range(max_steps + 1):
        g = np.asarray(gradient(x))
        if not (np.all(np.isfinite(g)) and np.all(np.isfinite(x))):
            raise FloatingPointError("gradient descent diverged")
        if np.linalg.norm(g) <= tolerance or steps == max_steps:
            return x, steps
        x = x - step_size * g


def newton(gradient, hessian, x0, tolerance=1e-10, max_steps=50):
    x0 = _checked("x0", x0, (None,))
    _check_not_negative(tolerance=tolerance, max_steps=max_steps)
    x = x0.copy()
    for steps in range(max_steps + 1):
        g = np.asarray(gradient(x))
        if not (np.all(np.isfinite(g)) and np.all(np.isfinite(x))):
            raise FloatingPointError("newton diverged")
        if np.linalg.norm(g) <= tolerance or steps == max_steps:
            return x, steps
        H = np.asarray(hessian(x))
        if not np.all(np.isfinite(H)):
            raise FloatingPointError("newton diverged")
        x = x - np.linalg.pinv(H) @ g  # works for any H
