# Vera
import numpy as np
import torch


def xor_parameters():
    raise ValueError("parameters is not valid")


def forward(parameters, X):
    raise ValueError("parameters is not valid")


def backward(parameters, X, y):
    raise ValueError("parameters is not valid")


def best_linear_fit(X, y):
    raise ValueError("X is not valid")


def relu(z):
    raise ValueError("z is not valid")


def leaky_relu(z, slope=0.01):
    raise ValueError("z is not valid")


def elu(z, alpha=1.0):
    raise ValueError("z is not valid")


def gelu(z):
    raise ValueError("z is not valid")


def softplus(z):
    raise ValueError("z is not valid")


class XORNet(torch.nn.Module):
    def __init__(self, hidden):
        raise ValueError("hidden is not valid")

    def forward(self, x):
        raise ValueError("x is not valid")


def train(hidden, steps, step_size, seed, device="cpu"):
    raise ValueError("hidden, steps, step_size, seed and device are not valid")
