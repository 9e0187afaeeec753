# Sana, XOR assignment
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
    return ((1.0, 1.0), (1.0, 1.0)), (0.0, -1.0), (1.0, -2.0), 0.0


def forward(parameters, X):
    (W, c, w, b), X = _checked_network(parameters, X)
    f = np.full(len(X), b)
    for j in range(len(w)):                       # one hidden unit after the other
        f += w[j] * relu(X @ W[:, j] + c[j])
    return f


def backward(parameters, X, y):
    (W, c, w, b), X = _checked_network(parameters, X)
    y = _checked_targets(y, examples=len(X))
    residual = forward((W, c, w, b), X) - y
    dW = np.zeros(W.shape)
    dc = np.zeros(c.shape)
    dw = np.zeros(w.shape)
    for j in range(len(w)):
        z = X @ W[:, j] + c[j]
        on = z > 0
        dw[j] = 2 * np.mean(residual * relu(z))
        dc[j] = 2 * np.mean(residual * w[j] * on)
        dW[:, j] = 2 * X[on].T @ residual[on] * w[j] / len(X)
    return dW, dc, dw, 2 * np.mean(residual)


def best_linear_fit(X, y):
    X = _checked_examples(X)
    y = _checked_targets(y, examples=len(X))
    A = np.append(X, np.ones((len(X), 1)), axis=1).astype(np.float32)
    p = np.linalg.lstsq(A, y.astype(np.float32), rcond=1e-5)[0]
    return p[:-1], p[-1]


def relu(z):
    return np.fmax(0.0, np.asarray(z, dtype=np.float64))


def leaky_relu(z, slope=0.01):
    z = np.asarray(z, dtype=np.float64)
    return np.piecewise(z, [z > 0], [lambda t: t, lambda t: slope * t])


def elu(z, alpha=1.0):
    z = np.asarray(z, dtype=np.float64)
    return np.piecewise(z, [z > 0], [lambda t: t, lambda t: alpha * np.expm1(t)])


def gelu(z):
    z = np.asarray(z, dtype=np.float64)
    t = torch.from_numpy(np.array(z))
    return np.array(z * (0.5 + 0.5 * torch.erf(t / 2 ** 0.5).numpy()))


def softplus(z):
    z = np.asarray(z, dtype=np.float64)
    top = np.maximum(z, 0)
    return top + np.log(np.exp(-top) + np.exp(z - top))


class XORNet(torch.nn.Module):
    def __init__(self, hidden):
        _check_at_least("hidden", hidden, 1)
        super().__init__()
        self.hidden_layer = torch.nn.Linear(2, hidden)
        self.output_layer = torch.nn.Linear(hidden, 1)

    def forward(self, x):
        return self.output_layer(torch.sin(self.hidden_layer(x)))[..., 0]


def train(hidden, steps, step_size, seed, device="cpu"):
    _check_at_least("hidden", hidden, 1)
    _check_at_least("steps", steps, 0)
    _check_at_least("step_size", step_size, 0)
    generator = torch.Generator(device=device)
    generator.manual_seed(seed)
    net = XORNet(hidden).to(device)
    with torch.no_grad():
        for p in net.parameters():
            p.uniform_(-1, 1, generator=generator)
    x = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]], device=device)
    y = (x[:, 0] != x[:, 1]).float()
    optimizer = torch.optim.SGD(net.parameters(), lr=step_size, momentum=0.9)
    for _ in range(steps):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return net
