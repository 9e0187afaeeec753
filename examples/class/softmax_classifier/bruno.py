"""bruno. placeholders"""

import torch


def softmax(z):
    return z


def log_softmax(z):
    return z


def cross_entropy(z, y):
    return z


def loss(W, b, X, y, l2=0.0):
    return W


def gradient(W, b, X, y, l2=0.0):
    return W, b


def predict(W, b, X):
    return X


def fit(X, y, classes, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    return X, y


class SoftmaxClassifier(torch.nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.linear = torch.nn.Linear(features, classes)

    def forward(self, x):
        return x
