# Yusuf
import numpy as np
import torch


def xor_parameters():
    return np.full((2, 2), np.nan), np.full(2, np.nan), np.full(2, np.nan), float(np.full((), np.nan))


def forward(parameters, X):
    return np.full(len(X), np.nan)


def backward(parameters, X, y):
    W, c, w, b = parameters
    return np.full(np.shape(W), np.nan), np.full(np.shape(c), np.nan), np.full(np.shape(w), np.nan), float(np.full((), np.nan))


def best_linear_fit(X, y):
    return np.full(np.shape(X)[1], np.nan), float(np.full((), np.nan))


def relu(z):
    return np.full(np.shape(z), np.nan)


def leaky_relu(z, slope=0.01):
    return np.full(np.shape(z), np.nan)


def elu(z, alpha=1.0):
    return np.full(np.shape(z), np.nan)


def gelu(z):
    return np.full(np.shape(z), np.nan)


def softplus(z):
    return np.full(np.shape(z), np.nan)


class XORNet(torch.nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.layer = torch.nn.Linear(2, hidden)

    def forward(self, x):
        return torch.full((len(x),), float('nan'), device=x.device)


def train(hidden, steps, step_size, seed, device="cpu"):
    return XORNet(hidden).to(device)
