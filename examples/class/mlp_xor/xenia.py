# Xenia
import numpy as np
import torch


def xor_parameters():
    return ()


def forward(parameters, X):
    return parameters


def backward(parameters, X, y):
    return parameters


def best_linear_fit(X, y):
    return X


def relu(z):
    return z


def leaky_relu(z, slope=0.01):
    return z


def elu(z, alpha=1.0):
    return z


def gelu(z):
    return z


def softplus(z):
    return z


class XORNet(torch.nn.Module):
    def __init__(self, hidden):
        super().__init__()

    def forward(self, x):
        return x


def train(hidden, steps, step_size, seed, device="cpu"):
    return hidden
