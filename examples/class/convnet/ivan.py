# ivan
# everything in float64 sums; windows by index arrays
import copy
import math
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

class Bad(ValueError):
    pass

def need(ok, message):
    if not ok:
        raise Bad(message)

def output_size(size, kernel, stride=1, padding=0):
    need(size >= 1, "size")
    need(kernel >= 1, "kernel")
    need(stride >= 1, "stride")
    need(padding >= 0, "padding")
    need(kernel <= size + 2 * padding, "kernel too large")
    return (size + 2 * padding - kernel) // stride + 1

def conv2d(x, w, b, stride=1, padding=0):
    x = np.asarray(x, dtype='float64')
    w = np.asarray(w, dtype='float64')
    b = np.asarray(b, dtype='float64')
    need(x.ndim == 4, "x has four axes")
    need(w.ndim == 4 and w.shape[2] == w.shape[3], "w has four axes and square kernels")
    need(x.shape[1] == w.shape[1], "channels of x and w")
    need(b.shape == w.shape[:1], "one b for each kernel")
    k = w.shape[3]
    hh = output_size(x.shape[2], k, stride, padding)
    ww = output_size(x.shape[3], k, stride, padding)
    if padding > 0:
        z = np.zeros(x.shape[:2] + (padding, x.shape[3]))
        x = np.concatenate([z, x, z], axis=2)
        z = np.zeros(x.shape[:3] + (padding,))
        x = np.concatenate([z, x, z], axis=3)
    rows = (np.arange(hh) * stride)[:, None] + np.arange(k)      # hh, k
    columns = (np.arange(ww) * stride)[:, None] + np.arange(k)   # ww, k
    windows = x[:, :, rows[:, None, :, None], columns[None, :, None, :]]   # n, c, hh, ww, k, k
    return np.moveaxis(np.tensordot(windows, w, axes=[[1, 4, 5], [1, 2, 3]]), 3, 1) + b[:, None, None]

def max_pool(x, size=2):
    x = np.asarray(x)
    h = x.shape[2] // size
    w = x.shape[3] // size
    rows = np.arange(h * size).reshape(h, size)
    columns = np.arange(w * size).reshape(w, size)
    return x[:, :, rows[:, None, :, None], columns[None, :, None, :]].max(axis=5).max(axis=4)

class Block(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.conv = nn.Conv2d(i, o, 5, padding=2)
        self.norm = nn.BatchNorm2d(o)
    def forward(self, x):
        return F.max_pool2d(self.norm(self.conv(x)).relu(), 2)

class ConvNet(nn.Module):
    def __init__(self, channels=1, size=28, classes=10, width=16):
        super().__init__()
        need(size > 0 and size % 4 == 0, "size must be a multiple of 4")
        self.block1 = Block(channels, width)
        self.block2 = Block(width, 2 * width)
        side = size // 4
        self.out = nn.Linear(2 * width * side * side, classes)
    def forward(self, x):
        x = self.block2(self.block1(x))
        return self.out(torch.flatten(x, 1))

def count_parameters(net):
    return sum(map(torch.numel, (p for p in net.parameters() if p.requires_grad)))

def train_epoch(net, batches, optimizer, device='cpu'):
    net.train()
    batch_losses = []
    batch_sizes = []
    for x, y in batches:
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x.to(device)), y.to(device))
        loss.backward()
        optimizer.step()
        batch_losses.append(loss.detach())
        batch_sizes.append(len(y))
    need(len(batch_sizes) > 0, "an empty pass")
    losses = torch.stack(batch_losses).double().cpu()
    sizes = torch.tensor(batch_sizes, dtype=torch.float64)
    return ((losses * sizes).sum() / sizes.sum()).item()

def evaluate(net, batches, device='cpu'):
    was_training = {name: m.training for name, m in net.named_modules()}
    net.eval()
    old = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    total = 0.0
    right = 0
    count = 0
    try:
        for x, y in batches:
            y = y.to(device)
            z = net(x.to(device)).double()
            total = total + F.cross_entropy(z, y, reduction='sum').item()
            right = right + int(torch.sum(torch.argmax(z, 1) == y))
            count = count + len(y)
    finally:
        torch.set_grad_enabled(old)
        for name, m in net.named_modules():
            m.training = was_training[name]
    need(count > 0, "an empty pass")
    return float(total / count), float(right / count)

def best_epoch(valid_loss):
    a = np.array([float(v) for v in valid_loss])
    need(a.size > 0 and not np.isnan(a).all(), "no validation loss")
    return int(np.where(a == np.nanmin(a))[0][0])

def diagnose(train_loss, valid_loss, target):
    need(len(train_loss) == len(valid_loss), "equal lengths")
    need(len(train_loss) > 0, "not empty")
    need(all(math.isfinite(v) for v in train_loss), "train_loss finite")
    need(all(math.isfinite(v) for v in valid_loss), "valid_loss finite")
    if train_loss[-1] > target:
        return 'underfitting'
    if valid_loss[-1] > 1.1 * np.min(valid_loss):
        return 'overfitting'
    return 'good fit'

def fit(net, train_batches, valid_batches, epochs, step_size, device='cpu'):
    need(epochs >= 1, "epochs >= 1")
    need(step_size > 0, "step_size > 0")
    net.to(device)
    optimizer = torch.optim.SGD(params=net.parameters(), lr=step_size, momentum=0.9)
    train_loss, valid_loss, valid_accuracy, weights = [], [], [], []
    while len(train_loss) < epochs:
        train_loss.append(train_epoch(net, train_batches, optimizer, device))
        l, a = evaluate(net, valid_batches, device)
        valid_loss.append(l)
        valid_accuracy.append(a)
        weights.append(copy.deepcopy(net.state_dict()))
    best = weights[best_epoch(valid_loss)]
    with torch.no_grad():
        for name, tensor in net.state_dict().items():
            tensor.copy_(best[name])
    return {'train_loss': train_loss, 'valid_loss': valid_loss, 'valid_accuracy': valid_accuracy}
