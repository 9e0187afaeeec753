# Deniz
# printed the results instead of returning them... then removed the prints
import numpy as np
import torch

def softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)

def log_softmax(z):
    l = z - np.max(z, axis=-1, keepdims=True)
    l = l - np.log(np.exp(l).sum(axis=-1, keepdims=True))

def cross_entropy(z, y):
    pass

def loss(W, b, X, y, l2=0.0):
    pass

def gradient(W, b, X, y, l2=0.0):
    pass

def predict(W, b, X):
    labels = np.argmax(X @ W + b, axis=1)

def fit(X, y, classes, step_size=0.1, epochs=100, batch_size=32, l2=0.0, rng=None):
    pass

class SoftmaxClassifier(torch.nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.linear = torch.nn.Linear(features, classes)

    def forward(self, x):
        p = torch.log_softmax(self.linear(x), dim=1)
