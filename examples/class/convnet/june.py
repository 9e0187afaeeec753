# June -- convolution homework
import math
from functools import partial

import numpy as np
import torch
from torch import nn


def output_size(size, kernel, stride=1, padding=0):
    if size <= 0 or kernel <= 0 or stride <= 0:
        raise ValueError("size, kernel and stride must be at least 1")
    if padding < 0:
        raise ValueError("padding must be at least 0")
    q = size + 2 * padding - kernel
    if q < 0:
        raise ValueError("kernel exceeds size + 2 padding")
    q, _ = divmod(q, stride)
    return q + 1


def conv2d(x, w, b, stride=1, padding=0):
    x = np.asarray(x, dtype=np.float64)
    w = np.asarray(w, dtype=np.float64)
    b = np.asarray(b, dtype=np.float64)
    if x.ndim != 4 or w.ndim != 4:
        raise ValueError("x and w are arrays of four axes")
    n, c, h, v = x.shape
    o, c_, k, k_ = w.shape
    if c_ != c or k_ != k or b.shape != (o,):
        raise ValueError("the shapes of x, w and b do not fit")
    H = output_size(h, k, stride, padding)
    V = output_size(v, k, stride, padding)
    out = np.zeros((n, o, H, V))
    # no padded copy: each window is cut at the edges, and the kernel with it
    for i in range(H):
        for j in range(V):
            top, left = i * stride - padding, j * stride - padding
            t0, t1 = max(top, 0), min(top + k, h)
            l0, l1 = max(left, 0), min(left + k, v)
            if t0 < t1 and l0 < l1:
                piece = x[:, :, t0:t1, l0:l1]
                kernel = w[:, :, t0 - top:t1 - top, l0 - left:l1 - left]
                out[:, :, i, j] = np.einsum("ncrs,ocrs->no", piece, kernel)
    return out + b.reshape(-1, 1, 1)


def max_pool(x, size=2):
    x = np.asarray(x)
    h = size * (x.shape[2] // size)
    w = size * (x.shape[3] // size)
    y = np.split(x[:, :, :h], h // size, axis=2) if h else []
    y = [rows.max(axis=2) for rows in y]
    y = np.stack(y, axis=2) if y else np.zeros(x.shape[:2] + (0, x.shape[3]))
    z = [y[:, :, :, i:i + size].max(axis=3) for i in range(0, w, size)]
    return np.stack(z, axis=3) if z else np.zeros(y.shape[:3] + (0,))


class ConvNet(nn.Sequential):
    def __init__(self, channels=1, size=28, classes=10, width=16):
        if size < 4 or size % 4:
            raise ValueError("size must be a multiple of 4")
        conv = partial(nn.Conv2d, kernel_size=5, stride=1, padding=2)
        super().__init__(
            conv(channels, width), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2),
            conv(width, 2 * width), nn.BatchNorm2d(2 * width), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(2 * width * (size // 4) ** 2, classes),
        )


def count_parameters(net):
    return int(torch.tensor([p.numel() for p in net.parameters() if p.requires_grad], dtype=torch.int64).sum())


def pass_over(net, batches, device, optimizer=None):
    """Mean loss and accuracy over batches; trains if there is an optimizer."""
    loss_sum, right, n = 0.0, 0, 0
    with torch.set_grad_enabled(optimizer is not None):
        for x, y in batches:
            x, y = x.to(device), y.to(device)
            if optimizer is not None:
                optimizer.zero_grad()
            logits = net(x)
            loss = nn.functional.cross_entropy(logits, y)
            if optimizer is not None:
                loss.backward()
                optimizer.step()
            loss_sum += loss.item() * y.shape[0]
            right += (logits.detach().argmax(dim=1) == y).sum().item()
            n += y.shape[0]
    if n == 0:
        raise ValueError("batches must not be empty")
    return loss_sum / n, right / n


def train_epoch(net, batches, optimizer, device="cpu"):
    net.train()
    return pass_over(net, batches, device, optimizer)[0]


def evaluate(net, batches, device="cpu"):
    mode = net.training
    net.eval()
    try:
        return pass_over(net, batches, device)
    finally:
        net.train(mode)


def best_epoch(valid_loss):
    best = None
    for i, loss in enumerate(valid_loss):
        if math.isnan(loss):
            continue
        if best is None or loss < best[1]:
            best = (i, loss)
    if best is None:
        raise ValueError("valid_loss needs a value that is a number")
    return best[0]


def diagnose(train_loss, valid_loss, target):
    if len(train_loss) != len(valid_loss) or len(train_loss) == 0:
        raise ValueError("both curves need the same number of epochs, at least one")
    if any(not math.isfinite(v) for curve in (train_loss, valid_loss) for v in curve):
        raise ValueError("the curves must be finite")
    under = train_loss[-1] > target
    over = valid_loss[-1] > 1.1 * min(valid_loss)
    return "underfitting" if under else "overfitting" if over else "good fit"


def fit(net, train_batches, valid_batches, epochs, step_size, device="cpu"):
    if epochs < 1:
        raise ValueError("epochs must be at least 1")
    if step_size <= 0:
        raise ValueError("step_size must be above 0")
    net.to(device)
    optimizer = torch.optim.SGD(net.parameters(), lr=step_size, momentum=0.9)
    h = {"train_loss": [], "valid_loss": [], "valid_accuracy": []}
    best_state = None
    for epoch in range(epochs):
        h["train_loss"].append(train_epoch(net, train_batches, optimizer, device))
        loss, accuracy = evaluate(net, valid_batches, device)
        h["valid_loss"].append(loss)
        h["valid_accuracy"].append(accuracy)
        # is this epoch the best so far?
        if not math.isnan(loss) and best_epoch(h["valid_loss"]) == epoch:
            best_state = {k: v.clone() for k, v in net.state_dict().items()}
    if best_state is not None:
        net.load_state_dict(best_state)
    return h
