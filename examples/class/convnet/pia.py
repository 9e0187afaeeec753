# Pia
# conv as a sum over the kernel's positions; pool before relu (they commute); state through torch.save
import io
from math import inf, isfinite, isnan

import numpy as np
import torch
from torch.nn import BatchNorm2d, Conv2d, Linear, Module
from torch.nn.functional import log_softmax, max_pool2d, nll_loss


def output_size(size, kernel, stride=1, padding=0):
    if size < 1 or kernel < 1 or stride < 1 or padding < 0 or kernel > size + 2 * padding:
        raise ValueError(f"no output for size={size}, kernel={kernel}, stride={stride}, padding={padding}")
    return 1 + (size + 2 * padding - kernel) // stride


def conv2d(x, w, b, stride=1, padding=0):
    x = np.asarray(x).astype(np.float64)
    w = np.asarray(w).astype(np.float64)
    b = np.asarray(b).astype(np.float64)
    try:
        n, c, h, v = x.shape
        o, c2, k, k2 = w.shape
        (o2,) = b.shape
    except ValueError:
        raise ValueError("x and w must have four axes and b one")
    if c != c2 or k != k2 or o != o2:
        raise ValueError("shapes that do not fit")
    H, V = output_size(h, k, stride, padding), output_size(v, k, stride, padding)
    x = np.pad(x, ((0,) * 2, (0,) * 2, (padding,) * 2, (padding,) * 2), mode="constant")
    out = np.broadcast_to(b.reshape(1, o, 1, 1), (n, o, H, V)).copy()
    for i in range(k):
        for j in range(k):
            part = x[:, :, i:i + (H - 1) * stride + 1:stride, j:j + (V - 1) * stride + 1:stride]
            out += np.einsum("nchv,oc->nohv", part, w[:, :, i, j])
    return out


def max_pool(x, size=2):
    x = np.asarray(x)
    h, w = x.shape[2] // size * size, x.shape[3] // size * size
    out = np.full((x.shape[0], x.shape[1], h // size, w // size), -inf)
    for i in range(size):
        for j in range(size):
            out = np.maximum(out, x[:, :, i:h:size, j:w:size])
    return out


class ConvNet(Module):
    def __init__(self, channels=1, size=28, classes=10, width=16):
        super().__init__()
        quarter, rest = divmod(size, 4)
        if rest or quarter < 1:
            raise ValueError("size must be a multiple of 4")
        self.a = Conv2d(channels, width, 5, padding=2)
        self.na = BatchNorm2d(width)
        self.b = Conv2d(width, 2 * width, 5, padding=2)
        self.nb = BatchNorm2d(2 * width)
        self.c = Linear(2 * width * quarter * quarter, classes)

    def forward(self, x):
        x = max_pool2d(self.na(self.a(x)), 2).relu()
        x = max_pool2d(self.nb(self.b(x)), 2).relu()
        return self.c(torch.flatten(x, start_dim=1))


def count_parameters(net):
    return sum(p.nelement() for p in filter(lambda p: p.requires_grad, net.parameters()))


def train_epoch(net, batches, optimizer, device="cpu"):
    net.train(True)
    s = 0.0
    m = 0
    for x, y in batches:
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        # the cross-entropy in its two steps
        loss = nll_loss(log_softmax(net(x), dim=1), y)
        loss.backward()
        optimizer.step()
        s += float(loss.detach()) * x.size(0)
        m += x.size(0)
    if m == 0:
        raise ValueError("empty pass")
    return s / m


def evaluate(net, batches, device="cpu"):
    before = net.training
    net.train(False)
    s, hits, m = 0.0, 0, 0
    try:
        for x, y in batches:
            x, y = x.to(device), y.to(device)
            logp = log_softmax(net(x), dim=1)
            s += nll_loss(logp, y, reduction="sum")
            hits += int(logp.argmax(dim=1).eq(y).sum())
            m += y.numel()
    finally:
        net.train(before)
    if not m:
        raise ValueError("empty pass")
    return s.item() / m, hits / m


def best_epoch(valid_loss):
    numbers = [float(v) for v in valid_loss if not isnan(v)]
    if not numbers:
        raise ValueError("no validation loss")
    low = min(numbers)
    for i, v in enumerate(valid_loss):
        if v == low:
            return i


def diagnose(train_loss, valid_loss, target):
    train_loss, valid_loss = list(train_loss), list(valid_loss)
    if not train_loss or not valid_loss or len(train_loss) != len(valid_loss):
        raise ValueError("lengths")
    if not all(map(isfinite, train_loss + valid_loss)):
        raise ValueError("values must be finite")
    if train_loss[-1] > target:
        return "underfitting"
    if valid_loss[-1] > min(valid_loss) * 1.1:
        return "overfitting"
    return "good fit"


def fit(net, train_batches, valid_batches, epochs, step_size, device="cpu"):
    if epochs < 1 or step_size <= 0:
        raise ValueError("epochs must be at least 1 and step_size above 0")
    net.to(device)
    sgd = torch.optim.SGD(net.parameters(), lr=step_size, momentum=0.9)
    out = {"train_loss": [], "valid_loss": [], "valid_accuracy": []}
    files = []
    for e in range(epochs):
        out["train_loss"].append(train_epoch(net, train_batches, sgd, device))
        l, a = evaluate(net, valid_batches, device)
        out["valid_loss"].append(l)
        out["valid_accuracy"].append(a)
        f = io.BytesIO()
        torch.save(net.state_dict(), f)
        files.append(f)
    f = files[best_epoch(out["valid_loss"])]
    f.seek(0)
    net.load_state_dict(torch.load(f, map_location=device))
    return out
