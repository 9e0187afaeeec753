# emil, ConvNet homework. Own parameters instead of layers for the convolutions.
import copy
import math

import numpy as np
import torch
import torch.nn.functional as F


def output_size(size, kernel, stride=1, padding=0):
    if size < 1 or kernel < 1 or stride < 1:
        raise ValueError("size, kernel and stride must be positive")
    if padding < 0:
        raise ValueError("negative padding")
    if kernel > size + 2 * padding:
        raise ValueError("kernel larger than the padded input")
    return math.floor((size + 2 * padding - kernel) / stride) + 1


def conv2d(x, w, b, stride=1, padding=0):
    x = np.asarray(x, dtype=np.float64)
    w = np.asarray(w, dtype=np.float64)
    b = np.asarray(b, dtype=np.float64)
    if x.ndim != 4 or w.ndim != 4 or b.ndim != 1:
        raise ValueError("wrong number of axes")
    n, c, h, wd = x.shape
    if w.shape[1:] != (c, w.shape[2], w.shape[2]) or len(b) != len(w):
        raise ValueError("shapes do not fit")
    k = w.shape[2]
    ho, wo = output_size(h, k, stride, padding), output_size(wd, k, stride, padding)
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    x = np.ascontiguousarray(x)
    s = x.strides
    view = np.lib.stride_tricks.as_strided(
        x, shape=(n, ho, wo, c, k, k), strides=(s[0], s[2] * stride, s[3] * stride, s[1], s[2], s[3]), writeable=False
    )
    out = np.tensordot(view, w, axes=([3, 4, 5], [1, 2, 3])) + b  # (n, ho, wo, o)
    return out.transpose(0, 3, 1, 2)


def max_pool(x, size=2):
    x = np.asarray(x)
    h, w = x.shape[-2] // size, x.shape[-1] // size
    x = x[..., :h * size, :w * size]
    return np.stack([x[..., i::size, j::size] for i in range(size) for j in range(size)]).max(axis=0)


def _init(*shape):
    p = torch.empty(*shape)
    torch.nn.init.kaiming_uniform_(p, nonlinearity="relu")
    return torch.nn.Parameter(p)


class ConvNet(torch.nn.Module):
    def __init__(self, channels=1, size=28, classes=10, width=16):
        if size < 4 or size % 4:
            raise ValueError("size must be a multiple of 4")
        super().__init__()
        self.w1 = _init(width, channels, 5, 5)
        self.b1 = torch.nn.Parameter(torch.zeros(width))
        # parameters that sit in the module itself come before those of its children, so the norms' scales are here too
        self.g1 = torch.nn.Parameter(torch.ones(width))
        self.s1 = torch.nn.Parameter(torch.zeros(width))
        self.w2 = _init(2 * width, width, 5, 5)
        self.b2 = torch.nn.Parameter(torch.zeros(2 * width))
        self.g2 = torch.nn.Parameter(torch.ones(2 * width))
        self.s2 = torch.nn.Parameter(torch.zeros(2 * width))
        self.w3 = _init(classes, 2 * width * (size // 4) ** 2)
        self.b3 = torch.nn.Parameter(torch.zeros(classes))
        for name, m in (("1", width), ("2", 2 * width)):
            self.register_buffer("mean" + name, torch.zeros(m))
            self.register_buffer("var" + name, torch.ones(m))

    def forward(self, x):
        x = F.conv2d(x, self.w1, self.b1, padding=2)
        x = F.batch_norm(x, self.mean1, self.var1, self.g1, self.s1, training=self.training)
        x = F.max_pool2d(F.relu(x), 2)
        x = F.conv2d(x, self.w2, self.b2, padding=2)
        x = F.batch_norm(x, self.mean2, self.var2, self.g2, self.s2, training=self.training)
        x = F.max_pool2d(F.relu(x), 2)
        return F.linear(x.flatten(1), self.w3, self.b3)


def count_parameters(net):
    total = 0
    for p in net.parameters():
        if p.requires_grad:
            total += p.numel()
    return total


def train_epoch(net, batches, optimizer, device="cpu"):
    net.train()
    sum_loss = 0.0
    examples = 0
    for x, y in batches:
        x = x.to(device)
        y = y.to(device)
        optimizer.zero_grad()
        total = F.cross_entropy(net(x), y, reduction="sum")
        (total / len(y)).backward()
        optimizer.step()
        sum_loss += total.item()
        examples += len(y)
    if examples == 0:
        raise ValueError("an empty pass")
    return sum_loss / examples


def evaluate(net, batches, device="cpu"):
    # on a copy: the net itself is not touched at all
    net = copy.deepcopy(net).eval().requires_grad_(False)
    sum_loss, hits, examples = 0.0, 0.0, 0
    for x, y in batches:
        with torch.no_grad():
            logits = net(x.to(device))
        y = y.to(device)
        sum_loss += F.cross_entropy(logits, y, reduction="sum").item()
        hits += (logits.argmax(-1) == y).double().sum().item()
        examples += len(y)
    if examples == 0:
        raise ValueError("an empty pass")
    return sum_loss / examples, hits / examples


def best_epoch(valid_loss):
    v = np.array(valid_loss, dtype=float)
    good = np.flatnonzero(~np.isnan(v))
    if good.size == 0:
        raise ValueError("no validation loss")
    return int(good[np.argmin(v[good])])


def diagnose(train_loss, valid_loss, target):
    t = np.array(train_loss, dtype=float)
    v = np.array(valid_loss, dtype=float)
    if t.ndim != 1 or len(t) != len(v) or len(t) == 0:
        raise ValueError("the curves need the same length, at least 1")
    if not np.isfinite(np.concatenate([t, v])).all():
        raise ValueError("a value is not finite")
    if t[-1] > target:
        return "underfitting"
    if v[-1] > 1.1 * v.min():
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
    best_net, best_loss = None, math.inf
    for _ in range(epochs):
        history["train_loss"].append(train_epoch(net, train_batches, optimizer, device))
        loss, accuracy = evaluate(net, valid_batches, device)
        history["valid_loss"].append(loss)
        history["valid_accuracy"].append(accuracy)
        if loss < best_loss:
            best_loss = loss
            best_net = copy.deepcopy(net)
    if best_net is not None:
        net.load_state_dict(best_net.state_dict())
    return history
