# cleo -- nothing but loops in the NumPy part
import numpy as np
import torch
import torch.nn as nn


def output_size(size, kernel, stride=1, padding=0):
    for name, value in (("size", size), ("kernel", kernel), ("stride", stride)):
        if value < 1:
            raise ValueError(name + " must be at least 1")
    if padding < 0:
        raise ValueError("padding must be at least 0")
    padded = size + 2 * padding
    if kernel > padded:
        raise ValueError("kernel too large")
    # count the places where the kernel can start
    return len(range(0, padded - kernel + 1, stride))


def conv2d(x, w, b, stride=1, padding=0):
    x, w, b = np.array(x, dtype=float), np.array(w, dtype=float), np.array(b, dtype=float)
    if x.ndim != 4:
        raise ValueError("x")
    if w.ndim != 4 or w.shape[1] != x.shape[1] or w.shape[2] != w.shape[3]:
        raise ValueError("w")
    if b.shape != (w.shape[0],):
        raise ValueError("b")
    n, c, h, wid = x.shape
    o, k = w.shape[0], w.shape[2]
    H = output_size(h, k, stride, padding)
    W = output_size(wid, k, stride, padding)
    big = np.zeros((n, c, h + 2 * padding, wid + 2 * padding))
    big[:, :, padding:padding + h, padding:padding + wid] = x
    out = np.zeros((n, o, H, W))
    for a in range(n):
        for f in range(o):
            for i in range(H):
                for j in range(W):
                    r, s = i * stride, j * stride
                    out[a, f, i, j] = (big[a, :, r:r + k, s:s + k] * w[f]).sum() + b[f]
    return out


def max_pool(x, size=2):
    x = np.asarray(x)
    n, c, h, w = x.shape
    out = np.empty((n, c, h // size, w // size), dtype=x.dtype)
    for i in range(h // size):
        for j in range(w // size):
            out[:, :, i, j] = x[:, :, i * size:(i + 1) * size, j * size:(j + 1) * size].max(axis=(2, 3))
    return out


def block(a, b):
    return nn.Sequential(nn.Conv2d(a, b, 5, 1, 2), nn.BatchNorm2d(b), nn.ReLU(inplace=True), nn.MaxPool2d(2, 2))


class ConvNet(nn.Module):
    def __init__(self, channels=1, size=28, classes=10, width=16):
        super().__init__()
        if size % 4 != 0 or size < 1:
            raise ValueError("size must be a multiple of 4")
        self.first = block(channels, width)
        self.second = block(width, 2 * width)
        self.last = nn.Linear(2 * width * (size // 4) ** 2, classes)

    def forward(self, x):
        x = self.first(x)
        x = self.second(x)
        return self.last(x.reshape(x.shape[0], -1))


def count_parameters(net):
    return int(sum(np.prod(p.shape) for p in net.parameters() if p.requires_grad))


def train_epoch(net, batches, optimizer, device="cpu"):
    net.train()
    # the sum is kept on the device in double precision and fetched once
    total = torch.zeros((), dtype=torch.float64, device=device)
    count = 0
    for x, y in batches:
        x = x.to(device, non_blocking=True)
        y = y.to(device, non_blocking=True)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        total += loss.detach().double() * x.shape[0]
        count += x.shape[0]
    if count == 0:
        raise ValueError("batches is empty")
    return (total / count).item()


def evaluate(net, batches, device="cpu"):
    modes = [(m, m.training) for m in net.modules()]
    net.eval()
    loss = torch.zeros((), dtype=torch.float64, device=device)
    right = torch.zeros((), dtype=torch.int64, device=device)
    count = 0
    with torch.no_grad():
        for x, y in batches:
            x, y = x.to(device), y.to(device)
            z = net(x)
            loss += nn.functional.cross_entropy(z, y).double() * len(x)
            right += (z.max(dim=1).indices == y).sum()
            count += len(x)
    for m, mode in modes:
        m.training = mode
    if count == 0:
        raise ValueError("batches is empty")
    return float(loss) / count, float(right) / count


def best_epoch(valid_loss):
    best, lowest = -1, None
    for epoch in range(len(valid_loss)):
        value = float(valid_loss[epoch])
        if np.isnan(value):
            continue
        if lowest is None or value < lowest:
            best, lowest = epoch, value
    if best < 0:
        raise ValueError("no loss that is a number")
    return best


def diagnose(train_loss, valid_loss, target):
    t, v = np.asarray(train_loss, dtype=float), np.asarray(valid_loss, dtype=float)
    if t.shape != v.shape or t.size == 0:
        raise ValueError("two curves of equal length, not empty")
    if not (np.isfinite(t).all() and np.isfinite(v).all()):
        raise ValueError("finite values only")
    if t[-1] > target:
        return "underfitting"
    elif v[-1] > 1.1 * v.min():
        return "overfitting"
    else:
        return "good fit"


def fit(net, train_batches, valid_batches, epochs, step_size, device="cpu"):
    if epochs < 1:
        raise ValueError("epochs")
    if not step_size > 0:
        raise ValueError("step_size")
    net.to(device)
    optimizer = torch.optim.SGD(net.parameters(), momentum=0.9, lr=step_size)
    history = dict(train_loss=[], valid_loss=[], valid_accuracy=[])
    saved = []
    for _ in range(epochs):
        history["train_loss"] += [train_epoch(net, train_batches, optimizer, device)]
        loss, accuracy = evaluate(net, valid_batches, device)
        history["valid_loss"] += [loss]
        history["valid_accuracy"] += [accuracy]
        saved.append({name: value.cpu().clone() for name, value in net.state_dict().items()})
    net.load_state_dict(saved[best_epoch(history["valid_loss"])])
    return history
