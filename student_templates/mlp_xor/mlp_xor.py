"""XOR with one hidden layer: parameters by hand, backpropagation, activations, and a network trained in torch.

Source: CS7150 lecture 2; 10-707 lecture 1. The handout (README.md) states the mathematics.

Shapes: X is (n, 2), one example a row; y is (n,); the parameters are a tuple (W, c, w, b) of W (2, h), one hidden unit
a column, c (h,), w (h,) and the float b. No function changes its arguments.
"""

import math

import numpy as np
import torch

Parameters = tuple[np.ndarray, np.ndarray, np.ndarray, float]


def _checked_examples(X: np.ndarray) -> np.ndarray:
    """Return X as a float array of shape (n, m); raise ValueError if it has another shape or is empty."""
    X = np.asarray(X, dtype=np.float64)
    if X.ndim != 2 or X.size == 0:
        raise ValueError(f"X must have shape (n, m) and not be empty, not {X.shape}")
    return X


def _checked_network(parameters: Parameters, X: np.ndarray) -> tuple[Parameters, np.ndarray]:
    """Return the parameters (W, c, w, b) and X as floats; raise ValueError if their shapes disagree."""
    X = _checked_examples(X)
    if len(parameters) != 4:
        raise ValueError(f"parameters must be the four W, c, w, b, not {len(parameters)}")
    W, c, w = (np.asarray(part, dtype=np.float64) for part in parameters[:3])
    b = parameters[3]
    if W.ndim != 2 or W.shape[0] != X.shape[1] or W.shape[1] == 0:
        raise ValueError(f"parameters: W must have shape ({X.shape[1]}, h), one row a feature of X, not {W.shape}")
    if c.shape != (W.shape[1],):
        raise ValueError(f"parameters: c must have shape ({W.shape[1]},), one entry a column of W, not {c.shape}")
    if w.shape != (W.shape[1],):
        raise ValueError(f"parameters: w must have shape ({W.shape[1]},), one entry a column of W, not {w.shape}")
    if np.shape(b) != ():
        raise ValueError(f"parameters: b must be a number, not an array of shape {np.shape(b)}")
    return (W, c, w, float(b)), X


def _checked_targets(y: np.ndarray, examples: int) -> np.ndarray:
    """Return y as floats of shape (examples,); raise ValueError if it has another shape."""
    y = np.asarray(y, dtype=np.float64)
    if y.shape != (examples,):
        raise ValueError(f"y must have shape ({examples},), one target an example, not {y.shape}")
    return y


def _check_at_least(name: str, value: float, lowest: int) -> None:
    """Raise ValueError, naming the argument, if value is under lowest."""
    if value < lowest:
        raise ValueError(f"{name} must be at least {lowest}, not {value}")


def xor_parameters() -> Parameters:
    """Give parameters with which w . relu(W^T x + c) + b is XOR on the four corners (0, 0), (0, 1), (1, 0), (1, 1).

    Returns (W, c, w, b), shapes (2, h), (h,), (h,) and a float, with any number h of hidden units.
    Source: CS7150 lecture 2; 10-707 lecture 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def forward(parameters: Parameters, X: np.ndarray) -> np.ndarray:
    """Compute the network's output w . relu(W^T x + c) + b for each example.

    parameters: (W, c, w, b), shapes (2, h), (h,), (h,) and a float; X: shape (n, 2).
    Returns the outputs, shape (n,).
    Raises ValueError if shapes disagree or X is empty.
    Source: CS7150 lecture 2; 10-707 lecture 1.
    """
    (W, c, w, b), X = _checked_network(parameters, X)
    # YOUR CODE HERE
    raise NotImplementedError()


def backward(parameters: Parameters, X: np.ndarray, y: np.ndarray) -> Parameters:
    """Compute the gradient of the mean squared error of forward(parameters, X) against y, in each parameter.

    parameters and X are those of forward; y: targets, shape (n,).
    Returns (dW, dc, dw, db), in the shapes of W, c, w and b. The derivative of relu at 0 is taken to be 0.
    Raises ValueError if shapes disagree or X is empty.
    Source: CS7150 lecture 2; 10-707 lecture 1.
    """
    (W, c, w, b), X = _checked_network(parameters, X)
    y = _checked_targets(y, examples=len(X))
    # YOUR CODE HERE
    raise NotImplementedError()


def best_linear_fit(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """Find w and b that minimise the mean of (w . x + b - y)^2.

    X: shape (n, m), any rank; y: targets, shape (n,).
    Returns (w, b), shape (m,) and a float: any minimiser where there are several.
    Raises ValueError if shapes disagree or X is empty.
    Source: CS7150 lecture 2; 10-707 lecture 1.
    """
    X = _checked_examples(X)
    y = _checked_targets(y, examples=len(X))
    # YOUR CODE HERE
    raise NotImplementedError()


def relu(z: np.ndarray) -> np.ndarray:
    """Compute max(z, 0), entry by entry.

    z: any shape, a number too. Returns the shape of z.
    Source: CS7150 lecture 2.
    """
    z = np.asarray(z, dtype=np.float64)
    # YOUR CODE HERE
    raise NotImplementedError()


def leaky_relu(z: np.ndarray, slope: float = 0.01) -> np.ndarray:
    """Compute z where z > 0 and slope * z elsewhere, entry by entry.

    z: any shape, a number too; finite values of any size. Returns the shape of z.
    Source: CS7150 lecture 2.
    """
    z = np.asarray(z, dtype=np.float64)
    # YOUR CODE HERE
    raise NotImplementedError()


def elu(z: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """Compute z where z > 0 and alpha * (exp(z) - 1) elsewhere, entry by entry.

    z: any shape, a number too; finite values of any size. Returns the shape of z.
    Source: CS7150 lecture 2.
    """
    z = np.asarray(z, dtype=np.float64)
    # YOUR CODE HERE
    raise NotImplementedError()


def gelu(z: np.ndarray) -> np.ndarray:
    """Compute z * Phi(z), Phi the standard normal distribution function, entry by entry: exactly, without tanh.

    z: any shape, a number too; finite values of any size. Returns the shape of z.
    Source: CS7150 lecture 2.
    """
    z = np.asarray(z, dtype=np.float64)
    # YOUR CODE HERE
    raise NotImplementedError()


def softplus(z: np.ndarray) -> np.ndarray:
    """Compute log(1 + exp(z)), entry by entry.

    z: any shape, a number too; finite values of any size. Returns the shape of z.
    Source: CS7150 lecture 2.
    """
    z = np.asarray(z, dtype=np.float64)
    # YOUR CODE HERE
    raise NotImplementedError()


class XORNet(torch.nn.Module):
    """A network of two inputs, one hidden layer with a nonlinearity, and one output.

    hidden: the number of hidden units.
    Raises ValueError if hidden is under 1.
    Source: CS7150 lecture 2.
    """

    def __init__(self, hidden: int) -> None:
        _check_at_least("hidden", hidden, 1)
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute one logit per example: x of shape (n, 2) gives shape (n,); positive speaks for label 1."""
        # YOUR CODE HERE
        raise NotImplementedError()


def train(hidden: int, steps: int, step_size: float, seed: int, device: str = "cpu") -> XORNet:
    """Train an XORNet on the four corners: a logit above 0 where the two inputs differ, under 0 where not.

    hidden: hidden units; steps: gradient steps on all four corners; step_size: the learning rate; seed: decides
    the initial weights, without a trace in the global generators; device: where the parameters live and
    the training runs.
    Returns the trained network. With hidden=8, steps=2000, step_size=0.1 at least 8 of the seeds 0 to 9 solve XOR.
    Raises ValueError if hidden is under 1, or steps or step_size is negative.
    Source: CS7150 lecture 2; 10-707 lecture 1.
    """
    _check_at_least("hidden", hidden, 1)
    _check_at_least("steps", steps, 0)
    _check_at_least("step_size", step_size, 0)
    # YOUR CODE HERE
    raise NotImplementedError()
