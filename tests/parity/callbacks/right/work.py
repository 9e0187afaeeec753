import numpy as np


def descend(gradient, x0, step):
    x = np.array(x0, dtype=float)
    for count in range(200):
        g = gradient(x)
        if np.linalg.norm(g) < 1e-8:
            return x, count + 4
        x = x - step * g
    return x, 200


def safe(function):
    try:
        function()
    except ZeroDivisionError:
        return "caught"
    return "nothing"


def square(x):
    return x * x


def compose(f, g):
    return lambda x: f(g(x))


def identity(f):
    return f


def apply_all(functions, x):
    return [f(x) for f in functions]


def table(f, rows, columns):
    return [[f(row=i, column=j) for j in range(columns)] for i in range(rows)]
