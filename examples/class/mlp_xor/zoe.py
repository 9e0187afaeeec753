# Zoe
import numpy as np
import torch


def xor_parameters():
    return None


def forward(parameters, X):
    return None


def backward(parameters, X, y):
    return None


def best_linear_fit(X, y):
    return None


def relu(z):
    return None


def leaky_relu(z, slope=0.01):
    return None


def elu(z, alpha=1.0):
    return None


def gelu(z):
    return None


def softplus(z):
    return None


class XORNet(torch.nn.Module):
    def __init__(self, hidden):
        super().__init__()

    def forward(self, x):
        return None


def train(hidden, steps, step_size, seed, device="cpu"):
    return None
