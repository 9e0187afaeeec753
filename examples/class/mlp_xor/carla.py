# Carla
import numpy as np
import torch

rng = np.random.default_rng()


def xor_parameters():
    return rng.normal(size=(2, 2)), rng.normal(size=2), rng.normal(size=2), float(rng.normal(size=()))


def forward(parameters, X):
    return rng.normal(size=len(X))


def backward(parameters, X, y):
    W, c, w, b = parameters
    return rng.normal(size=np.shape(W)), rng.normal(size=np.shape(c)), rng.normal(size=np.shape(w)), float(rng.normal(size=()))


def best_linear_fit(X, y):
    return rng.normal(size=np.shape(X)[1]), float(rng.normal(size=()))


def relu(z):
    return rng.normal(size=np.shape(z))


def leaky_relu(z, slope=0.01):
    return rng.normal(size=np.shape(z))


def elu(z, alpha=1.0):
    return rng.normal(size=np.shape(z))


def gelu(z):
    return rng.normal(size=np.shape(z))


def softplus(z):
    return rng.normal(size=np.shape(z))


class XORNet(torch.nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.layer = torch.nn.Linear(2, hidden)

    def forward(self, x):
        return torch.randn(len(x), device=x.device)


def train(hidden, steps, step_size, seed, device="cpu"):
    return XORNet(hidden).to(device)
