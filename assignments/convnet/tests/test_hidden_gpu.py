"""The hidden tests of convnet that need a GPU: put off where there is none.

The reference computes the same on the processor. What a probe returns has been brought back from the device, so that
work that is still under way there is waited for, or shows as wrong numbers.
"""

from typing import Any

import numpy as np
import pytest

from autograder import checks

MOST_MIB = 2048.0


@checks.probe
def fitted_on(device: str, parameters: Any, train: Any, valid: Any, epochs: int) -> Any:
    """Return the curves of fit for a small ConvNet, and its parameters and running means, from the device."""
    import torch
    from convnet import ConvNet, fit

    torch.backends.cudnn.allow_tf32 = False  # ten bits of precision would hide mistakes
    net = ConvNet(1, 8, 3, 2)
    with torch.no_grad():
        for parameter, value in zip(net.parameters(), parameters, strict=True):
            parameter.copy_(torch.as_tensor(value))
    batches = [
        list(zip(torch.as_tensor(x).split(8), torch.as_tensor(y).split(8), strict=True)) for x, y in (train, valid)
    ]
    curves = fit(net, *batches, epochs, 0.05, device)
    kept = tuple(value.detach().cpu().numpy().copy() for value in net.parameters())
    return [[float(value) for value in curves[key]] for key in ("train_loss", "valid_loss", "valid_accuracy")], kept


@checks.probe
def places(device: str, x: Any, y: Any) -> Any:
    """Return for train_epoch, evaluate and fit how many tensors are elsewhere, and how often the network was called.

    Where the processor stands in, the device is torch's meta, which computes shapes alone: what comes first there is
    seen, until a number is asked of it.
    """
    import torch
    from convnet import evaluate, fit, train_epoch

    device = device if device != "cpu" else "meta"
    kind = torch.device(device).type
    batches = list(zip(torch.as_tensor(x).split(8), torch.as_tensor(y).split(8), strict=True))
    elsewhere, seen = [], []

    class Watched(torch.nn.Linear):
        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            seen.append(rows.device.type != kind)
            return super().forward(rows)

    for name in ("train_epoch", "evaluate", "fit"):
        net = Watched(4, 3)
        seen.clear()
        try:
            if name == "train_epoch":
                net.to(device)
                train_epoch(net, batches, torch.optim.SGD(net.parameters(), lr=0.1), device)
            elif name == "evaluate":
                net.to(device)
                evaluate(net, batches, device)
            else:
                fit(net, batches, batches, 1, 0.1, device)
        except RuntimeError as error:
            if kind != "meta" or "meta" not in str(error):
                raise
        elsewhere.append(sum(seen) + sum(parameter.device.type != kind for parameter in net.parameters()))
        elsewhere.append(len(seen))
    return elsewhere


@checks.probe
def measured_on(device: str, x: Any, y: Any, repeats: int) -> Any:
    """Return loss and accuracy of a wide ConvNet over many batches, each of which needs room for its maps."""
    import torch
    from convnet import ConvNet, evaluate

    torch.backends.cudnn.allow_tf32 = False
    torch.manual_seed(0)
    net = ConvNet(1, 28, 10, 32).to(device)
    batch = torch.as_tensor(x), torch.as_tensor(y)
    loss, accuracy = evaluate(net, [batch] * repeats, device)
    return float(loss), float(accuracy)


def draw_problem(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw images (count, 1, 8, 8) whose label is the brightest third of their rows."""
    y = rng.integers(0, 3, size=count)
    x = rng.normal(size=(count, 1, 8, 8))
    for place, label in enumerate(y):
        x[place, 0, 2 * label : 2 * label + 3] += 1.0
    return x.astype(np.float32), y.astype(np.int64)


def draw_parameters(rng: np.random.Generator) -> list[np.ndarray]:
    """Draw the parameters of a ConvNet(1, 8, 3, 2), in the order that the handout lists."""
    shapes = [(2, 1, 5, 5), (2,), (2,), (2,), (4, 2, 5, 5), (4,), (4,), (4,), (3, 16), (3,)]
    parts = [rng.normal(size=shape) / np.sqrt(np.prod(shape[1:])) for shape in shapes]
    for scale in (2, 6):
        parts[scale] = rng.uniform(0.5, 1.5, size=shapes[scale])
    return [part.astype(np.float32) for part in parts]


@pytest.mark.points(4)
@pytest.mark.requires("test_train_epoch_steps")
@pytest.mark.gpu(count=1, memory_gib=1, cpu=True)
@pytest.mark.hint("Move the network in fit, and each batch in train_epoch and in evaluate: .to(device).")
def test_train_epoch_places(rng: np.random.Generator, device: str) -> None:
    """Network and batches are on the device in train_epoch, evaluate and fit."""
    x, y = rng.normal(size=(20, 4)).astype(np.float32), rng.integers(0, 3, size=20).astype(np.int64)
    found = places(device, x, y)
    for name, elsewhere, passes in zip(("train_epoch", "evaluate", "fit"), found[::2], found[1::2], strict=True):
        assert passes > 0, f"{name} never calls the network"
        assert elsewhere == 0, f"in {name} {elsewhere} tensors are not on the device"


@pytest.mark.points(4)
@pytest.mark.requires("test_fit_curves", "test_convnet_logits")
@pytest.mark.gpu(count=1, memory_gib=1, cpu=True)
@pytest.mark.hint("The device changes where it is computed, not what: the same batches, steps and best epoch.")
def test_fit_agrees_with_the_processor(rng: np.random.Generator, device: str) -> None:
    """Training there gives the curves and the network that it gives on the processor."""
    parameters, train, valid = draw_parameters(rng), draw_problem(rng, 20), draw_problem(rng, 12)
    expected = fitted_on.on_reference("cpu", parameters, train, valid, 3)
    actual = fitted_on(device, parameters, train, valid, 3)
    # sums in another order, through three epochs: a few digits of float32 are left
    checks.close(actual[0], expected[0], subject="the curves", rtol=1e-2, atol=1e-3)
    checks.close(actual[1], expected[1], subject="the parameters", rtol=1e-2, atol=2e-3)


@pytest.mark.points(4)
@pytest.mark.requires("test_evaluate_loss")
@pytest.mark.gpu(count=1, memory_gib=6)
@pytest.mark.hint(
    "Without torch.no_grad(), or with a loss that is summed as a tensor, each batch keeps its maps: .item()."
)
def test_evaluate_memory(rng: np.random.Generator, device: str) -> None:
    """Many batches need no more memory than one."""

    def draw() -> tuple[Any, ...]:
        x = rng.normal(size=(256, 1, 28, 28)).astype(np.float32)
        return device, x, rng.integers(0, 10, size=256).astype(np.int64), 60

    measured = checks.measure(measured_on, draw, repetitions=1, warm_up=1)
    for (_, x, y, _), actual in zip(measured.arguments, measured.results, strict=True):
        expected = measured_on.on_reference("cpu", x, y, 1)
        checks.close(actual[0], expected[0], subject="the loss", rtol=3e-4)
        checks.close(actual[1], expected[1], subject="the accuracy", atol=0.02)
    if measured.gpu_memory_mib is not None:
        assert measured.gpu_memory_mib <= MOST_MIB, "the device's memory fills up from batch to batch"
