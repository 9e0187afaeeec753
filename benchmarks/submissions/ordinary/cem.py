"""Right, with loops over rows in NumPy and a DataLoader's order written out."""

import numpy as np
import torch


def softmax(z: np.ndarray) -> np.ndarray:
    """Turn logits, shape (C,) or (n, C), into probabilities along the last axis."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def cross_entropy(z: np.ndarray, y: np.ndarray) -> float:
    """Compute the mean of -log softmax(z)[true class] over the rows of z, shape (n, C)."""
    shifted = z - z.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-log_probabilities[np.arange(len(y)), y].mean())


def gradient(W: np.ndarray, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Compute the gradient in W, shape (m, C), of the mean cross-entropy of X @ W."""
    total = np.zeros_like(W, dtype=float)
    for x, label in zip(X, y, strict=True):
        error = softmax(x @ W)
        error[label] -= 1.0
        total += np.outer(x, error)
    return total / len(y)


def predict(W: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Name the class of the largest logit of each row of X @ W."""
    return np.argmax(X @ W, axis=1)


class Classifier(torch.nn.Module):
    """One linear layer and the logarithm of its softmax."""

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(features, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute log-probabilities, shape (n, classes), of x, shape (n, features)."""
        return torch.log_softmax(self.linear(x), dim=1)


def train(X: torch.Tensor, y: torch.Tensor, classes: int, epochs: int) -> Classifier:
    """Fit a Classifier with torch.optim.SGD, step size 0.1, on batches of 16 rows in order."""
    model = Classifier(X.shape[1], classes)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(epochs):
        for rows, labels in zip(X.split(16), y.split(16), strict=True):
            optimiser.zero_grad()
            loss = torch.nn.functional.nll_loss(model(rows), labels)
            loss.backward()
            optimiser.step()
    return model
