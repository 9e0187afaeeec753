"""ben: sliding windows + einsum, named layers, functional relu"""
import math

import numpy as np
import torch
import torch.nn.functional as F
from numpy.lib.stride_tricks import sliding_window_view


def output_size(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    if min(size, kernel, stride) < 1 or padding < 0:
        raise ValueError("size, kernel, stride >= 1 and padding >= 0, please")
    room = size + 2 * padding - kernel
    if room < 0:
        raise ValueError("the kernel does not fit")
    return int(room // stride + 1)


def conv2d(x, w, b, stride=1, padding=0):
    x, w, b = (np.asarray(a, dtype=float) for a in (x, w, b))
    if x.ndim != 4 or w.ndim != 4 or w.shape[2] != w.shape[3]:
        raise ValueError("x must be (n, c, h, w) and w (o, c, k, k)")
    if w.shape[1] != x.shape[1]:
        raise ValueError("x and w have different numbers of channels")
    if b.shape != (len(w),):
        raise ValueError("b must have one entry for each kernel")
    k = w.shape[-1]
    for side in x.shape[2:]:
        output_size(side, k, stride, padding)
    p = padding
    x = np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)])
    win = sliding_window_view(x, (k, k), axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("nchwij,ocij->nohw", win, w) + b[None, :, None, None]


def max_pool(x, size=2):
    x = np.asarray(x)
    win = sliding_window_view(x, (size, size), axis=(2, 3)) if min(x.shape[2:]) >= size else None
    if win is None:
        return np.zeros(x.shape[:2] + (x.shape[2] // size, x.shape[3] // size))
    return win[:, :, ::size, ::size].max(axis=(-1, -2))


class ConvNet(torch.nn.Module):
    def __init__(self, channels=1, size=28, classes=10, width=16):
        if size % 4 or size <= 0:
            raise ValueError(f"size must be a multiple of 4, not {size}")
        super().__init__()
        self.conv1 = torch.nn.Conv2d(channels, width, kernel_size=5, padding="same")
        self.bn1 = torch.nn.BatchNorm2d(width)
        self.conv2 = torch.nn.Conv2d(width, width * 2, kernel_size=5, padding="same")
        self.bn2 = torch.nn.BatchNorm2d(width * 2)
        self.fc = torch.nn.Linear(width * 2 * (size // 4) * (size // 4), classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.bn2(self.conv2(x))), 2)
        return self.fc(x.flatten(1))


def count_parameters(net):
    n = 0
    for _, p in net.named_parameters():
        if p.requires_grad:
            n += math.prod(p.shape)
    return n


def train_epoch(net, batches, optimizer, device="cpu"):
    net.train()
    losses, sizes = [], []
    for x, y in batches:
        x = x.to(device)
        y = y.to(device)
        optimizer.zero_grad(set_to_none=False)
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        sizes.append(y.shape[0])
    if not sizes:
        raise ValueError("an epoch without batches")
    return float(np.average(losses, weights=sizes))


@torch.inference_mode()
def evaluate(net, batches, device="cpu"):
    mode = net.training
    net.eval()
    try:
        losses, hits = [], []
        for x, y in batches:
            out = net(x.to(device))
            y = y.to(device)
            losses += F.cross_entropy(out, y, reduction="none").tolist()
            hits += (out.argmax(1) == y).tolist()
        if not losses:
            raise ValueError("nothing to evaluate on")
        return sum(losses) / len(losses), sum(hits) / len(hits)
    finally:
        net.train(mode)


def best_epoch(valid_loss):
    candidates = [(v, i) for i, v in enumerate(valid_loss) if not math.isnan(v)]
    if not candidates:
        raise ValueError("no epoch to choose")
    return min(candidates)[1]


def diagnose(train_loss, valid_loss, target):
    if len(train_loss) != len(valid_loss):
        raise ValueError("curves of different lengths")
    if len(train_loss) == 0:
        raise ValueError("empty curves")
    for v in list(train_loss) + list(valid_loss):
        if not math.isfinite(v):
            raise ValueError("a loss is not finite")
    if train_loss[-1] > target:
        return "underfitting"
    return "overfitting" if valid_loss[-1] > 1.1 * min(valid_loss) else "good fit"


def fit(net, train_batches, valid_batches, epochs, step_size, device="cpu"):
    if epochs < 1 or step_size <= 0:
        raise ValueError("epochs >= 1 and step_size > 0, please")
    net = net.to(device)
    opt = torch.optim.SGD(net.parameters(), lr=step_size, momentum=0.9)
    train_loss, valid_loss, valid_accuracy = [], [], []
    kept, lowest = None, None
    for epoch in range(epochs):
        train_loss.append(train_epoch(net, train_batches, opt, device))
        l, a = evaluate(net, valid_batches, device)
        valid_loss.append(l)
        valid_accuracy.append(a)
        if not math.isnan(l) and (lowest is None or l < lowest):
            lowest = l
            kept = {k: v.detach().clone() for k, v in net.state_dict().items()}
    if kept is not None:
        net.load_state_dict(kept)
    return {"train_loss": train_loss, "valid_loss": valid_loss, "valid_accuracy": valid_accuracy}
