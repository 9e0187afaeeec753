import numpy as np

# every derivative is a Jacobian matrix (rows: outputs, columns: inputs), and the chain rule is a product of them


def read(what, value, dims, lengths=()):
    value = np.asarray(value, dtype=float)
    if value.ndim != dims or min(value.shape, default=0) == 0:
        raise ValueError(f"{what}: {dims} dimensions expected, none of them empty")
    for length, wanted in zip(value.shape, lengths):
        if length != wanted:
            raise ValueError(f"{what}: {length} entries, {wanted} expected")
    return value


def read_point(x):
    x = read("x", x, 1, (3,))
    if not (x[0] > 0 and x[2] != 0):
        raise ValueError("x: f is defined for x1 > 0 and x3 != 0 only")
    return x


def f(x):
    x = read_point(x)
    u = np.array([x[0] * x[1], x[2] * np.log(x[0]), 1 / x[2]])
    return float(np.array([2, -1, -1]) @ u)


def f_gradient(x):
    x = read_point(x)
    du_dx = np.array([
        [x[1], x[0], 0],
        [x[2] / x[0], 0, np.log(x[0])],
        [0, 0, -1 / x[2] ** 2],
    ])
    df_du = np.array([[2, -1, -1]])
    return (df_du @ du_dx)[0]


def f_hessian(x):
    x = read_point(x)
    d_by_x1 = [x[2] / x[0] ** 2, 2, -1 / x[0]]
    d_by_x2 = [2, 0, 0]
    d_by_x3 = [-1 / x[0], 0, -2 * x[2] ** -3]
    return np.vstack([d_by_x1, d_by_x2, d_by_x3])


def least_squares_gradient(A, b, x):
    A = read("A", A, 2)
    b, x = read("b", b, 1, A.shape[:1]), read("x", x, 1, A.shape[1:])
    r = (A @ x - b).reshape(1, -1)
    dl_dr, dr_dx = 2 * r, A
    return (dl_dr @ dr_dx).reshape(-1)


def least_squares_hessian(A):
    A = read("A", A, 2)
    d2l_dr2 = 2 * np.identity(len(A))
    return A.T @ d2l_dr2 @ A


def softmax_jacobian(z):
    z = read("z", z, 1)
    # p = u / s with u = exp(z), s = sum u, both divided by exp(max z)
    u = np.exp(z - z.max())
    s = u.sum()
    dp_du = np.identity(len(u)) / s - np.outer(u, np.ones_like(u)) / s**2
    du_dz = np.diag(u)
    return dp_du @ du_dz


def chain_gradient(W1, w2, x, y):
    W1 = read("W1", W1, 2)
    w2, x = read("w2", w2, 1, W1.shape[:1]), read("x", x, 1, W1.shape[1:])
    a = W1 @ x
    h = np.tanh(a)
    o = w2 @ h
    dl_do = np.array([[2 * (o - y)]])
    do_dw2 = h[None, :]
    do_dh = w2[None, :]
    dh_da = np.diag(1 - h**2)
    da_dW1 = np.kron(np.identity(len(h)), x[None, :])  # (h, h m): W1 row by row
    dW1 = dl_do @ do_dh @ dh_da @ da_dW1
    dw2 = dl_do @ do_dw2
    return dW1.reshape(W1.shape), dw2.reshape(-1)


def gradient_descent(gradient, x0, step_size, tolerance=1e-8, max_steps=10_000):
    x = read("x0", x0, 1)
    if step_size < 0 or tolerance < 0 or max_steps < 0:
        raise ValueError("step_size, tolerance, max_steps: must not be negative")
    path = [x.copy()]
    while True:
        slope = np.asarray(gradient(path[-1].copy()))
        if not np.isfinite([*slope, *path[-1]]).all():
            raise FloatingPointError(f"step {len(path) - 1}: not finite")
        if slope @ slope <= tolerance**2 or len(path) > max_steps:
            return path[-1], len(path) - 1
        path.append(path[-1] - step_size * slope)


def newton(gradient, hessian, x0, tolerance=1e-10, max_steps=50):
    x = read("x0", x0, 1)
    if tolerance < 0 or max_steps < 0:
        raise ValueError("tolerance, max_steps: must not be negative")
    path = [x.copy()]
    while True:
        slope = np.asarray(gradient(path[-1].copy()))
        if not np.isfinite([*slope, *path[-1]]).all():
            raise FloatingPointError(f"step {len(path) - 1}: not finite")
        if slope @ slope <= tolerance**2 or len(path) > max_steps:
            return path[-1], len(path) - 1
        bend = np.asarray(hessian(path[-1].copy()))
        if not np.isfinite(bend).all():
            raise FloatingPointError(f"step {len(path) - 1}: not finite")
        Q, R = np.linalg.qr(bend)
        pivots = np.abs(np.diag(R))
        if pivots.min() <= 1e-14 * pivots.max():
            raise ValueError("hessian: singular")
        path.append(path[-1] - np.linalg.solve(R, Q.T @ slope))
