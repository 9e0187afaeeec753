# Beatriz
# Two hidden layers in XORNet, because I could not decide.
import math

import numpy as np
import torch

Parameters = tuple[np.ndarray, np.ndarray, np.ndarray, float]


def _checked_examples(X: np.ndarray) -> np.ndarray:
    """Return X as a float array of shape (n, m); raise ValueError if it has another shape or is empty."""
    X = np.asarray(X, dtype=np.float64)
    if X.ndim != 2 or X.size == 0:
        raise ValueError(f"X must have shape (n, m) and not be empty, not {X.shape}")
    return X


def _checked_network(parameters: Parameters, X: np.ndarray) -> tuple[Parameters, np.ndarray]:
    """Return the parameters (W, c, w, b) and X as floats; raise ValueError if their shapes disagree."""
    X = _checked_examples(X)
    if len(parameters) != 4:
        raise ValueError(f"parameters must be the four W, c, w, b, not {len(parameters)}")
    W, c, w = (np.asarray(part, dtype=np.float64) for part in parameters[:3])
    b = parameters[3]
    if W.ndim != 2 or W.shape[0] != X.shape[1] or W.shape[1] == 0:
        raise ValueError(f"parameters: W must have shape ({X.shape[1]}, h), one row a feature of X, not {W.shape}")
    if c.shape != (W.shape[1],):
        raise ValueError(f"parameters: c must have shape ({W.shape[1]},), one entry a column of W, not {c.shape}")
    if w.shape != (W.shape[1],):
        raise ValueError(f"parameters: w must have shape ({W.shape[1]},), one entry a column of W, not {w.shape}")
    if np.shape(b) != ():
        raise ValueError(f"parameters: b must be a number, not an array of shape {np.shape(b)}")
    return (W, c, w, float(b)), X


def _checked_targets(y: np.ndarray, examples: int) -> np.ndarray:
    """Return y as floats of shape (examples,); raise ValueError if it has another shape."""
    y = np.asarray(y, dtype=np.float64)
    if y.shape != (examples,):
        raise ValueError(f"y must have shape ({examples},), one target an example, not {y.shape}")
    return y


def _check_at_least(name: str, value: float, lowest: int) -> None:
    """Raise ValueError, naming the argument, if value is under lowest."""
    if value < lowest:
        raise ValueError(f"{name} must be at least {lowest}, not {value}")


def xor_parameters():
    # 1 - relu(x1 + x2 - 1) - relu(1 - x1 - x2): one, minus the distance of x1 + x2 from one
    W = np.array([[1, -1], [1, -1]])
    c = np.array([-1, 1])
    w = np.array([-1, -1])
    b = 1.0
    return W, c, w, b


def forward(parameters, X):
    (W, c, w, b), X = _checked_network(parameters, X)
    H = relu(X.dot(W) + c)
    return H.dot(w) + b


def backward(parameters, X, y):
    (W, c, w, b), X = _checked_network(parameters, X)
    y = _checked_targets(y, examples=len(X))
    n = X.shape[0]
    Z = X.dot(W) + c
    H = relu(Z)
    error = (H.dot(w) + b) - y
    g_out = (2.0 / n) * error.reshape(n, 1)
    dw = (H * g_out).sum(axis=0)
    db = float(g_out.sum())
    G = g_out * w.reshape(1, -1)
    G[Z <= 0] = 0.0
    dc = np.ones(n) @ G
    dW = (G.T @ X).T
    return dW, dc, dw, db


def best_linear_fit(X, y):
    X = _checked_examples(X)
    y = _checked_targets(y, examples=len(X))
    # centre first: then w does not know about b
    mx = X.mean(axis=0)
    my = y.mean()
    w = np.linalg.pinv(X - mx, rcond=1e-10) @ (y - my)
    return w, my - mx @ w


def relu(z):
    z = np.asarray(z, dtype=np.float64)
    return (z + np.abs(z)) / 2


def leaky_relu(z, slope=0.01):
    z = np.asarray(z, dtype=np.float64)
    return np.maximum(z, 0) + slope * np.minimum(z, 0)


def elu(z, alpha=1.0):
    z = np.asarray(z, dtype=np.float64)
    return np.maximum(z, 0) + alpha * np.expm1(np.minimum(z, 0))


def gelu(z):
    z = np.asarray(z, dtype=np.float64)
    # 1 + erf(t) = erfc(-t)
    return 0.5 * z * np.vectorize(math.erfc, otypes=[np.float64])(-z / math.sqrt(2))


def softplus(z):
    z = np.asarray(z, dtype=np.float64)
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


class XORNet(torch.nn.Module):
    def __init__(self, hidden):
        _check_at_least("hidden", hidden, 1)
        super().__init__()
        self.one = torch.nn.Linear(2, hidden)
        self.two = torch.nn.Linear(hidden, hidden)
        self.out = torch.nn.Linear(hidden, 1)

    def forward(self, x):
        x = torch.tanh(self.one(x))
        x = torch.tanh(self.two(x))
        return self.out(x).squeeze(-1)


def train(hidden, steps, step_size, seed, device="cpu"):
    _check_at_least("hidden", hidden, 1)
    _check_at_least("steps", steps, 0)
    _check_at_least("step_size", step_size, 0)
    before = torch.get_rng_state()
    torch.manual_seed(seed)
    net = XORNet(hidden)
    torch.set_rng_state(before)
    net = net.to(device)
    corners = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]]).to(device)
    signs = torch.tensor([-1.0, 1, 1, -1]).to(device)  # squared error against -1 and +1: the threshold is 0
    opt = torch.optim.SGD(net.parameters(), lr=step_size, momentum=0.5)
    mse = torch.nn.MSELoss()
    for step in range(steps):
        loss = mse(net(corners), signs)
        opt.zero_grad()
        loss.backward()
        opt.step()
    return net
