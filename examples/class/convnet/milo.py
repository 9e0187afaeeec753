# Milo
import copy

import numpy as np
import torch
from torch import nn


def output_size(size, kernel, stride=1, padding=0):
    if size < 1:
        raise ValueError("size must be at least 1")
    if kernel < 1:
        raise ValueError("kernel must be at least 1")
    if stride < 1:
        raise ValueError("stride must be at least 1")
    if padding < 0:
        raise ValueError("padding must not be negative")
    if kernel > size + 2 * padding:
        raise ValueError("kernel is larger than the padded input")
    return (size + 2 * padding - kernel) // stride + 1


def conv2d(x, w, b, stride=1, padding=0):
    """im2col: every window becomes a column, then one matrix product"""
    x = np.asarray(x, dtype=np.float64)
    w = np.asarray(w, dtype=np.float64)
    b = np.asarray(b, dtype=np.float64)
    if x.ndim != 4 or w.ndim != 4 or b.ndim != 1:
        raise ValueError("x and w need four axes, b one")
    n, c, h, wd = x.shape
    o, ci, k, k2 = w.shape
    if ci != c or k != k2 or b.shape[0] != o:
        raise ValueError(f"shapes do not fit: {x.shape}, {w.shape}, {b.shape}")
    ho = output_size(h, k, stride, padding)
    wo = output_size(wd, k, stride, padding)
    xp = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    cols = np.empty((n, c, k, k, ho, wo))
    for i in range(k):
        for j in range(k):
            cols[:, :, i, j] = xp[:, :, i:i + stride * ho:stride, j:j + stride * wo:stride]
    cols = cols.reshape(n, c * k * k, ho * wo)
    out = w.reshape(o, -1) @ cols + b[:, None]
    return out.reshape(n, o, ho, wo)


def max_pool(x, size=2):
    x = np.asarray(x)
    n, c, h, w = x.shape
    ho, wo = h // size, w // size
    x = x[:, :, :ho * size, :wo * size]
    return x.reshape(n, c, ho, size, wo, size).max(axis=(3, 5))


class ConvNet(nn.Module):
    def __init__(self, channels=1, size=28, classes=10, width=16):
        super().__init__()
        if size < 4 or size % 4 != 0:
            raise ValueError("size must be a multiple of 4")
        self.layers = nn.Sequential(
            nn.Conv2d(channels, width, 5, padding=2),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(width, 2 * width, 5, padding=2),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(2 * width * (size // 4) ** 2, classes),
        )

    def forward(self, x):
        return self.layers(x)


def count_parameters(net):
    return sum(p.numel() for p in net.parameters() if p.requires_grad)


def train_epoch(net, batches, optimizer, device="cpu"):
    net.train()
    criterion = nn.CrossEntropyLoss()
    total, n = 0.0, 0
    for x, y in batches:
        x, y = x.to(device), y.to(device)
        loss = criterion(net(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
        n += len(y)
    if n == 0:
        raise ValueError("no batches")
    return total / n


def evaluate(net, batches, device="cpu"):
    was_training = net.training
    net.eval()
    total, correct, n = 0.0, 0, 0
    with torch.no_grad():
        for x, y in batches:
            x, y = x.to(device), y.to(device)
            logits = net(x)
            total += nn.functional.cross_entropy(logits, y, reduction="sum").item()
            correct += (logits.argmax(dim=1) == y).sum().item()
            n += len(y)
    net.train(was_training)
    if n == 0:
        raise ValueError("no batches")
    return total / n, correct / n


def best_epoch(valid_loss):
    best = None
    for i, v in enumerate(valid_loss):
        if v != v:  # NaN
            continue
        if best is None or v < valid_loss[best]:
            best = i
    if best is None:
        raise ValueError("no validation loss to choose from")
    return best


def diagnose(train_loss, valid_loss, target):
    if len(train_loss) == 0 or len(train_loss) != len(valid_loss):
        raise ValueError("the curves must have the same length and not be empty")
    if not np.all(np.isfinite(train_loss)) or not np.all(np.isfinite(valid_loss)):
        raise ValueError("the curves must be finite")
    if train_loss[-1] > target:
        return "underfitting"
    if valid_loss[-1] > 1.1 * min(valid_loss):
        return "overfitting"
    return "good fit"


def fit(net, train_batches, valid_batches, epochs, step_size, device="cpu"):
    if epochs < 1:
        raise ValueError("epochs must be at least 1")
    if step_size <= 0:
        raise ValueError("step_size must be positive")
    net.to(device)
    optimizer = torch.optim.SGD(net.parameters(), lr=step_size, momentum=0.9)
    history = {"train_loss": [], "valid_loss": [], "valid_accuracy": []}
    states = []
    for _ in range(epochs):
        history["train_loss"].append(train_epoch(net, train_batches, optimizer, device))
        loss, accuracy = evaluate(net, valid_batches, device)
        history["valid_loss"].append(loss)
        history["valid_accuracy"].append(accuracy)
        states.append(copy.deepcopy(net.state_dict()))
    net.load_state_dict(states[best_epoch(history["valid_loss"])])
    return history
