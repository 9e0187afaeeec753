"""A convolutional network: convolution by hand, the network in torch, its training loop, and learning curves.

Source: CS7150 and 10-707, lectures on convolutional networks and on training. The handout (README.md) states the
mathematics.

Shapes: images are (n, c, h, w), n examples of c channels; kernels are (o, c, k, k); labels y are (n,) whole numbers. No
function changes an array that it is given.
"""

import copy
import math
from collections.abc import Iterable, Sequence

import numpy as np
import torch

Batches = Iterable[tuple[torch.Tensor, torch.Tensor]]


def _check_at_least(name: str, value: float, lowest: int) -> None:
    """Raise ValueError, naming the argument, if value is under lowest."""
    if value < lowest:
        raise ValueError(f"{name} must be at least {lowest}, not {value}")


def _checked_images(x: np.ndarray) -> np.ndarray:
    """Return x as floats of shape (n, c, h, w); raise ValueError if it has another shape or is empty."""
    x = np.asarray(x, dtype=np.float64)
    if x.ndim != 4 or x.size == 0:
        raise ValueError(f"x must have shape (n, c, h, w) and not be empty, not {x.shape}")
    return x


def _checked_kernels(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return x, w and b as floats; raise ValueError if their shapes disagree."""
    x, w, b = _checked_images(x), np.asarray(w, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if w.ndim != 4 or w.shape[1] != x.shape[1] or w.shape[2] != w.shape[3] or w.size == 0:
        raise ValueError(f"w must have shape (o, {x.shape[1]}, k, k), not {w.shape}")
    if b.shape != (w.shape[0],):
        raise ValueError(f"b must have shape ({w.shape[0]},), one entry an output channel, not {b.shape}")
    return x, w, b


def _checked_curve(name: str, losses: Sequence[float]) -> np.ndarray:
    """Return a learning curve as floats of shape (epochs,); raise ValueError if it is empty."""
    values = np.asarray(losses, dtype=np.float64)
    if values.ndim != 1 or values.size == 0:
        raise ValueError(f"{name} must hold one number an epoch, and at least one, not shape {values.shape}")
    return values


def output_size(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    """Compute the side of what a convolution or a pooling gives: floor((size + 2 padding - kernel) / stride) + 1.

    size, kernel: sides, in pixels; stride: the step of the window; padding: rows of zeros on each side.
    Raises ValueError if size, kernel or stride is under 1, padding is negative, or the kernel does not fit.
    Source: lectures on convolutional networks.
    """
    for name, value in (("size", size), ("kernel", kernel), ("stride", stride)):
        _check_at_least(name, value, 1)
    _check_at_least("padding", padding, 0)
    if kernel > size + 2 * padding:
        raise ValueError(f"kernel must be at most size + 2 padding = {size + 2 * padding}, not {kernel}")
    # YOUR CODE HERE
    raise NotImplementedError()


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Cross-correlate images with kernels: the kernel lies on the image as it is, not flipped.

    x: images, shape (n, c, h, w); w: kernels, shape (o, c, k, k); b: biases, shape (o,); stride: the step
    of the window; padding: rows and columns of zeros on every side.
    Returns shape (n, o, h', w'), with h' and w' by output_size.
    Raises ValueError if the shapes do not fit, and as output_size does.
    Source: lectures on convolutional networks.
    """
    x, w, b = _checked_kernels(x, w, b)
    height = output_size(x.shape[2], w.shape[2], stride, padding)
    width = output_size(x.shape[3], w.shape[3], stride, padding)
    # YOUR CODE HERE
    raise NotImplementedError()


def max_pool(x: np.ndarray, size: int = 2) -> np.ndarray:
    """Take the maximum of each window of size x size pixels; windows do not overlap.

    x: images, shape (n, c, h, w). What is left over at the right and at the bottom is dropped.
    Returns shape (n, c, h // size, w // size).
    Raises ValueError if x is no batch of images, or size is under 1 or larger than an image.
    Source: lectures on convolutional networks.
    """
    x = _checked_images(x)
    height, width = output_size(x.shape[2], size, size), output_size(x.shape[3], size, size)
    # YOUR CODE HERE
    raise NotImplementedError()


class ConvNet(torch.nn.Module):
    """Twice [convolution 5x5, batch normalisation, ReLU, max pooling by 2], then one linear layer.

    channels: of an image; size: its side, a multiple of 4; classes: how many logits; width: feature maps of the first
    convolution, the second has twice as many.
    Raises ValueError if one is under 1, or size is no multiple of 4.
    Source: lectures on convolutional networks.
    """

    def __init__(self, channels: int = 1, size: int = 28, classes: int = 10, width: int = 16) -> None:
        for name, value in (("channels", channels), ("size", size), ("classes", classes), ("width", width)):
            _check_at_least(name, value, 1)
        if size % 4:
            raise ValueError(f"size must be a multiple of 4, not {size}")
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute logits: x of shape (n, channels, size, size) gives (n, classes); the loss brings the softmax."""
        # YOUR CODE HERE
        raise NotImplementedError()


def count_parameters(net: torch.nn.Module) -> int:
    """Count the numbers in a network that training changes: the entries of parameters with requires_grad."""
    # YOUR CODE HERE
    raise NotImplementedError()


def train_epoch(net: torch.nn.Module, batches: Batches, optimizer: torch.optim.Optimizer, device: str = "cpu") -> float:
    """Train a network for one pass over the batches: for each zero_grad, cross-entropy, backward, step.

    batches: pairs of images and labels; device: where the network is, and where each batch goes.
    Returns the mean loss over the examples of the pass, as they were met. The network is in train mode.
    Raises ValueError if there is no example.
    Source: lectures on training.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def evaluate(net: torch.nn.Module, batches: Batches, device: str = "cpu") -> tuple[float, float]:
    """Measure a network: in eval mode, without gradients, and without a trace in it.

    batches: pairs of images and labels; device: where the network is, and where each batch goes.
    Returns the mean cross-entropy and the share of right answers (between 0 and 1), over all examples.
    The mode that the network was in is restored.
    Raises ValueError if there is no example.
    Source: lectures on training.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def best_epoch(valid_loss: Sequence[float]) -> int:
    """Find where to stop: the epoch, counted from 0, of the lowest validation loss; the earliest of equals.

    A loss that is NaN is never the lowest.
    Raises ValueError if there is no epoch, or every loss is NaN.
    Source: lectures on training: early stopping.
    """
    losses = _checked_curve("valid_loss", valid_loss)
    # YOUR CODE HERE
    raise NotImplementedError()


def diagnose(train_loss: Sequence[float], valid_loss: Sequence[float], target: float) -> str:
    """Read two learning curves: "underfitting", "overfitting" or "good fit".

    Underfitting: the last training loss is above target. Else overfitting: the last validation loss is above 1.1 times
    the lowest one. Else a good fit.
    Raises ValueError if the curves have different lengths, are empty, or hold what is not finite.
    Source: lectures on training: learning curves.
    """
    train, valid = _checked_curve("train_loss", train_loss), _checked_curve("valid_loss", valid_loss)
    if len(train) != len(valid):
        raise ValueError(f"valid_loss must have as many epochs as train_loss, {len(train)}, not {len(valid)}")
    for name, losses in (("train_loss", train), ("valid_loss", valid)):
        if not np.isfinite(losses).all():
            raise ValueError(f"{name} must hold finite numbers")
    # YOUR CODE HERE
    raise NotImplementedError()


def fit(
    net: torch.nn.Module,
    train_batches: Batches,
    valid_batches: Batches,
    epochs: int,
    step_size: float,
    device: str = "cpu",
) -> dict[str, list[float]]:
    """Train a network by SGD with momentum 0.9, and leave in it the weights of its best epoch.

    train_batches, valid_batches: pairs of images and labels, gone through once an epoch; epochs: passes; step_size: the
    learning rate; device: where the network is moved, trained and left.
    Returns "train_loss", "valid_loss" and "valid_accuracy", one float an epoch each, by train_epoch and evaluate.
    Raises ValueError if epochs is under 1 or step_size is not positive.
    Source: lectures on training.
    """
    _check_at_least("epochs", epochs, 1)
    if step_size <= 0:
        raise ValueError(f"step_size must be positive, not {step_size}")
    # YOUR CODE HERE
    raise NotImplementedError()
