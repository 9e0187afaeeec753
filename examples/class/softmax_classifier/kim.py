import numpy as np
import torch

# kim. deleted the checks, they made it hard to read

def softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)

def log_softmax(z):
    s = z - np.max(z, axis=-1, keepdims=True)
    return s - np.log(np.sum(np.exp(s), axis=-1, keepdims=True))

def cross_entropy(z, y):
    return -np.mean(log_softmax(z)[np.arange(len(z)), y])

def loss(W, b, X, y, l2=0.0):
    return cross_entropy(X @ W + b, y) + l2 * np.sum(W ** 2)

def gradient(W, b, X, y, l2=0.0):
    d = softmax(X @ W + b)
    d[np.arange(len(X)), y] -= 1
    return X.T @ d / len(X) + 2 * l2 * W, np.mean(d, axis=0)

def predict(W, b, X):
    return np.argmax(X @ W + b, axis=1)

def fit(X, y, classes, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    n, m = X.shape
    W = np.zeros((m, classes))
    b = np.zeros(classes)
    for _ in range(epochs):
        o = np.arange(n) if rng is None else rng.permutation(n)
        for i in range(0, n, batch_size):
            j = o[i:i + batch_size]
            dW, db = gradient(W, b, X[j], y[j], l2)
            W -= step_size * dW
            b -= step_size * db
    return W, b

class SoftmaxClassifier(torch.nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.linear = torch.nn.Linear(features, classes)

    def forward(self, x):
        return torch.nn.functional.log_softmax(self.linear(x), dim=-1)
