# Gwen
import copy
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def output_size(size, kernel, stride=1, padding=0):
    if any(value < 1 for value in (size, kernel, stride)) or padding < 0:
        raise ValueError("output_size: an argument is too small")
    if size + 2 * padding < kernel:
        raise ValueError("output_size: the kernel is too large")
    count = 0
    position = 0
    while position + kernel <= size + 2 * padding:
        count += 1
        position += stride
    return count


def _patches(x, k, stride, padding):
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    H = (x.shape[2] - k) // stride + 1
    W = (x.shape[3] - k) // stride + 1
    return np.array([[x[:, :, i * stride:i * stride + k, j * stride:j * stride + k].reshape(len(x), -1)
                      for j in range(W)] for i in range(H)])     # (H, W, n, c k k)


def conv2d(x, w, b, stride=1, padding=0):
    x, w, b = np.asarray(x), np.asarray(w), np.asarray(b)
    if x.ndim != 4 or w.ndim != 4 or b.ndim != 1:
        raise ValueError("conv2d: axes")
    if x.shape[1] != w.shape[1] or w.shape[2] != w.shape[3] or len(w) != len(b):
        raise ValueError("conv2d: shapes")
    output_size(x.shape[2], w.shape[2], stride, padding)
    output_size(x.shape[3], w.shape[3], stride, padding)
    out = _patches(x.astype(np.float64), w.shape[2], stride, padding) @ w.reshape(len(w), -1).T.astype(np.float64)
    out = out + b
    return np.ascontiguousarray(out.transpose(2, 3, 0, 1))


def max_pool(x, size=2):
    x = np.asarray(x)
    n, c, h, w = x.shape
    out = np.zeros((n, c, -(-h // size), -(-w // size)))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            out[:, :, i, j] = x[:, :, i * size:(i + 1) * size, j * size:(j + 1) * size].max(axis=(2, 3))
    return out


class ConvNet(nn.Module):
    def __init__(self, channels=1, size=28, classes=10, width=16):
        super().__init__()
        if size % 4 != 0 or size == 0:
            raise ValueError("ConvNet: size must be a multiple of 4")
        self.conv1 = nn.Conv2d(channels, width, 5, padding=2)
        self.batch1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, 2 * width, 5, padding=2)
        self.batch2 = nn.BatchNorm2d(2 * width)
        self.head = nn.Linear(2 * width * (size // 4) ** 2, classes)
        self.pool = nn.MaxPool2d(2)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = self.pool(self.relu(self.batch1(self.conv1(x))))
        x = self.pool(self.relu(self.batch2(self.conv2(x))))
        return self.head(x.view(x.size(0), -1))


def count_parameters(net):
    return sum([p.numel() for p in net.parameters()])


class Mean:
    """a running sum in float64"""

    def __init__(self):
        self.total, self.weight = np.float64(0), 0

    def add(self, value, weight):
        self.total += np.float64(value) * weight
        self.weight += weight

    def value(self):
        if self.weight == 0:
            raise ValueError("the mean of nothing")
        return float(self.total / self.weight)


def train_epoch(net, batches, optimizer, device="cpu"):
    net.train()
    mean = Mean()
    for inputs, labels in batches:
        inputs, labels = inputs.to(device), labels.to(device)
        optimizer.zero_grad(set_to_none=True)
        outputs = net(inputs)
        loss = F.cross_entropy(outputs, labels)
        loss.backward()
        optimizer.step()
        mean.add(loss.item(), len(labels))
    return mean.value()


def evaluate(net, batches, device="cpu"):
    training = net.training
    loss, accuracy = Mean(), Mean()
    try:
        net.eval()
        with torch.no_grad():
            for inputs, labels in batches:
                inputs, labels = inputs.to(device), labels.to(device)
                outputs = net(inputs)
                loss.add(F.cross_entropy(outputs, labels).item(), len(labels))
                accuracy.add((outputs.topk(1).indices.squeeze(1) == labels).float().mean().item(), len(labels))
    finally:
        net.train(training)
    return loss.value(), accuracy.value()


def best_epoch(valid_loss):
    v = np.array(valid_loss, dtype=np.float64)
    if v.size == 0 or np.isnan(v).all():
        raise ValueError("best_epoch: nothing to choose from")
    lowest = v[~np.isnan(v)].min()
    return valid_loss.index(lowest) if isinstance(valid_loss, list) else int(np.argmax(v == lowest))


def diagnose(train_loss, valid_loss, target):
    train = np.array(train_loss, dtype=np.float64)
    valid = np.array(valid_loss, dtype=np.float64)
    if len(train) != len(valid) or len(train) == 0:
        raise ValueError("diagnose: lengths")
    if np.isnan(train).any() or np.isinf(train).any() or np.isnan(valid).any() or np.isinf(valid).any():
        raise ValueError("diagnose: values")
    if train[-1] > target:
        return "underfitting"
    if valid[-1] > 1.1 * np.min(valid):
        return "overfitting"
    return "good fit"


def fit(net, train_batches, valid_batches, epochs, step_size, device="cpu"):
    if epochs < 1:
        raise ValueError("fit: epochs")
    if step_size <= 0:
        raise ValueError("fit: step_size")
    net.to(device)
    optimizer = torch.optim.SGD(net.parameters(), lr=step_size, momentum=0.9)
    train_loss, valid_loss, valid_accuracy = [], [], []
    nets = []
    for _ in range(epochs):
        train_loss.append(train_epoch(net, train_batches, optimizer, device))
        loss, accuracy = evaluate(net, valid_batches, device)
        valid_loss.append(loss)
        valid_accuracy.append(accuracy)
        nets.append(copy.deepcopy(net))
    net.load_state_dict(nets[best_epoch(valid_loss)].state_dict())
    return {"train_loss": train_loss, "valid_loss": valid_loss, "valid_accuracy": valid_accuracy}
