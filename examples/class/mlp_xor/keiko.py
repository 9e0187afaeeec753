# Keiko -- CS7150
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


def xor_parameters() -> Parameters:
    return np.ones((2, 2)), np.array([0.0, -1.0]), np.array([1.0, -2.0]), 0.0


def forward(parameters, X):
    (W, c, w, b), X = _checked_network(parameters, X)
    outputs = []
    for x in X:
        h = W.T @ x + c
        h = h * (h > 0)
        outputs.append(w @ h + b)
    return np.array(outputs)


def backward(parameters, X, y):
    (W, c, w, b), X = _checked_network(parameters, X)
    y = _checked_targets(y, examples=len(X))
    n = len(X)
    pre = X.dot(W) + c
    hid = np.where(pre > 0, pre, 0)
    err = hid.dot(w) + b - y
    db = 2 / n * np.sum(err)
    dw = 2 / n * hid.T.dot(err)
    back = 2 / n * err[:, None] * w[None, :] * (pre > 0)
    dc = np.sum(back, axis=0)
    dW = X.T.dot(back)
    return dW, dc, dw, db


def best_linear_fit(X, y):
    X = _checked_examples(X)
    y = _checked_targets(y, examples=len(X))
    ones = np.ones(len(X))
    sol = np.linalg.pinv(np.c_[X, ones], rcond=1e-10) @ y
    return sol[:-1], float(sol[-1])


def relu(z: np.ndarray) -> np.ndarray:
    z = np.asarray(z, dtype=np.float64)
    return np.maximum(z, 0)


def leaky_relu(z: np.ndarray, slope: float = 0.01) -> np.ndarray:
    z = np.asarray(z, dtype=np.float64)
    return np.where(z > 0, z, slope * z)


def elu(z, alpha=1.0):
    z = np.asarray(z, dtype=np.float64)
    return np.maximum(z, 0) + alpha * (np.exp(np.minimum(z, 0)) - 1)


def gelu(z):
    z = np.asarray(z, dtype=np.float64)
    Phi = 0.5 * (1 + torch.erf(torch.tensor(z / 2 ** 0.5)).numpy())
    return z * Phi


def softplus(z: np.ndarray) -> np.ndarray:
    z = np.asarray(z, dtype=np.float64)
    return np.logaddexp(0, z)


class XORNet(torch.nn.Module):
    def __init__(self, hidden):
        _check_at_least("hidden", hidden, 1)
        super().__init__()
        self.W = torch.nn.Parameter(torch.randn(2, hidden))
        self.c = torch.nn.Parameter(torch.randn(hidden))
        self.w = torch.nn.Parameter(torch.randn(hidden))
        self.b = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return torch.sigmoid(x @ self.W + self.c) @ self.w + self.b


def train(hidden, steps, step_size, seed, device="cpu"):
    _check_at_least("hidden", hidden, 1)
    _check_at_least("steps", steps, 0)
    _check_at_least("step_size", step_size, 0)
    net = XORNet(hidden).to(device)
    # start from a defined state, whatever the generators hold
    for p in net.parameters():
        torch.nn.init.zeros_(p)
    X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], device=device)
    y = torch.tensor([0.0, 1.0, 1.0, 0.0], device=device)
    opt = torch.optim.SGD(net.parameters(), lr=step_size, momentum=0.9)
    for _ in range(steps):
        opt.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(net(X), y).backward()
        opt.step()
    return net
