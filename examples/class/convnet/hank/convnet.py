# Hank: a folder
"""Convolutional network, my solution."""
from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from itertools import product

import numpy as np
import torch
from torch import Tensor, nn


def output_size(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    """Side of the output."""
    checks = {"size": size >= 1, "kernel": kernel >= 1, "stride": stride >= 1, "padding": padding >= 0}
    for name, good in checks.items():
        if not good:
            raise ValueError(f"{name} is out of range")
    if kernel > size + 2 * padding:
        raise ValueError("kernel does not fit into size + 2 padding")
    return (size + 2 * padding - kernel + stride) // stride


def _matrix(w: np.ndarray, h: int, v: int, H: int, V: int, stride: int) -> np.ndarray:
    """The dense matrix of the convolution, (o H V, c h v)."""
    o, c, k, _ = w.shape
    M = np.zeros((o, H, V, c, h, v))
    for i, j in product(range(H), range(V)):
        M[:, i, j, :, i * stride:i * stride + k, j * stride:j * stride + k] = w
    return M.reshape(o * H * V, c * h * v)


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    """As one matrix product, as on the slide with the Toeplitz matrix."""
    x, w, b = np.asarray(x, np.float64), np.asarray(w, np.float64), np.asarray(b, np.float64)
    if x.ndim != 4 or w.ndim != 4 or b.ndim != 1:
        raise ValueError("number of axes")
    if x.shape[1] != w.shape[1]:
        raise ValueError("channels")
    if w.shape[2] != w.shape[3]:
        raise ValueError("the kernel must be square")
    if b.size != w.shape[0]:
        raise ValueError("b")
    H = output_size(x.shape[2], w.shape[2], stride, padding)
    V = output_size(x.shape[3], w.shape[2], stride, padding)
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    M = _matrix(w, x.shape[2], x.shape[3], H, V, stride)
    out = x.reshape(len(x), -1) @ M.T
    return out.reshape(len(x), len(w), H, V) + b.reshape(1, -1, 1, 1)


def max_pool(x: np.ndarray, size: int = 2) -> np.ndarray:
    x = np.asarray(x)
    n, c, h, w = x.shape
    H, W = h // size, w // size
    out = np.zeros((n, c, H, W), dtype=x.dtype)
    for a, m, i, j in product(range(n), range(c), range(H), range(W)):
        out[a, m, i, j] = max(x[a, m, i * size + r, j * size + s] for r in range(size) for s in range(size))
    return out


class ConvNet(nn.Module):
    def __init__(self, channels: int = 1, size: int = 28, classes: int = 10, width: int = 16) -> None:
        super().__init__()
        if size < 4 or size & 3:
            raise ValueError(f"size={size} is not a multiple of 4")
        self.features = nn.Sequential()
        for number, (before, after) in enumerate([(channels, width), (width, 2 * width)], start=1):
            self.features.add_module(f"conv{number}", nn.Conv2d(before, after, (5, 5), padding=(2, 2)))
            self.features.add_module(f"norm{number}", nn.BatchNorm2d(after))
            self.features.add_module(f"relu{number}", nn.ReLU())
            self.features.add_module(f"pool{number}", nn.MaxPool2d(kernel_size=2))
        self.classifier = nn.Linear(2 * width * (size // 4) ** 2, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x).flatten(start_dim=1))


def count_parameters(net: nn.Module) -> int:
    return sum(parameter.numel() if parameter.requires_grad else 0 for parameter in net.parameters())


def train_epoch(
    net: nn.Module, batches: Iterable[tuple[Tensor, Tensor]], optimizer: torch.optim.Optimizer, device: str = "cpu"
) -> float:
    net.train()
    mean, seen = 0.0, 0
    for x, y in batches:
        x, y = x.to(device=device), y.to(device=device)
        net.zero_grad()
        loss = nn.functional.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        seen += len(y)
        mean += (loss.item() - mean) * len(y) / seen  # running mean
    if seen == 0:
        raise ValueError("no examples in the pass")
    return mean


def evaluate(net: nn.Module, batches: Iterable[tuple[Tensor, Tensor]], device: str = "cpu") -> tuple[float, float]:
    was = net.training
    net.eval()
    logits, labels = [], []
    try:
        with torch.no_grad():
            for x, y in batches:
                logits.append(net(x.to(device)).cpu())
                labels.append(y.cpu())
    finally:
        net.train(was)
    if not logits:
        raise ValueError("no examples")
    z, t = torch.cat(logits).double(), torch.cat(labels)
    return nn.functional.cross_entropy(z, t).item(), (z.argmax(dim=1) == t).double().mean().item()


def best_epoch(valid_loss: list[float]) -> int:
    index = -1
    for i in reversed(range(len(valid_loss))):
        if valid_loss[i] == valid_loss[i] and (index < 0 or valid_loss[i] <= valid_loss[index]):
            index = i
    if index < 0:
        raise ValueError("valid_loss has no number")
    return index


def diagnose(train_loss: list[float], valid_loss: list[float], target: float) -> str:
    if not 0 < len(train_loss) == len(valid_loss):
        raise ValueError("lengths of the curves")
    if not np.isfinite([*train_loss, *valid_loss]).all():
        raise ValueError("not finite")
    match bool(train_loss[-1] > target), bool(valid_loss[-1] > 1.1 * min(valid_loss)):
        case True, _:
            return "underfitting"
        case False, True:
            return "overfitting"
        case _:
            return "good fit"


def fit(
    net: nn.Module,
    train_batches: Iterable[tuple[Tensor, Tensor]],
    valid_batches: Iterable[tuple[Tensor, Tensor]],
    epochs: int,
    step_size: float,
    device: str = "cpu",
) -> dict[str, list[float]]:
    if epochs < 1:
        raise ValueError("epochs")
    if step_size <= 0:
        raise ValueError("step_size")
    net.to(device)
    optimizer = torch.optim.SGD(net.parameters(), lr=step_size, momentum=0.9)
    history: dict[str, list[float]] = {"train_loss": [], "valid_loss": [], "valid_accuracy": []}
    states = {}
    for epoch in range(epochs):
        history["train_loss"].append(train_epoch(net, train_batches, optimizer, device))
        loss, accuracy = evaluate(net, valid_batches, device)
        history["valid_loss"].append(loss)
        history["valid_accuracy"].append(accuracy)
        states[epoch] = deepcopy(net.state_dict())
    net.load_state_dict(states[best_epoch(history["valid_loss"])])
    return history
