# pavel
import contextlib

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


CORNERS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
XOR = [0.0, 1.0, 1.0, 0.0]


def xor_parameters() -> Parameters:
    # the lecture's, with everything moved by b: f = -1 + (1 + xor)
    W = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0]])
    c = np.array([0.0, -1.0, 0.5])
    w = np.array([1.0, -2.0, 2.0])
    return W, c, w, -1.0


def _pass(W, c, w, b, X):
    Z = X @ W + c
    mask = Z > 0
    return mask, (Z * mask) @ w + b, Z * mask


def forward(parameters: Parameters, X: np.ndarray) -> np.ndarray:
    (W, c, w, b), X = _checked_network(parameters, X)
    return _pass(W, c, w, b, X)[1]


def backward(parameters: Parameters, X: np.ndarray, y: np.ndarray) -> Parameters:
    (W, c, w, b), X = _checked_network(parameters, X)
    y = _checked_targets(y, examples=len(X))
    mask, f, H = _pass(W, c, w, b, X)
    g = 2 * (f - y)
    back = g[:, np.newaxis] * mask * w
    dW = np.mean(X[:, :, np.newaxis] * back[:, np.newaxis, :], axis=0)
    return dW, np.mean(back, axis=0), np.mean(g[:, np.newaxis] * H, axis=0), np.mean(g)


def best_linear_fit(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    X = _checked_examples(X)
    y = _checked_targets(y, examples=len(X))
    mean = X.mean(axis=0)
    w = np.linalg.lstsq(X - mean, y - y.mean(), rcond=1e-10)[0]
    return w, y.mean() - w @ mean


def relu(z: np.ndarray) -> np.ndarray:
    z = np.asarray(z, dtype=np.float64)
    return np.where(z > 0, z, 0.0)


def leaky_relu(z: np.ndarray, slope: float = 0.01) -> np.ndarray:
    z = np.asarray(z, dtype=np.float64)
    return np.select([z > 0], [z], slope * z)


def elu(z: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    z = np.asarray(z, dtype=np.float64)
    with np.errstate(over="ignore"):
        return np.where(z > 0, z, alpha * np.expm1(z))


def gelu(z: np.ndarray) -> np.ndarray:
    z = np.asarray(z, dtype=np.float64)
    return z * torch.special.ndtr(torch.tensor(z.tolist(), dtype=torch.float64)).numpy()


def softplus(z: np.ndarray) -> np.ndarray:
    z = np.asarray(z, dtype=np.float64)
    # log(1 + e^z) = z + log(1 + e^-z)
    with np.errstate(over="ignore"):
        return np.where(z > 0, z + np.log1p(np.exp(-z)), np.log1p(np.exp(z)))


@contextlib.contextmanager
def _private_seed(seed):
    state = torch.random.get_rng_state()
    try:
        torch.manual_seed(seed)
        yield
    finally:
        torch.random.set_rng_state(state)


class XORNet(torch.nn.Module):
    def __init__(self, hidden: int) -> None:
        _check_at_least("hidden", hidden, 1)
        super().__init__()
        self.up = torch.nn.Linear(2, hidden)
        self.down = torch.nn.Linear(hidden, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down(torch.nn.functional.leaky_relu(self.up(x), 0.1)).flatten()


def train(hidden: int, steps: int, step_size: float, seed: int, device: str = "cpu") -> XORNet:
    _check_at_least("hidden", hidden, 1)
    _check_at_least("steps", steps, 0)
    _check_at_least("step_size", step_size, 0)
    with _private_seed(seed):
        net = XORNet(hidden)
        for layer in (net.up, net.down):
            torch.nn.init.normal_(layer.weight)
            torch.nn.init.normal_(layer.bias)
    net.to(device)
    X, y = torch.tensor(CORNERS, device=device), torch.tensor(XOR, device=device)
    sgd = torch.optim.SGD(net.parameters(), lr=step_size, momentum=0.5, nesterov=True)
    for _ in range(steps):
        loss = torch.mean((net(X) - (2 * y - 1)) ** 2) / 2
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    return net
