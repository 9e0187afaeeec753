# Elif K. -- homework "XOR with one hidden layer"
import math
from statistics import NormalDist

import numpy as np
import torch


def _network(parameters, X):
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or 0 in X.shape:
        raise ValueError("X must be (n, m) and not empty, got %s" % (X.shape,))
    if len(parameters) != 4:
        raise ValueError("parameters must be W, c, w, b")
    W, c, w = [np.asarray(p, dtype=float) for p in parameters[:3]]
    if W.ndim != 2 or W.shape[0] != X.shape[1] or W.shape[1] < 1:
        raise ValueError("parameters: W of shape %s does not fit X of shape %s" % (W.shape, X.shape))
    h = W.shape[1]
    if c.shape != (h,) or w.shape != (h,):
        raise ValueError("parameters: c and w must be (%d,), got %s and %s" % (h, c.shape, w.shape))
    if np.ndim(parameters[3]) != 0:
        raise ValueError("parameters: b must be a number")
    return W, c, w, float(parameters[3]), X


def _targets(y, n):
    y = np.asarray(y, dtype=float)
    if y.shape != (n,):
        raise ValueError("y must be (%d,), got %s" % (n, y.shape))
    return y


def xor_parameters():
    """Three hidden units: x1, x2, and 'both'. x1 + x2 - 2 both."""
    return [[1, 0, 1], [0, 1, 1]], [0, 0, -1], [1, 1, -2], 0.0


def forward(parameters, X):
    W, c, w, b, X = _network(parameters, X)
    out = []
    for x in X:
        f = b
        for j in range(len(c)):
            t = c[j]
            for k in range(len(x)):
                t += W[k, j] * x[k]
            if t > 0:
                f += w[j] * t
        out.append(f)
    return out


def backward(parameters, X, y):
    W, c, w, b, X = _network(parameters, X)
    y = _targets(y, len(X))
    n, m = X.shape
    h = len(c)
    dW = [[0.0] * h for _ in range(m)]
    dc = [0.0] * h
    dw = [0.0] * h
    db = 0.0
    for x, target in zip(X, y):
        z = [sum(x[k] * W[k, j] for k in range(m)) + c[j] for j in range(h)]
        a = [max(t, 0.0) for t in z]
        g = 2 * (sum(a[j] * w[j] for j in range(h)) + b - target) / n
        db += g
        for j in range(h):
            dw[j] += g * a[j]
            if z[j] > 0:
                dc[j] += g * w[j]
                for k in range(m):
                    dW[k][j] += g * w[j] * x[k]
    return dW, dc, dw, db


def best_linear_fit(X, y):
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or 0 in X.shape:
        raise ValueError("X must be (n, m) and not empty, got %s" % (X.shape,))
    y = _targets(y, len(X))
    A = np.c_[np.ones(len(X)), X]
    p = np.linalg.pinv(A, rcond=1e-10) @ y
    return list(p[1:]), float(p[0])


def _each(f, z):
    """f of a number, or of each number in nested lists."""
    if np.ndim(z) == 0:
        return float(f(float(z)))
    return [_each(f, part) for part in z]


def relu(z):
    return _each(lambda t: t if t > 0 else 0.0, z)


def leaky_relu(z, slope=0.01):
    return _each(lambda t: t if t > 0 else slope * t, z)


def elu(z, alpha=1.0):
    return _each(lambda t: t if t > 0 else alpha * math.expm1(t), z)


def gelu(z):
    phi = NormalDist().cdf
    return _each(lambda t: t * phi(t), z)


def softplus(z):
    return _each(lambda t: t + math.log1p(math.exp(-t)) if t > 0 else math.log1p(math.exp(t)), z)


class XORNet(torch.nn.Module):
    def __init__(self, hidden, generator=None):
        if hidden < 1:
            raise ValueError("hidden must be at least 1")
        super().__init__()
        self.W = torch.nn.Parameter(torch.randn(2, hidden, generator=generator))
        self.c = torch.nn.Parameter(torch.randn(hidden, generator=generator))
        self.w = torch.nn.Parameter(torch.randn(hidden, generator=generator))
        self.b = torch.nn.Parameter(torch.zeros(()))

    def forward(self, x):
        return torch.tanh(x @ self.W + self.c) @ self.w + self.b


def train(hidden, steps, step_size, seed, device="cpu"):
    if hidden < 1:
        raise ValueError("hidden must be at least 1")
    if steps < 0:
        raise ValueError("steps must not be negative")
    if step_size < 0:
        raise ValueError("step_size must not be negative")
    g = torch.Generator()
    g.manual_seed(seed)
    net = XORNet(hidden, g).to(device)
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], device=device)
    sign = torch.tensor([-1.0, 1.0, 1.0, -1.0], device=device)
    parameters = list(net.parameters())
    for _ in range(steps):
        loss = torch.nn.functional.softplus(-sign * net(x)).mean()  # = cross-entropy of the logits
        grads = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for p, g in zip(parameters, grads):
                p -= step_size * g
    return net
