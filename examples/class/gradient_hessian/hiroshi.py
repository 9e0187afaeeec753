"""No arrays: lists of floats and the standard library. Whatever comes in is turned into lists first."""
import cmath
import math


def to_list(name, v, length=None):
    try:
        out = [float(a) for a in v]
    except TypeError:
        raise ValueError(name + " is not a vector")
    if not out or (length is not None and len(out) != length):
        raise ValueError(name + " has a wrong length")
    return out


def to_rows(name, M):
    if getattr(M, "ndim", 2) != 2:
        raise ValueError(name + " is not a matrix")
    try:
        rows = [to_list(name, row) for row in M]
    except TypeError:
        raise ValueError(name + " is not a matrix")
    if not rows or len({len(row) for row in rows}) != 1:
        raise ValueError(name + " is not a matrix")
    return rows


def to_vector(name, v, length=None):
    if getattr(v, "ndim", 1) != 1:
        raise ValueError(name + " is not a vector")
    return to_list(name, v, length)


def to_point(x):
    a, b, c = to_vector("x", x, 3)
    if a <= 0.0 or c == 0.0:
        raise ValueError("x is outside of the domain")
    return a, b, c


def dot(u, v):
    return math.fsum(a * b for a, b in zip(u, v))


def f(x):
    a, b, c = to_point(x)
    return math.fsum([2 * a * b, -c * math.log(a), -1 / c])


def f_gradient(x):
    a, b, c = to_point(x)
    return [2 * b - c / a, 2 * a, 1 / c**2 - math.log(a)]


def f_hessian(x):
    a, b, c = to_point(x)
    return [[c / a**2, 2.0, -1 / a], [2.0, 0.0, 0.0], [-1 / a, 0.0, -2 / c**3]]


def least_squares_gradient(A, b, x):
    rows = to_rows("A", A)
    b = to_vector("b", b, len(rows))
    x = to_vector("x", x, len(rows[0]))
    residuals = [dot(row, x) - value for row, value in zip(rows, b)]
    return [2 * dot(column, residuals) for column in zip(*rows)]


def least_squares_hessian(A):
    columns = list(zip(*to_rows("A", A)))
    return [[2 * dot(u, v) for v in columns] for u in columns]


def softmax_jacobian(z):
    z = to_vector("z", z)
    top = max(z)
    e = [math.exp(value - top) for value in z]
    p = [value / math.fsum(e) for value in e]
    return [[p[i] * ((i == j) - p[j]) for j in range(len(p))] for i in range(len(p))]


def chain_gradient(W1, w2, x, y):
    rows = to_rows("W1", W1)
    w2 = to_vector("w2", w2, len(rows))
    x = to_vector("x", x, len(rows[0]))
    h = [math.tanh(dot(row, x)) for row in rows]
    e = 2 * (dot(w2, h) - y)
    return [[e * w * (1 - t * t) * a for a in x] for w, t in zip(w2, h)], [e * t for t in h]


def is_finite(values):
    return all(cmath.isfinite(value) for value in values)


def numbers(v):
    return [float(a) for a in v]


def solve(H, g):
    """Gauss-Jordan; None if a pivot vanishes."""
    n = len(g)
    M = [numbers(H[i]) + [g[i]] for i in range(n)]
    size = max(abs(a) for row in M for a in row[:n])
    for c in range(n):
        p = max(range(c, n), key=lambda r: abs(M[r][c]))
        if abs(M[p][c]) <= 1e-14 * size:
            return None
        M[c], M[p] = M[p], M[c]
        M[c] = [a / M[c][c] for a in M[c]]
        for r in range(n):
            if r != c:
                M[r] = [a - M[r][c] * b for a, b in zip(M[r], M[c])]
    return [row[n] for row in M]


def gradient_descent(gradient, x0, step_size, tolerance=1e-8, max_steps=10000):
    import numpy  # only to hand the caller's function what it wants

    x = to_vector("x0", x0)
    if step_size < 0 or tolerance < 0 or max_steps < 0:
        raise ValueError("step_size, tolerance or max_steps is negative")
    steps = 0
    while True:
        g = numbers(gradient(numpy.array(x)))
        if not is_finite(g) or not is_finite(x):
            raise FloatingPointError("no longer finite")
        if math.hypot(*g) <= tolerance or steps == max_steps:
            return x, steps
        x = [a - step_size * d for a, d in zip(x, g)]
        steps = steps + 1


def newton(gradient, hessian, x0, tolerance=1e-10, max_steps=50):
    import numpy

    x = to_vector("x0", x0)
    if tolerance < 0 or max_steps < 0:
        raise ValueError("tolerance or max_steps is negative")
    steps = 0
    while True:
        g = numbers(gradient(numpy.array(x)))
        if not is_finite(g) or not is_finite(x):
            raise FloatingPointError("no longer finite")
        if math.hypot(*g) <= tolerance or steps == max_steps:
            return x, steps
        H = hessian(numpy.array(x))
        if not all(is_finite(row) for row in H):
            raise FloatingPointError("no longer finite")
        s = solve(H, g)
        if s is None:
            raise ValueError("hessian is singular at a point on the way")
        x = [a - d for a, d in zip(x, s)]
        steps = steps + 1
