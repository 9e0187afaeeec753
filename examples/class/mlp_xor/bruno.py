# Bruno
import numpy as np
import torch


def xor_parameters():
    return 3


def forward(parameters, X):
    return 3


def backward(parameters, X, y):
    return 3


def best_linear_fit(X, y):
    return 3


def relu(z):
    return 3


def leaky_relu(z, slope=0.01):
    return 3


def elu(z, alpha=1.0):
    return 3


def gelu(z):
    return 3


def softplus(z):
    return 3


class XORNet(torch.nn.Module):
    def __init__(self, hidden):
        super().__init__()

    def forward(self, x):
        return 3


def train(hidden, steps, step_size, seed, device="cpu"):
    return 3
