"""Gradients and Hessians. The checks are in inputs.py, the solver of linear systems in elimination.py."""
import numpy as np

from elimination import Singular, solve
from inputs import matrix, not_negative, point, vector


def f(x):
    """2 x1 x2 - x3 log x1 - 1/x3"""
    x1, x2, x3 = point(x)
    product = 2 * x1 * x2
    logarithm = x3 * np.log(x1)
    inverse = 1 / x3
    return product - logarithm - inverse


def f_gradient(x):
    x1, x2, x3 = point(x)
    product = np.array([2 * x2, 2 * x1, 0])
    logarithm = np.array([x3 / x1, 0, np.log(x1)])
    inverse = np.array([0, 0, -1 / x3**2])
    return product - logarithm - inverse


def f_hessian(x):
    x1, _, x3 = point(x)
    product = np.array([[0, 2, 0], [2, 0, 0], [0, 0, 0]])
    logarithm = np.array([[-x3 / x1**2, 0, 1 / x1], [0, 0, 0], [1 / x1, 0, 0]])
    inverse = np.diag([0, 0, 2 / x3**3])
    return product - logarithm - inverse


def least_squares_gradient(A, b, x):
    A = matrix("A", A)
    b, x = vector("b", b, len(A)), vector("x", x, len(A[0]))
    return sum(2 * (row @ x - value) * row for row, value in zip(A, b))


def least_squares_hessian(A):
    return sum(2 * np.outer(row, row) for row in matrix("A", A))


def softmax_jacobian(z):
    z = vector("z", z)
    # p_i = 1 / sum_k exp(z_k - z_i); rows of differences overflow, so in the logarithm
    log_sum = np.logaddexp.reduce(z)
    p = np.exp(z - log_sum)
    return p[:, np.newaxis] * (np.eye(z.size) - p)


def chain_gradient(W1, w2, x, y):
    W1 = matrix("W1", W1)
    w2, x = vector("w2", w2, len(W1)), vector("x", x, len(W1[0]))
    h = np.tanh(W1 @ x)
    slope = 2 * (np.dot(w2, h) - y)
    dW1 = np.array([slope * w2_i * (1 - h_i**2) * x for w2_i, h_i in zip(w2, h)])
    return dW1, slope * h


def descend(direction, gradient, x, tolerance, max_steps):
    """Add direction(x, g) until the gradient g is small."""
    steps = 0
    while True:
        g = gradient(x)
        if not np.isfinite(np.sum(np.abs(g))):
            raise FloatingPointError(f"the gradient after {steps} steps is not finite")
        if np.linalg.norm(g) < tolerance or steps == max_steps:
            return x, steps
        x = x + direction(x, g)
        if not np.isfinite(np.sum(np.abs(x))):
            raise FloatingPointError(f"the point after {steps + 1} steps is not finite")
        steps += 1


def gradient_descent(gradient, x0, step_size, tolerance=1e-8, max_steps=10_000):
    not_negative(step_size=step_size, tolerance=tolerance, max_steps=max_steps)
    return descend(lambda x, g: -step_size * np.asarray(g), gradient, vector("x0", x0), tolerance, max_steps)


def newton(gradient, hessian, x0, tolerance=1e-10, max_steps=50):
    not_negative(tolerance=tolerance, max_steps=max_steps)

    def direction(x, g):
        H = hessian(x)
        if not np.isfinite(H).all():
            raise FloatingPointError("the Hessian is not finite")
        try:
            return -solve(H, g)
        except Singular as error:
            raise ValueError("hessian is singular") from error

    return descend(direction, gradient, vector("x0", x0), tolerance, max_steps)
