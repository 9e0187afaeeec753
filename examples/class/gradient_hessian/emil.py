# Emil
import math

import numpy as np


def check_vector(values, name, length=None):
    values = np.asarray(values, dtype=float)
    if values.ndim != 1:
        raise ValueError(f"{name} should be a vector")
    if values.size == 0 or (length is not None and values.size != length):
        raise ValueError(f"{name} has the wrong length ({values.size})")
    return values


def check_matrix(values, name):
    values = np.asarray(values, dtype=float)
    if values.ndim != 2 or values.size == 0:
        raise ValueError(f"{name} should be a matrix that is not empty")
    return values


def check_domain(x):
    x = check_vector(x, "x", 3)
    if x[0] <= 0 or x[2] == 0:
        raise ValueError("x is outside the domain of f")
    return float(x[0]), float(x[1]), float(x[2])


def check_settings(**settings):
    for name in settings:
        if settings[name] < 0:
            raise ValueError(f"{name} should not be negative")


def euclidean_norm(v):
    return math.sqrt(sum(float(value) * float(value) for value in v))


def f(x):
    x1, x2, x3 = check_domain(x)
    return 2.0 * x1 * x2 - x3 * math.log(x1) - 1.0 / x3


def f_gradient(x):
    x1, x2, x3 = check_domain(x)
    result = np.empty(3)
    result[0] = 2.0 * x2 - x3 / x1
    result[1] = 2.0 * x1
    result[2] = 1.0 / (x3 * x3) - math.log(x1)
    return result


def f_hessian(x):
    x1, x2, x3 = check_domain(x)
    result = np.zeros((3, 3))
    result[0][0] = x3 / (x1 * x1)
    result[0][1] = 2.0
    result[0][2] = -1.0 / x1
    result[1][0] = 2.0
    result[2][0] = -1.0 / x1
    result[2][2] = -2.0 / (x3 * x3 * x3)
    return result


def least_squares_gradient(A, b, x):
    A = check_matrix(A, "A")
    m, n = A.shape
    b = check_vector(b, "b", m)
    x = check_vector(x, "x", n)
    result = np.zeros(n)
    for i in range(m):
        residual = sum(A[i, j] * x[j] for j in range(n)) - b[i]
        for j in range(n):
            result[j] += 2.0 * residual * A[i, j]
    return result


def least_squares_hessian(A):
    A = check_matrix(A, "A")
    m, n = A.shape
    result = np.zeros((n, n))
    for j in range(n):
        for k in range(n):
            for i in range(m):
                result[j, k] += 2.0 * A[i, j] * A[i, k]
    return result


def softmax_jacobian(z):
    z = check_vector(z, "z")
    largest = max(z)
    exps = [math.exp(value - largest) for value in z]
    total = sum(exps)
    p = [e / total for e in exps]
    C = len(p)
    J = np.zeros((C, C))
    for i in range(C):
        for j in range(C):
            if i == j:
                J[i, j] = p[i] * (1.0 - p[i])
            else:
                J[i, j] = -p[i] * p[j]
    return J


def chain_gradient(W1, w2, x, y):
    W1 = check_matrix(W1, "W1")
    hidden, features = W1.shape
    w2 = check_vector(w2, "w2", hidden)
    x = check_vector(x, "x", features)
    h = [math.tanh(sum(W1[i, j] * x[j] for j in range(features))) for i in range(hidden)]
    output = sum(w2[i] * h[i] for i in range(hidden))
    dW1 = np.zeros((hidden, features))
    dw2 = np.zeros(hidden)
    for i in range(hidden):
        dw2[i] = 2.0 * (output - y) * h[i]
        for j in range(features):
            dW1[i, j] = 2.0 * (output - y) * w2[i] * (1.0 - h[i] ** 2) * x[j]
    return dW1, dw2


def gradient_descent(gradient, x0, step_size, tolerance=1e-8, max_steps=10_000):
    start = check_vector(x0, "x0")
    check_settings(step_size=step_size, tolerance=tolerance, max_steps=max_steps)
    x = np.array([float(value) for value in start])
    steps = 0
    while True:
        g = gradient(x)
        size = euclidean_norm(g)
        if not math.isfinite(size):
            raise FloatingPointError("the gradient is not finite any more")
        if size < tolerance:
            return x, steps
        x = np.array([x[i] - step_size * g[i] for i in range(len(x))])
        if not all(math.isfinite(value) for value in x):
            raise FloatingPointError("the point is not finite any more")
        steps += 1


def newton(gradient, hessian, x0, tolerance=1e-10, max_steps=50):
    start = check_vector(x0, "x0")
    check_settings(tolerance=tolerance, max_steps=max_steps)
    x = np.array([float(value) for value in start])
    steps = 0
    while True:
        g = np.asarray(gradient(x))
        size = euclidean_norm(g)
        if not math.isfinite(size):
            raise FloatingPointError("the gradient is not finite any more")
        if size < tolerance or steps == max_steps:
            return x, steps
        H = np.asarray(hessian(x))
        if not np.isfinite(H).all():
            raise FloatingPointError("the Hessian is not finite")
        if np.linalg.cond(H) > 1e14:
            raise ValueError("hessian gives a singular matrix")
        x = x - np.linalg.solve(H, g)
        if not all(math.isfinite(value) for value in x):
            raise FloatingPointError("the point is not finite any more")
        steps += 1
