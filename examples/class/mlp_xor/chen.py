"""chen -- XOR homework. float32 wherever I can, einsum wherever I can."""
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

f32 = np.float32


def xor_parameters() -> Parameters:
    # |x1 - x2|
    W = np.array([[1, -1], [-1, 1]], dtype=f32)
    return W, np.zeros(2, dtype=f32), np.ones(2, dtype=f32), f32(0)


def _hidden(W, c, X):
    return np.einsum("nm,mh->nh", X.astype(f32), W.astype(f32)) + c.astype(f32)


def forward(parameters: Parameters, X: np.ndarray) -> np.ndarray:
    (W, c, w, b), X = _checked_network(parameters, X)
    A = np.clip(_hidden(W, c, X), 0, None)
    return np.einsum("nh,h->n", A, w.astype(f32)) + f32(b)


def backward(parameters: Parameters, X: np.ndarray, y: np.ndarray) -> Parameters:
    (W, c, w, b), X = _checked_network(parameters, X)
    y = _checked_targets(y, examples=len(X))
    Z = np.einsum("nm,mh->nh", X, W) + c
    on = np.heaviside(Z, 0.0)
    A = Z * on
    r = (np.einsum("nh,h->n", A, w) + b - y) * (2 / len(y))
    dW = np.einsum("n,h,nh,nm->mh", r, w, on, X)
    dc = np.einsum("n,h,nh->h", r, w, on)
    dw = np.einsum("n,nh->h", r, A)
    db = np.einsum("n->", r)
    return dW.astype(f32), dc.astype(f32), dw.astype(f32), f32(db)


def best_linear_fit(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    X = _checked_examples(X)
    y = _checked_targets(y, examples=len(X))
    A = np.hstack([X, np.ones((len(X), 1))])
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    keep = s > 1e-9 * s[0]
    p = np.einsum("kj,k,nk,n->j", Vt[keep], 1 / s[keep], U[:, keep], y)
    return p[:-1].astype(f32), f32(p[-1])


def relu(z: np.ndarray) -> np.ndarray:
    z = np.asarray(z, dtype=f32)
    return np.clip(z, 0, None)


def leaky_relu(z: np.ndarray, slope: float = 0.01) -> np.ndarray:
    z = np.asarray(z, dtype=f32)
    return z * np.where(z > 0, f32(1), f32(slope))


def elu(z: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    z = np.asarray(z, dtype=f32)
    return np.where(z > 0, z, f32(alpha) * np.expm1(np.minimum(z, f32(0))))


def gelu(z: np.ndarray) -> np.ndarray:
    z = np.asarray(z, dtype=f32)
    t = torch.tensor(z.tolist(), dtype=torch.float32)
    return (t * torch.erfc(-t / math.sqrt(2)) / 2).numpy()


def softplus(z: np.ndarray) -> np.ndarray:
    z = np.asarray(z, dtype=f32)
    return np.maximum(z, f32(0)) + np.log1p(np.exp(-np.abs(z)))


class XORNet(torch.nn.Module):
    def __init__(self, hidden: int) -> None:
        _check_at_least("hidden", hidden, 1)
        super().__init__()
        self.inner = torch.nn.Linear(2, hidden)
        self.outer = torch.nn.Linear(hidden, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.silu(self.inner(x)) @ self.outer.weight[0]


def train(hidden: int, steps: int, step_size: float, seed: int, device: str = "cpu") -> XORNet:
    _check_at_least("hidden", hidden, 1)
    _check_at_least("steps", steps, 0)
    _check_at_least("step_size", step_size, 0)
    net = XORNet(hidden)
    generator = torch.Generator().manual_seed(seed)
    for p in net.parameters():
        torch.nn.init.normal_(p, 0.0, 0.7, generator=generator)
    net.to(device)
    X = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]], device=device)
    y = torch.tensor([0.0, 1, 1, 0], device=device)
    adam = torch.optim.Adam(net.parameters(), lr=step_size, betas=(0.9, 0.99))
    loss = torch.nn.BCEWithLogitsLoss()
    for _ in range(steps):
        adam.zero_grad(set_to_none=True)
        loss(net(X), y).backward()
        adam.step()
    return net
