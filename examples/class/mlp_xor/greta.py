# submitted by greta
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
    # one hidden unit per corner that should be 1, written out; the other two say nothing
    W = np.array([[-1.0, 1.0, 0.0, 0.0], [1.0, -1.0, 0.0, 0.0]])
    c = np.array([0.0, 0.0, 1.0, -3.0])
    w = np.array([1.0, 1.0, -1.0, 5.0])
    # unit 3 is always 1, so it gives -1, unit 4 is always off
    b = 1.0
    return (W, c, w, b)


def forward(parameters, X):
    (W, c, w, b), X = _checked_network(parameters, X)
    # in the lecture's convention: examples as columns
    Z = W.T @ X.T + c[:, None]
    f = w[None, :] @ np.where(Z > 0, Z, 0) + b
    return f.ravel()


def backward(parameters, X, y):
    (W, c, w, b), X = _checked_network(parameters, X)
    y = _checked_targets(y, examples=len(X))
    n = len(X)
    XT = X.T
    Z = W.T @ XT + c[:, None]            # h x n
    A = np.where(Z > 0, Z, 0)
    f = w[None, :] @ A + b               # 1 x n
    df = 2 * (f - y[None, :]) / n
    dw = df @ A.T                        # 1 x h
    db = df.sum(axis=1)                  # 1
    dZ = (w[:, None] @ df) * (Z > 0)     # h x n
    dW = dZ @ XT.T                       # h x 2
    dc = dZ.sum(axis=1)
    return dW.T, dc, dw[0], db[0]


def best_linear_fit(X, y):
    X = _checked_examples(X)
    y = _checked_targets(y, examples=len(X))
    n, m = X.shape
    A = np.ones((n, m + 1))
    A[:, 1:] = X
    # normal equations, solved in the eigenvectors of A^T A so that a zero eigenvalue can be left out
    values, vectors = np.linalg.eigh(A.T @ A)
    good = values > 1e-11 * values.max()
    p = vectors[:, good] @ ((vectors[:, good].T @ (A.T @ y)) / values[good])
    return p[1:], p[0]


def relu(z):
    z = np.asarray(z, dtype=np.float64)
    return z * (z > 0)


def leaky_relu(z, slope=0.01):
    z = np.asarray(z, dtype=np.float64)
    return z * (z > 0) + slope * z * (z <= 0)


def elu(z, alpha=1.0):
    z = np.asarray(z, dtype=np.float64)
    out = np.array(z)
    neg = z <= 0
    out[neg] = alpha * (np.exp(z[neg]) - 1)
    return out


def gelu(z):
    z = np.asarray(z, dtype=np.float64)
    values = [t * 0.5 * (1 + math.erf(t / math.sqrt(2))) for t in z.flatten()]
    return np.array(values).reshape(z.shape)


def softplus(z):
    z = np.asarray(z, dtype=np.float64)
    # beyond 30 log(1 + e^z) is z to all digits
    return np.where(z > 30, z, np.log1p(np.exp(np.minimum(z, 30))))


class XORNet(torch.nn.Module):
    def __init__(self, hidden):
        _check_at_least("hidden", hidden, 1)
        super().__init__()
        self.net = torch.nn.Sequential(
            torch.nn.Linear(2, hidden),
            torch.nn.Tanh(),
            torch.nn.Linear(hidden, 1),
            torch.nn.Flatten(0),
        )

    def forward(self, x):
        return self.net(x)


def train(hidden, steps, step_size, seed, device="cpu"):
    _check_at_least("hidden", hidden, 1)
    _check_at_least("steps", steps, 0)
    _check_at_least("step_size", step_size, 0)
    g = torch.Generator()
    g.manual_seed(seed)
    net = XORNet(hidden)
    for name, p in net.named_parameters():
        if "bias" in name:
            torch.nn.init.zeros_(p)
        else:
            torch.nn.init.xavier_uniform_(p, gain=1.5, generator=g)
    net.to(device)
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], device=device)
    y = torch.tensor([0.0, 1.0, 1.0, 0.0], device=device)
    crit = torch.nn.BCEWithLogitsLoss()
    optim = torch.optim.SGD(net.parameters(), lr=step_size, momentum=0.9)
    net.train()
    for i in range(steps):
        optim.zero_grad()
        loss = crit(net(x), y)
        loss.backward()
        optim.step()
    net.eval()
    return net
