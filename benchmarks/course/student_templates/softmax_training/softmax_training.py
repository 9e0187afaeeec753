"""A softmax classifier, by hand in NumPy and trained in torch; README.md says what each part does."""

import numpy as np
import torch


def softmax(z: np.ndarray) -> np.ndarray:
    """Turn logits, shape (C,) or (n, C), into probabilities along the last axis."""
    # YOUR CODE HERE
    raise NotImplementedError()


def cross_entropy(z: np.ndarray, y: np.ndarray) -> float:
    """Compute the mean of -log softmax(z)[true class] over the rows of z, shape (n, C)."""
    # YOUR CODE HERE
    raise NotImplementedError()


def gradient(W: np.ndarray, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Compute the gradient in W, shape (m, C), of the mean cross-entropy of X @ W."""
    # YOUR CODE HERE
    raise NotImplementedError()


def predict(W: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Name the class of the largest logit of each row of X @ W."""
    # YOUR CODE HERE
    raise NotImplementedError()


class Classifier(torch.nn.Module):
    """One linear layer and the logarithm of its softmax."""

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute log-probabilities, shape (n, classes), of x, shape (n, features)."""
        # YOUR CODE HERE
        raise NotImplementedError()


def train(X: torch.Tensor, y: torch.Tensor, classes: int, epochs: int) -> Classifier:
    """Fit a Classifier with torch.optim.SGD, step size 0.1, on batches of 16 rows in order."""
    # YOUR CODE HERE
    raise NotImplementedError()
