# Walt
import numpy as np
import torch


def xor_parameters():
    return np.zeros((2, 2)), np.zeros(2), np.zeros(2), float(np.zeros(()))


def forward(parameters, X):
    return np.zeros(len(X))


def backward(parameters, X, y):
    W, c, w, b = parameters
    return np.zeros(np.shape(W)), np.zeros(np.shape(c)), np.zeros(np.shape(w)), float(np.zeros(()))


def best_linear_fit(X, y):
    return np.zeros(np.shape(X)[1]), float(np.zeros(()))


def relu(z):
    return np.zeros(np.shape(z))


def leaky_relu(z, slope=0.01):
    return np.zeros(np.shape(z))


def elu(z, alpha=1.0):
    return np.zeros(np.shape(z))


def gelu(z):
    return np.zeros(np.shape(z))


def softplus(z):
    return np.zeros(np.shape(z))


class XORNet(torch.nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.layer = torch.nn.Linear(2, hidden)

    def forward(self, x):
        return torch.zeros(len(x), device=x.device)


def train(hidden, steps, step_size, seed, device="cpu"):
    return XORNet(hidden).to(device)
