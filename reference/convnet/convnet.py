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
    # BEGIN SOLUTION
    return (size + 2 * padding - kernel) // stride + 1
    # END SOLUTION


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
    # BEGIN SOLUTION
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out = np.empty((len(x), len(w), height, width))
    side = w.shape[2]
    # One window at a time: it is the same product for every image and every kernel.
    for i in range(height):
        for j in range(width):
            window = padded[:, :, i * stride : i * stride + side, j * stride : j * stride + side]
            out[:, :, i, j] = np.tensordot(window, w, axes=([1, 2, 3], [1, 2, 3])) + b
    return out
    # END SOLUTION


def max_pool(x: np.ndarray, size: int = 2) -> np.ndarray:
    """Take the maximum of each window of size x size pixels; windows do not overlap.

    x: images, shape (n, c, h, w). What is left over at the right and at the bottom is dropped.
    Returns shape (n, c, h // size, w // size).
    Raises ValueError if x is no batch of images, or size is under 1 or larger than an image.
    Source: lectures on convolutional networks.
    """
    x = _checked_images(x)
    height, width = output_size(x.shape[2], size, size), output_size(x.shape[3], size, size)
    # BEGIN SOLUTION
    whole = x[:, :, : height * size, : width * size]
    return whole.reshape(*x.shape[:2], height, size, width, size).max(axis=(3, 5))
    # END SOLUTION


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
        # BEGIN SOLUTION
        self.first = torch.nn.Sequential(
            torch.nn.Conv2d(channels, width, 5, padding=2),
            torch.nn.BatchNorm2d(width),
            torch.nn.ReLU(),
            torch.nn.MaxPool2d(2),
        )
        self.second = torch.nn.Sequential(
            torch.nn.Conv2d(width, 2 * width, 5, padding=2),
            torch.nn.BatchNorm2d(2 * width),
            torch.nn.ReLU(),
            torch.nn.MaxPool2d(2),
        )
        self.last = torch.nn.Linear(2 * width * (size // 4) ** 2, classes)
        # END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute logits: x of shape (n, channels, size, size) gives (n, classes); the loss brings the softmax."""
        # BEGIN SOLUTION
        return self.last(self.second(self.first(x)).flatten(start_dim=1))
        # END SOLUTION


def count_parameters(net: torch.nn.Module) -> int:
    """Count the numbers in a network that training changes: the entries of parameters with requires_grad."""
    # BEGIN SOLUTION
    return sum(parameter.numel() for parameter in net.parameters() if parameter.requires_grad)
    # END SOLUTION


def train_epoch(net: torch.nn.Module, batches: Batches, optimizer: torch.optim.Optimizer, device: str = "cpu") -> float:
    """Train a network for one pass over the batches: for each zero_grad, cross-entropy, backward, step.

    batches: pairs of images and labels; device: where the network is, and where each batch goes.
    Returns the mean loss over the examples of the pass, as they were met. The network is in train mode.
    Raises ValueError if there is no example.
    Source: lectures on training.
    """
    # BEGIN SOLUTION
    net.train()
    total, examples = 0.0, 0
    for x, y in batches:
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        # The last batch may be smaller, so each counts by its size; item() lets go of the graph.
        total += loss.item() * len(y)
        examples += len(y)
    if examples == 0:
        raise ValueError("batches must hold an example")
    return total / examples
    # END SOLUTION


def evaluate(net: torch.nn.Module, batches: Batches, device: str = "cpu") -> tuple[float, float]:
    """Measure a network: in eval mode, without gradients, and without a trace in it.

    batches: pairs of images and labels; device: where the network is, and where each batch goes.
    Returns the mean cross-entropy and the share of right answers (between 0 and 1), over all examples.
    The mode that the network was in is restored.
    Raises ValueError if there is no example.
    Source: lectures on training.
    """
    # BEGIN SOLUTION
    was_training = net.training
    net.eval()
    loss, right, examples = 0.0, 0, 0
    try:
        with torch.no_grad():
            for x, y in batches:
                x, y = x.to(device), y.to(device)
                logits = net(x)
                loss += torch.nn.functional.cross_entropy(logits, y, reduction="sum").item()
                right += int((logits.argmax(dim=1) == y).sum())
                examples += len(y)
    finally:
        net.train(was_training)
    if examples == 0:
        raise ValueError("batches must hold an example")
    return loss / examples, right / examples
    # END SOLUTION


def best_epoch(valid_loss: Sequence[float]) -> int:
    """Find where to stop: the epoch, counted from 0, of the lowest validation loss; the earliest of equals.

    A loss that is NaN is never the lowest.
    Raises ValueError if there is no epoch, or every loss is NaN.
    Source: lectures on training: early stopping.
    """
    losses = _checked_curve("valid_loss", valid_loss)
    # BEGIN SOLUTION
    # argmin takes NaN for the smallest; nanargmin leaves it out, and raises ValueError where nothing else is there.
    return int(np.nanargmin(losses))
    # END SOLUTION


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
    # BEGIN SOLUTION
    if train[-1] > target:
        return "underfitting"
    return "overfitting" if valid[-1] > 1.1 * valid.min() else "good fit"
    # END SOLUTION


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
    # BEGIN SOLUTION
    net.to(device)
    optimizer = torch.optim.SGD(net.parameters(), lr=step_size, momentum=0.9)
    curves: dict[str, list[float]] = {"train_loss": [], "valid_loss": [], "valid_accuracy": []}
    best = copy.deepcopy(net.state_dict())
    for epoch in range(epochs):
        curves["train_loss"].append(train_epoch(net, train_batches, optimizer, device))
        loss, accuracy = evaluate(net, valid_batches, device)
        curves["valid_loss"].append(loss)
        curves["valid_accuracy"].append(accuracy)
        if not math.isnan(loss) and best_epoch(curves["valid_loss"]) == epoch:
            # A copy: the state dict itself goes on changing with every step.
            best = copy.deepcopy(net.state_dict())
    net.load_state_dict(best)
    return curves
    # END SOLUTION
