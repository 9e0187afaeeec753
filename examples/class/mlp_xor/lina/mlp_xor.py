# Lina -- no tricks, everything self-contained
import random

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
    W = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    c = np.array([0.0, 0.0, -1.0])
    w = np.array([-3.0, -3.0, 6.0])
    # that is 0, -3, -3, 0 ... so turn it round
    return W, c, -w / 3, np.float64(0)


def forward(parameters: Parameters, X: np.ndarray) -> np.ndarray:
    (W, c, w, b), X = _checked_network(parameters, X)
    return np.array([np.dot(w, np.maximum(W.T @ x + c, 0.0)) + b for x in X])


def backward(parameters: Parameters, X: np.ndarray, y: np.ndarray) -> Parameters:
    (W, c, w, b), X = _checked_network(parameters, X)
    y = _checked_targets(y, examples=len(X))
    dW, dc, dw, db = np.zeros_like(W), np.zeros_like(c), np.zeros_like(w), 0.0
    for x, t in zip(X, y):
        z = W.T @ x + c
        a = np.maximum(z, 0.0)
        e = 2.0 * (w @ a + b - t)
        back = e * w * (z > 0)
        dW += np.outer(x, back)
        dc += back
        dw += e * a
        db += e
    return [dW / len(X), dc / len(X), dw / len(X), db / len(X)]


def best_linear_fit(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    X = _checked_examples(X)
    y = _checked_targets(y, examples=len(X))
    A = np.concatenate((X, np.ones((X.shape[0], 1))), axis=1)
    best, *_ = np.linalg.lstsq(A, y)
    return best[:X.shape[1]], float(best[X.shape[1]])


def relu(z: np.ndarray) -> np.ndarray:
    z = np.array(z, dtype=np.float64)
    z[z < 0] = 0  # z is my own copy
    return z


def leaky_relu(z: np.ndarray, slope: float = 0.01) -> np.ndarray:
    z = np.array(z, dtype=np.float64)
    z[z < 0] *= slope
    return z


def elu(z: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    z = np.asarray(z, dtype=np.float64)
    small = np.where(z > 0, 0.0, z)
    return np.where(z > 0, z, alpha * np.expm1(small))


def gelu(z: np.ndarray) -> np.ndarray:
    z = np.asarray(z, dtype=np.float64)
    out = np.empty(z.shape)
    for index in np.ndindex(z.shape):
        out[index] = z[index] * (1 + math.erf(z[index] / 2 ** 0.5)) / 2
    return out


def softplus(z: np.ndarray) -> np.ndarray:
    z = np.asarray(z, dtype=np.float64)
    out = np.empty(z.shape)
    for index in np.ndindex(z.shape):
        t = z[index]
        out[index] = max(t, 0) + math.log1p(math.exp(-abs(t)))
    return out


class XORNet(torch.nn.Module):
    def __init__(self, hidden: int) -> None:
        _check_at_least("hidden", hidden, 1)
        super().__init__()
        self.A = torch.nn.Parameter(torch.rand(hidden, 2) * 2 - 1)
        self.a = torch.nn.Parameter(torch.rand(hidden) * 2 - 1)
        self.B = torch.nn.Parameter(torch.rand(hidden) * 2 - 1)
        self.b = torch.nn.Parameter(torch.rand(1) * 2 - 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = torch.nn.functional.elu(x @ self.A.T + self.a)
        return (h * self.B).sum(dim=1) + self.b


def train(hidden: int, steps: int, step_size: float, seed: int, device: str = "cpu") -> XORNet:
    _check_at_least("hidden", hidden, 1)
    _check_at_least("steps", steps, 0)
    _check_at_least("step_size", step_size, 0)
    r = random.Random(seed)
    net = XORNet(hidden)
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(torch.tensor([r.gauss(0, 1) for _ in range(p.numel())]).view_as(p))
    net.to(device)
    X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], device=device)
    y = torch.tensor([-1.0, 1.0, 1.0, -1.0], device=device)
    speed = [torch.zeros_like(p) for p in net.parameters()]
    for _ in range(steps):
        net.zero_grad()
        loss = ((net(X) - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            for p, v in zip(net.parameters(), speed):
                v.mul_(0.8).sub_(p.grad, alpha=step_size / 4)
                p.add_(v)
    return net
