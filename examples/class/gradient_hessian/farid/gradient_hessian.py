# Farid. I derived everything on paper, but in the code I let the complex step do it:
#   f'(x) = Im f(x + ih) / h   with h = 1e-200, exact to rounding, no cancellation
# and the Hessian by central differences of that.
import numpy as np

STEP = 1e-200


def _shape(name, a, ndim):
    a = np.asarray(a, dtype=float)
    if a.ndim != ndim or not a.size:
        raise ValueError("%s: expected %d axes and no empty one, got shape %s" % (name, ndim, a.shape))
    return a


def _in_domain(x):
    x = _shape("x", x, 1)
    if x.size != 3:
        raise ValueError("x: 3 entries")
    if x[0] <= 0 or x[2] == 0:
        raise ValueError("x: outside the domain")
    return x


def complex_step(function, x):
    """All partial derivatives of function (scalar or vector valued) at x; the last axis is that of x."""
    columns = []
    for i in range(x.size):
        moved = x.astype(complex)
        moved[i] += 1j * STEP
        columns.append(np.imag(function(moved)) / STEP)
    return np.stack(columns, axis=-1)


def _f(x):
    return 2 * x[0] * x[1] - x[2] * np.log(x[0]) - 1 / x[2]


def f(x):
    return _f(_in_domain(x))


def f_gradient(x):
    return complex_step(_f, _in_domain(x))


def f_hessian(x):
    x = _in_domain(x)
    H = np.zeros((3, 3))
    for i in range(3):
        h = 1e-5 * abs(x[i]) if x[i] else 1e-5
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        H[i] = (complex_step(_f, up) - complex_step(_f, down)) / (up[i] - down[i])
    return (H + H.T) / 2


def least_squares_gradient(A, b, x):
    A, b, x = _shape("A", A, 2), _shape("b", b, 1), _shape("x", x, 1)
    if A.shape[0] != b.size:
        raise ValueError("b: does not fit A")
    if A.shape[1] != x.size:
        raise ValueError("x: does not fit A")
    return complex_step(lambda v: np.sum((A @ v - b) ** 2), x)


def least_squares_hessian(A):
    A = _shape("A", A, 2)
    zero = np.zeros(A.shape[0])
    # the gradient is linear: column j is its value at the unit vector j (for b = 0)
    return np.column_stack([least_squares_gradient(A, zero, e) for e in np.eye(A.shape[1])])


def softmax_jacobian(z):
    z = _shape("z", z, 1)
    shift = z.max()

    def softmax(v):
        e = np.exp(v - shift)
        return e / e.sum()

    return complex_step(softmax, z)


def chain_gradient(W1, w2, x, y):
    W1, w2, x = _shape("W1", W1, 2), _shape("w2", w2, 1), _shape("x", x, 1)
    if W1.shape != (w2.size, x.size):
        raise ValueError("w2 or x: does not fit W1")

    def loss(parameters):
        V = parameters[: W1.size].reshape(W1.shape)
        return (parameters[W1.size :] @ np.tanh(V @ x) - y) ** 2

    d = complex_step(loss, np.concatenate([W1.ravel(), w2]))
    return d[: W1.size].reshape(W1.shape), d[W1.size :]


def _finite(value):
    value = np.asarray(value)
    if not np.isfinite(value).all():
        raise FloatingPointError("a value is not finite")
    return value


def gradient_descent(gradient, x0, step_size, tolerance=1e-8, max_steps=10_000):
    x = _shape("x0", x0, 1)
    for name, value in [("step_size", step_size), ("tolerance", tolerance), ("max_steps", max_steps)]:
        if value < 0:
            raise ValueError(name + ": negative")
    for steps in range(max_steps):
        g = _finite(gradient(x))
        if np.linalg.norm(g) < tolerance:
            return x.copy(), steps
        x = _finite(x - step_size * g)
    return x.copy(), max_steps


def newton(gradient, hessian, x0, tolerance=1e-10, max_steps=50):
    x = _shape("x0", x0, 1)
    for name, value in [("tolerance", tolerance), ("max_steps", max_steps)]:
        if value < 0:
            raise ValueError(name + ": negative")
    for steps in range(max_steps):
        g = _finite(gradient(x))
        if np.linalg.norm(g) < tolerance:
            return x.copy(), steps
        H = _finite(hessian(x))
        U, s, Vt = np.linalg.svd(H)
        if s[-1] <= s[0] * x.size * np.finfo(float).eps:
            raise ValueError("hessian: singular")
        x = _finite(x - Vt.T @ ((U.T @ g) / s))
    return x.copy(), max_steps
