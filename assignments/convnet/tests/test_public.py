"""The public tests of convnet: small cases whose numbers can be checked by hand."""

from typing import Any

import numpy as np
import pytest
from convnet import best_epoch, conv2d, diagnose, max_pool, output_size

from autograder import checks

IMAGE = np.arange(9.0).reshape(1, 1, 3, 3)
KERNEL = np.array([[[[1.0, 0.0], [0.0, -2.0]]]])


def assert_agrees(actual: Any, expected: Any) -> None:
    """Fail unless actual is an array of expected's shape, right to 1e-4 in each entry."""
    assert isinstance(actual, (np.ndarray, np.generic, list, float, int)), f"a {type(actual).__name__} came back"
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape, f"expected shape {expected.shape}, not {actual.shape}"
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-6)


@checks.probe
def shapes_of(channels: int, size: int, classes: int, width: int) -> Any:
    """Return the shapes of a ConvNet's parameters, a row each, filled up with zeros, and that of its logits."""
    import numpy as np
    import torch
    from convnet import ConvNet

    net = ConvNet(channels, size, classes, width)
    rows = [(*p.shape, 0, 0, 0, 0)[:4] for p in net.parameters()]
    return np.array(rows), np.array(net(torch.zeros(3, channels, size, size)).shape)


@checks.probe
def count_of_linear(inputs: int, outputs: int) -> Any:
    """Return count_parameters of a linear layer."""
    import torch
    from convnet import count_parameters

    return int(count_parameters(torch.nn.Linear(inputs, outputs)))


@checks.probe
def evaluate_nothing() -> Any:
    """Return what evaluate gives without a batch."""
    import torch
    from convnet import evaluate

    return evaluate(torch.nn.Linear(2, 2), [])


@checks.probe
def step_of_training(weight: Any, x: Any, y: Any, step_size: float) -> Any:
    """Return the loss of a pass over one batch, and the weight of a linear classifier after it."""
    import torch
    from convnet import train_epoch

    net = torch.nn.Linear(2, 2, bias=False)
    with torch.no_grad():
        net.weight.copy_(torch.as_tensor(weight))
    optimizer = torch.optim.SGD(net.parameters(), lr=step_size)
    loss = train_epoch(net, [(torch.as_tensor(x), torch.as_tensor(y))], optimizer)
    return float(loss), net.weight.detach().numpy().copy()


@checks.probe
def keys_of_fit(x: Any, y: Any) -> Any:
    """Return how many numbers fit gives under each key after two epochs of a linear classifier."""
    import torch
    from convnet import fit

    batches = [(torch.as_tensor(x), torch.as_tensor(y))]
    curves = fit(torch.nn.Linear(2, 2), batches, batches, 2, 0.1)
    return {key: len(curves[key]) for key in ("train_loss", "valid_loss", "valid_accuracy")}


@pytest.mark.points(2)
@pytest.mark.hint("How often can the window move on before it would leave the padded image? Plus its first place.")
def test_output_size_small() -> None:
    """A 5x5 kernel with padding 2 keeps 28, a pooling by 2 halves it, and a stride rounds down."""
    assert_agrees(
        [output_size(28, 5, 1, 2), output_size(28, 2, 2), output_size(7, 3, 3), output_size(5, 5)], [28, 14, 2, 1]
    )


@pytest.mark.points(3)
@pytest.mark.hint("Lay the kernel on the image as it is, without turning it around; add the bias once.")
def test_conv2d_small() -> None:
    """The kernel (1, 0; 0, -2) on the image 0 to 8 gives x - 2 times its neighbour at the lower right."""
    assert_agrees(conv2d(IMAGE, KERNEL, np.array([10.0])), [[[[2.0, 1.0], [-1.0, -2.0]]]])


@pytest.mark.points(2)
@pytest.mark.hint("Each window gives its largest number; the last row and column of a 3x3 image are left over.")
def test_max_pool_small() -> None:
    """The one whole 2x2 window of the image 0 to 8 has the maximum 4."""
    assert_agrees(max_pool(IMAGE), [[[[4.0]]]])


@pytest.mark.points(3)
@pytest.mark.hint(
    "Conv2d with padding 2, BatchNorm2d, ReLU and MaxPool2d, twice, then flatten and Linear: which side is left after "
    "two poolings?"
)
def test_convnet_shapes() -> None:
    """The parameters and the logits have the shapes that the handout lists."""
    parameters, logits = shapes_of(1, 8, 10, 2)
    expected = [(2, 1, 5, 5), (2, 0, 0, 0), (2, 0, 0, 0), (2, 0, 0, 0), (4, 2, 5, 5), (4, 0, 0, 0), (4, 0, 0, 0),
                (4, 0, 0, 0), (10, 16, 0, 0), (10, 0, 0, 0)]  # fmt: skip
    assert_agrees(parameters, expected)
    assert_agrees(logits, [3, 10])


@pytest.mark.points(1)
@pytest.mark.hint("Every parameter has numel() numbers.")
def test_count_parameters_small() -> None:
    """A linear layer from 3 to 2 has 8 parameters."""
    assert_agrees(count_of_linear(3, 2), 8)


@pytest.mark.points(1)
@pytest.mark.hint("zero_grad, the cross-entropy of the logits, backward, step; and the loss from before the step.")
def test_train_epoch_small() -> None:
    """From zero weights the loss is log 2, and one step of 0.5 on x = (1, 2) with label 1 moves by 0.25 x."""
    loss, weight = step_of_training(np.zeros((2, 2)), np.array([[1.0, 2.0]], dtype=np.float32), np.array([1]), 0.5)
    assert_agrees(loss, np.log(2.0))
    assert_agrees(weight, [[-0.25, -0.5], [0.25, 0.5]])


@pytest.mark.points(1)
@pytest.mark.hint("Raise ValueError where no batch holds an example: there is nothing to take a mean of.")
def test_evaluate_empty() -> None:
    """No batch at all makes evaluate raise ValueError."""
    checks.raises(ValueError, evaluate_nothing)


@pytest.mark.points(1)
@pytest.mark.hint("Find the lowest loss; the first epoch is 0.")
def test_best_epoch_small() -> None:
    """The lowest of 0.9, 0.5, 0.7 is that of epoch 1."""
    assert_agrees(best_epoch([0.9, 0.5, 0.7]), 1)


@pytest.mark.points(3)
@pytest.mark.hint(
    "First ask whether the last training loss is above target, then whether the validation loss came back up."
)
def test_diagnose_small() -> None:
    """One pair of curves of each kind."""
    assert diagnose([2.0, 1.5, 1.4], [2.1, 1.6, 1.5], 0.5) == "underfitting"
    assert diagnose([2.0, 0.5, 0.1], [2.1, 0.8, 1.3], 0.5) == "overfitting"
    assert diagnose([2.0, 0.5, 0.3], [2.1, 0.6, 0.6], 0.5) == "good fit"


@pytest.mark.points(1)
@pytest.mark.hint("One number an epoch under each of train_loss, valid_loss and valid_accuracy.")
def test_fit_keys() -> None:
    """Two epochs give two numbers under each key."""
    counts = keys_of_fit(np.array([[1.0, 2.0], [2.0, 1.0]], dtype=np.float32), np.array([0, 1]))
    assert counts == {"train_loss": 2, "valid_loss": 2, "valid_accuracy": 2}
