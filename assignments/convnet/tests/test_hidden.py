"""The hidden tests of convnet: their inputs are drawn for each submission."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from convnet import ConvNet, best_epoch, conv2d, diagnose, max_pool, output_size

from autograder import checks

Arrays = list[np.ndarray]

# a few steps in float32: the order of sums may move the last digits
LOOSE = {"rtol": 1e-3, "atol": 1e-4}


# What goes in ----------------------------------------------------------------------------------------------


def draw_kernels(rng: np.random.Generator, channels: int, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw w (o, c, k, k), of no symmetry, and b (o,)."""
    maps = int(rng.integers(2, 4))
    return rng.normal(size=(maps, channels, side, side)), rng.normal(size=maps)


def draw_images(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Draw a batch of images of two or three channels."""
    return rng.normal(size=(int(rng.integers(2, 4)), int(rng.integers(2, 4)), height, width))


def draw_examples(rng: np.random.Generator, count: int, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Draw x (count, 4), float32, and labels that hang on it, each class at least once."""
    x = rng.normal(size=(count, 4)).astype(np.float32)
    y = np.argmax(x[:, :classes] + 0.3 * rng.normal(size=(count, classes)), axis=1)
    y[:classes] = np.arange(classes)
    return x, y.astype(np.int64)


def draw_layers(rng: np.random.Generator, hidden: int = 5, classes: int = 3) -> Arrays:
    """Draw the parameters of a small network, in their order: linear, batch normalisation, linear."""
    return [
        part.astype(np.float32)
        for part in (
            rng.normal(size=(hidden, 4)), rng.normal(size=hidden), rng.uniform(0.5, 1.5, size=hidden),
            rng.normal(size=hidden), rng.normal(size=(classes, hidden)), rng.normal(size=classes),
        )
    ]  # fmt: skip


def draw_parameters(rng: np.random.Generator, channels: int, size: int, classes: int, width: int) -> Arrays:
    """Draw the parameters of a ConvNet, in the order that the handout lists."""
    flat = 2 * width * (size // 4) ** 2
    shapes = [
        (width, channels, 5, 5), (width,), (width,), (width,),
        (2 * width, width, 5, 5), (2 * width,), (2 * width,), (2 * width,),
        (classes, flat), (classes,),
    ]  # fmt: skip
    parts = [rng.normal(size=shape) / np.sqrt(np.prod(shape[1:])) for shape in shapes]
    for scale in (2, 6):
        parts[scale] = rng.uniform(0.5, 1.5, size=shapes[scale])
    return [part.astype(np.float32) for part in parts]


# What runs beside the student's code -----------------------------------------------------------------------


@checks.probe
def logits_of(sizes: Any, parameters: Any, x: Any, passes: int) -> Any:
    """Return a ConvNet's logits in train mode and then, after so many passes in that mode, in eval mode."""
    import torch
    from convnet import ConvNet

    net = ConvNet(*sizes)
    with torch.no_grad():
        for parameter, value in zip(net.parameters(), parameters, strict=True):
            parameter.copy_(torch.as_tensor(value))
    images = torch.as_tensor(x)
    net.train()
    with torch.no_grad():
        in_training = net(images)
        for number in range(passes):
            net(images + number)
    net.eval()
    with torch.no_grad():
        in_use = net(images)
    return in_training.numpy().copy(), in_use.numpy().copy()


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
def after_training(layers: Any, x: Any, y: Any, size: int, step_size: float, passes: int) -> Any:
    """Return losses, parameters and running statistics after passes of train_epoch; the net begins in eval mode.

    Its gradients are not zero when it begins, and the batches can be gone through once a pass.
    """
    import torch
    from convnet import train_epoch

    first, last = torch.nn.Linear(4, len(layers[1])), torch.nn.Linear(len(layers[1]), len(layers[5]))
    norm = torch.nn.BatchNorm1d(len(layers[1]))
    net = torch.nn.Sequential(first, norm, torch.nn.ReLU(), last)
    with torch.no_grad():
        for parameter, value in zip(net.parameters(), layers, strict=True):
            parameter.copy_(torch.as_tensor(value))
    for parameter in net.parameters():
        parameter.grad = torch.ones_like(parameter)
    net.eval()
    optimizer = torch.optim.SGD(net.parameters(), lr=step_size)
    losses = []
    for _ in range(passes):
        parts = zip(torch.as_tensor(x).split(size), torch.as_tensor(y).split(size), strict=True)
        losses.append(float(train_epoch(net, parts, optimizer)))
    parameters = tuple(parameter.detach().numpy().copy() for parameter in net.parameters())
    return losses, parameters, [norm.running_mean.numpy().copy(), norm.running_var.numpy().copy()]


@checks.probe
def measured(layers: Any, x: Any, y: Any, size: int, normalised: int) -> Any:
    """Return loss and accuracy by evaluate, of a network in train mode, with batch normalisation or without."""
    import torch
    from convnet import evaluate

    first, last = torch.nn.Linear(4, len(layers[1])), torch.nn.Linear(len(layers[1]), len(layers[5]))
    norm = torch.nn.BatchNorm1d(len(layers[1]))
    middle = [norm, torch.nn.Dropout(0.5)] if normalised else [torch.nn.Identity()]
    net = torch.nn.Sequential(first, *middle, torch.nn.ReLU(), last)
    with torch.no_grad():
        for layer, weight, bias in ((first, layers[0], layers[1]), (norm, layers[2], layers[3]), (last, *layers[4:])):
            layer.weight.copy_(torch.as_tensor(weight))
            layer.bias.copy_(torch.as_tensor(bias))
    net.train()
    parts = zip(torch.as_tensor(x).split(size), torch.as_tensor(y).split(size), strict=True)
    loss, accuracy = evaluate(net, parts)
    return float(loss), float(accuracy)


@checks.probe
def traces_of_evaluation(layers: Any, x: Any, y: Any, size: int) -> Any:
    """Return what evaluate leaves behind in a network, and in how many passes gradients were recorded.

    Modes: whether it is in train mode afterwards, having been in it, and having been in eval mode. Gradients: how many
    parameters have one. Changes: the sums of how far parameters and running statistics are from before.
    """
    import numpy as np
    import torch
    from convnet import evaluate

    recorded = []

    class Watched(torch.nn.Linear):
        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            recorded.append(torch.is_grad_enabled() and not torch.is_inference_mode_enabled())
            return super().forward(rows)

    first, last = Watched(4, len(layers[1])), torch.nn.Linear(len(layers[1]), len(layers[5]))
    net = torch.nn.Sequential(first, torch.nn.BatchNorm1d(len(layers[1])), torch.nn.ReLU(), last)
    before = [value.clone() for value in net.state_dict().values()]
    modes = []
    for mode in (True, False):
        net.train(mode)
        evaluate(net, zip(torch.as_tensor(x).split(size), torch.as_tensor(y).split(size), strict=True))
        modes.append(float(net.training))
    changes = [float((one - other).abs().sum()) for one, other in zip(before, net.state_dict().values(), strict=True)]
    gradients = sum(parameter.grad is not None for parameter in net.parameters())
    return np.array(modes), gradients, np.array(changes), sum(recorded), len(recorded)


@checks.probe
def types_of_evaluation(x: Any, y: Any) -> Any:
    """Return whether loss and accuracy are floats, NumPy's too, as 1 or 0 each, and how many values came back."""
    import numpy as np
    import torch
    from convnet import evaluate

    result = evaluate(torch.nn.Linear(4, 3), [(torch.as_tensor(x), torch.as_tensor(y))])
    return np.array([float(isinstance(value, float)) for value in result]), len(result)


@checks.probe
def fitted(layers: Any, train: Any, valid: Any, size: int, epochs: int, step_size: float) -> Any:
    """Return the curves of fit, and the parameters and running statistics that are left in the network."""
    import torch
    from convnet import fit

    first, last = torch.nn.Linear(4, len(layers[1])), torch.nn.Linear(len(layers[1]), len(layers[5]))
    norm = torch.nn.BatchNorm1d(len(layers[1]))
    net = torch.nn.Sequential(first, norm, torch.nn.ReLU(), last)
    with torch.no_grad():
        for parameter, value in zip(net.parameters(), layers, strict=True):
            parameter.copy_(torch.as_tensor(value))
    batches = [
        list(zip(torch.as_tensor(x).split(size), torch.as_tensor(y).split(size), strict=True))
        for x, y in (train, valid)
    ]
    curves = fit(net, *batches, epochs, step_size)
    left = tuple(value.detach().numpy().copy() for value in (*net.parameters(), norm.running_mean, norm.running_var))
    return [[float(value) for value in curves[key]] for key in ("train_loss", "valid_loss", "valid_accuracy")], left


# output_size -----------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.hint(
    "floor((size + 2 padding - kernel) / stride) + 1: padding is on both sides, and the stride divides first."
)
def test_output_size_values(rng: np.random.Generator, reference: ModuleType) -> None:
    """The side is right for drawn sizes, kernels, strides and paddings."""
    for _ in range(8):
        kernel, stride, padding = (int(n) for n in rng.integers((2, 2, 1), (6, 5, 4)))
        size = kernel + int(rng.integers(1, 30))
        expected = reference.output_size(size, kernel, stride, padding)
        checks.close(output_size(size, kernel, stride, padding), expected, subject="output_size")


@pytest.mark.points(2)
@pytest.mark.requires("test_output_size_values")
@pytest.mark.hint("Keep the checks that the stub brings: ValueError where a window has no place.")
def test_output_size_errors(rng: np.random.Generator) -> None:
    """A kernel that does not fit, and sizes and strides under 1, make output_size raise ValueError."""
    size, padding = int(rng.integers(3, 9)), int(rng.integers(1, 3))
    wrong = [(size, size + 2 * padding + 1, 1, padding), (0, 1), (size, 0), (size, 2, 0), (size, 2, 1, -1)]
    for arguments in wrong:
        checks.raises(ValueError, output_size, *arguments)
    assert int(output_size(size, size + 2 * padding, 1, padding)) == 1, "a kernel as large as the padded image fits"


# conv2d ----------------------------------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.hint(
    "Each output is the sum over channels and window of image times kernel, plus the bias of its map; the kernel lies "
    "on the image as it is, not turned around."
)
def test_conv2d_values(rng: np.random.Generator, reference: ModuleType) -> None:
    """Without padding and with stride 1, the maps are right."""
    x = draw_images(rng, 6, 6)
    w, b = draw_kernels(rng, x.shape[1], 3)
    expected = reference.conv2d(x, w, b)
    checks.close(conv2d(x, w, b), expected, subject="conv2d", atol=1e-5)


@pytest.mark.points(4)
@pytest.mark.requires("test_conv2d_values")
@pytest.mark.hint("Zeros go on all four sides; the window moves on by stride rows and by stride columns.")
def test_conv2d_stride_and_padding(rng: np.random.Generator, reference: ModuleType) -> None:
    """Strides and paddings, by themselves and together, give the right maps."""
    x = draw_images(rng, 7, 7)
    w, b = draw_kernels(rng, x.shape[1], 3)
    for stride, padding in ((2, 0), (1, 2), (3, 1)):
        expected = reference.conv2d(x, w, b, stride, padding)
        checks.close(conv2d(x, w, b, stride, padding), expected, subject="conv2d", atol=1e-5)


@pytest.mark.points(1)
@pytest.mark.requires("test_conv2d_values")
@pytest.mark.hint("Rows and columns are counted apart: an image need not be square.")
def test_conv2d_not_square(rng: np.random.Generator, reference: ModuleType) -> None:
    """An image that is not square, and one single window, give the right maps."""
    for height, width, stride in ((5, 8, 1), (8, 5, 2), (3, 3, 1)):
        x = draw_images(rng, height, width)
        w, b = draw_kernels(rng, x.shape[1], 3)
        expected = reference.conv2d(x, w, b, stride)
        checks.close(conv2d(x, w, b, stride), expected, subject="conv2d", atol=1e-5)


@pytest.mark.points(1)
@pytest.mark.requires("test_conv2d_values")
@pytest.mark.hint("Keep the checks that the stub brings: raise ValueError unless the shapes fit.")
def test_conv2d_errors(rng: np.random.Generator) -> None:
    """Shapes that do not fit, and a kernel larger than the image, make conv2d raise ValueError."""
    x = draw_images(rng, 5, 5)
    w, b = draw_kernels(rng, x.shape[1], 3)
    for arguments in (
        (x[0], w, b),
        (x[:, 1:], w, b),
        (x, w[:, :, 1:], b),
        (x, w, b[1:]),
        (x[:, :, :2], w, b),
    ):
        checks.raises(ValueError, conv2d, *arguments)


@pytest.mark.points(1)
@pytest.mark.requires("test_conv2d_values")
@pytest.mark.hint("Write into a new array, not into the image or the kernel.")
def test_conv2d_leaves_its_arguments(rng: np.random.Generator) -> None:
    """The arguments are the same after conv2d as before."""
    x = draw_images(rng, 6, 6)
    arguments = (x, *draw_kernels(rng, x.shape[1], 3))
    before = [argument.copy() for argument in arguments]
    conv2d(*arguments, 1, 1)
    for name, argument, copy in zip("xwb", arguments, before, strict=True):
        assert np.array_equal(argument, copy), f"{name} was changed"


# max_pool --------------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.hint("Each window gives its largest number, by itself for each image and channel.")
def test_max_pool_values(rng: np.random.Generator, reference: ModuleType) -> None:
    """The maxima of 2x2 windows are right, of images of numbers of both signs and of negative ones alone."""
    x = draw_images(rng, 6, 8)
    for images in (x, -np.abs(x) - 0.5):
        checks.close(max_pool(images), reference.max_pool(images), subject="max_pool")


@pytest.mark.points(2)
@pytest.mark.requires("test_max_pool_values")
@pytest.mark.hint("Windows of size x size; rows and columns that fill no window are dropped.")
def test_max_pool_left_over(rng: np.random.Generator, reference: ModuleType) -> None:
    """Larger windows, and rows and columns that are left over, are right."""
    for height, width, size in ((7, 5, 2), (9, 9, 3), (8, 7, 3), (5, 6, 4), (3, 4, 1)):
        x = draw_images(rng, height, width)
        checks.close(max_pool(x, size), reference.max_pool(x, size), subject="max_pool")


# ConvNet ---------------------------------------------------------------------------------------------------


@pytest.mark.points(5)
@pytest.mark.requires("test_convnet_shapes")
@pytest.mark.hint(
    "Convolution, batch normalisation, ReLU, pooling, in this order and twice, then the linear layer, and nothing "
    "after it: a softmax is in the loss already."
)
def test_convnet_logits(rng: np.random.Generator) -> None:
    """With given parameters the logits in train mode are right."""
    sizes = [int(rng.integers(1, 4)), 8, int(rng.integers(3, 6)), int(rng.integers(2, 4))]
    parameters = draw_parameters(rng, *sizes)
    x = rng.normal(size=(5, sizes[0], 8, 8)).astype(np.float32)
    expected, _ = logits_of.on_reference(sizes, parameters, x, 0)
    actual, _ = logits_of(sizes, parameters, x, 0)
    checks.close(actual, expected, subject="the logits in train mode", **LOOSE)


@pytest.mark.points(4)
@pytest.mark.requires("test_convnet_logits")
@pytest.mark.hint("Batch normalisation keeps running means and variances in train mode, and uses them in eval mode.")
def test_convnet_in_eval_mode(rng: np.random.Generator) -> None:
    """After some passes in train mode the logits in eval mode are right."""
    sizes = [2, 8, int(rng.integers(3, 6)), 2]
    parameters = draw_parameters(rng, *sizes)
    x = (1.0 + rng.normal(size=(4, 2, 8, 8))).astype(np.float32)
    _, expected = logits_of.on_reference(sizes, parameters, x, 3)
    _, actual = logits_of(sizes, parameters, x, 3)
    checks.close(actual, expected, subject="the logits in eval mode", **LOOSE)


@pytest.mark.points(2)
@pytest.mark.requires("test_convnet_shapes")
@pytest.mark.hint("The linear layer's inputs are 2 width (size / 4)^2, whatever size, width and channels are.")
def test_convnet_other_sizes(rng: np.random.Generator) -> None:
    """Parameters and logits have the right shapes for other channels, sizes, classes and widths, and by default."""
    drawn = (int(rng.integers(2, 5)), 4 * int(rng.integers(1, 5)), int(rng.integers(2, 8)), int(rng.integers(1, 5)))
    for sizes in (drawn, (1, 28, 10, 16)):
        parameters, logits = shapes_of(*sizes)
        expected_parameters, expected_logits = shapes_of.on_reference(*sizes)
        checks.close(parameters, expected_parameters, subject="the parameters' shapes")
        checks.close(logits, expected_logits, subject="the logits' shape")


@pytest.mark.points(2)
@pytest.mark.requires("test_convnet_shapes")
@pytest.mark.hint("Keep the checks that the stub brings: two poolings by 2 need a side that 4 divides.")
def test_convnet_errors(rng: np.random.Generator) -> None:
    """A side that is no multiple of 4 makes ConvNet raise ValueError."""
    for left in (1, 2, 3):
        checks.raises(ValueError, ConvNet, 1, 4 * int(rng.integers(1, 6)) + left, 10, 2)


# count_parameters ------------------------------------------------------------------------------------------


@checks.probe
def counted(inputs: int, hidden: int) -> Any:
    """Return the counts of a network with running statistics, and of the same with its first layer frozen."""
    import torch
    from convnet import count_parameters

    net = torch.nn.Sequential(torch.nn.Linear(inputs, hidden), torch.nn.BatchNorm1d(hidden), torch.nn.Linear(hidden, 3))
    whole = count_parameters(net)
    for parameter in net[0].parameters():
        parameter.requires_grad_(requires_grad=False)
    return int(whole), int(count_parameters(net))


@pytest.mark.points(3)
@pytest.mark.hint("What training changes: parameters() with requires_grad, and no running statistics.")
def test_count_parameters_trainable(rng: np.random.Generator) -> None:
    """Frozen parameters and running statistics do not count."""
    sizes = (int(rng.integers(2, 7)), int(rng.integers(2, 7)))
    checks.close(counted(*sizes), counted.on_reference(*sizes), subject="the counts")


# train_epoch -----------------------------------------------------------------------------------------------


@pytest.mark.points(5)
@pytest.mark.hint(
    "For each batch: zero_grad before backward, or gradients of earlier batches pile up; the cross-entropy of the "
    "logits as they are, which is a mean over the batch; backward; step."
)
def test_train_epoch_steps(rng: np.random.Generator) -> None:
    """After two passes over batches of one size the parameters are right, and so are the losses."""
    layers, (x, y) = draw_layers(rng), draw_examples(rng, 20)
    losses, expected, _ = after_training.on_reference(layers, x, y, 5, 0.1, 2)
    said, actual, _ = after_training(layers, x, y, 5, 0.1, 2)
    checks.close(actual, expected, subject="the parameters after training", **LOOSE)
    checks.close(said, losses, subject="the losses of batches of one size", **LOOSE)


@pytest.mark.points(3)
@pytest.mark.requires("test_train_epoch_steps")
@pytest.mark.hint("A mean over examples: a smaller last batch counts less than the others.")
def test_train_epoch_loss(rng: np.random.Generator) -> None:
    """The mean loss of a pass is right where the last batch is smaller."""
    layers, (x, y) = draw_layers(rng), draw_examples(rng, 14)
    x[12:] *= 4.0  # the small batch has other losses than the rest
    y[12:] = (np.argmax(x[12:, :3], axis=1) + 1) % 3
    expected, _, _ = after_training.on_reference(layers, x, y, 6, 0.05, 2)
    actual, _, _ = after_training(layers, x, y, 6, 0.05, 2)
    checks.close(actual, expected, subject="the losses", **LOOSE)


@pytest.mark.points(2)
@pytest.mark.requires("test_train_epoch_steps")
@pytest.mark.hint("A network may come in eval mode: put it into train mode before the first batch.")
def test_train_epoch_mode(rng: np.random.Generator) -> None:
    """The running statistics are those of a network in train mode."""
    layers, (x, y) = draw_layers(rng), draw_examples(rng, 12)
    _, _, expected = after_training.on_reference(layers, x, y, 4, 0.05, 1)
    _, _, actual = after_training(layers, x, y, 4, 0.05, 1)
    checks.close(actual, expected, subject="the running statistics", **LOOSE)


@pytest.mark.points(1)
@pytest.mark.requires("test_train_epoch_steps")
@pytest.mark.hint("Raise ValueError where there is no example: 0 / 0 is no loss.")
def test_train_epoch_empty() -> None:
    """A pass without a batch makes train_epoch raise ValueError."""
    checks.raises(ValueError, empty_pass)


@checks.probe
def empty_pass() -> Any:
    """Train for a pass without a batch."""
    import torch
    from convnet import train_epoch

    net = torch.nn.Linear(4, 3)
    return float(train_epoch(net, [], torch.optim.SGD(net.parameters(), lr=0.1)))


# evaluate --------------------------------------------------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.hint("The mean cross-entropy over all examples: not over batches, of which the last is smaller.")
def test_evaluate_loss(rng: np.random.Generator) -> None:
    """The mean loss is right where the last batch is smaller."""
    layers, (x, y) = draw_layers(rng), draw_examples(rng, 17)
    x[15:] *= 5.0
    y[15:] = (np.argmax(x[15:, :3], axis=1) + 1) % 3
    expected, _ = measured.on_reference(layers, x, y, 5, 0)
    actual, _ = measured(layers, x, y, 5, 0)
    checks.close(actual, expected, subject="the loss", **LOOSE)


@pytest.mark.points(2)
@pytest.mark.hint("The share of examples whose largest logit is that of their label, between 0 and 1.")
def test_evaluate_accuracy(rng: np.random.Generator) -> None:
    """The share of right answers is right where the last batch is smaller."""
    layers, (x, y) = draw_layers(rng), draw_examples(rng, 25)
    _, expected = measured.on_reference(layers, x, y, 8, 0)
    _, actual = measured(layers, x, y, 8, 0)
    checks.close(actual, expected, subject="the accuracy", **LOOSE)


@pytest.mark.points(2)
@pytest.mark.requires("test_evaluate_loss")
@pytest.mark.hint("net.eval(): dropout is off, and batch normalisation uses what it learned, not this batch.")
def test_evaluate_in_eval_mode(rng: np.random.Generator) -> None:
    """A network with batch normalisation and dropout, in train mode, is measured in eval mode."""
    layers, (x, y) = draw_layers(rng), draw_examples(rng, 17)
    expected = measured.on_reference(layers, x, y, 5, 1)
    checks.close(measured(layers, x, y, 5, 1), expected, subject="loss and accuracy", **LOOSE)


@pytest.mark.points(1)
@pytest.mark.requires("test_evaluate_loss")
@pytest.mark.hint("Remember net.training, and restore it: a network that came in eval mode stays there.")
def test_evaluate_leaves_the_net(rng: np.random.Generator) -> None:
    """The mode is restored, and no parameter, gradient or running statistic is changed."""
    layers, (x, y) = draw_layers(rng), draw_examples(rng, 12)
    modes, gradients, changes, _, _ = traces_of_evaluation(layers, x, y, 5)
    assert modes[0] > 0.5, "a network in train mode is in eval mode afterwards"
    assert modes[1] < 0.5, "a network in eval mode is in train mode afterwards"
    assert gradients == 0, f"{gradients} parameters have a gradient afterwards"
    assert np.all(changes == 0.0), "the network was changed"


@pytest.mark.points(1)
@pytest.mark.requires("test_evaluate_loss")
@pytest.mark.hint(
    "with torch.no_grad(): nothing is differentiated here, and the graph of every batch would be kept; .item()."
)
def test_evaluate_without_gradients(rng: np.random.Generator) -> None:
    """No gradient is recorded, and two Python floats come back."""
    layers, (x, y) = draw_layers(rng), draw_examples(rng, 12)
    *_, recorded, _ = traces_of_evaluation(layers, x, y, 5)
    assert recorded == 0, f"gradients were recorded in {recorded} passes"
    are_floats, count = types_of_evaluation(x, y)
    assert count == 2, f"{count} values came back"
    assert np.all(are_floats > 0.5), "loss and accuracy must be Python floats"


# best_epoch ------------------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.hint("Of equal losses the earliest epoch wins.")
def test_best_epoch_ties(rng: np.random.Generator, reference: ModuleType) -> None:
    """The earliest of the lowest losses is found, wherever it stands."""
    for _ in range(4):
        losses = rng.integers(1, 4, size=9) / 4.0
        checks.close(best_epoch(losses), reference.best_epoch(losses), subject="best_epoch")


@pytest.mark.points(1)
@pytest.mark.requires("test_best_epoch_ties")
@pytest.mark.hint("NaN compares with nothing, and argmin takes it for the smallest: look at the others alone.")
def test_best_epoch_nan(rng: np.random.Generator, reference: ModuleType) -> None:
    """A loss that is NaN is never the lowest, first or later."""
    losses = rng.uniform(0.5, 2.0, size=7)
    for place in (0, int(rng.integers(1, 7))):
        broken = losses.copy()
        broken[place] = np.nan
        checks.close(best_epoch(broken), reference.best_epoch(broken), subject="best_epoch")


@pytest.mark.points(1)
@pytest.mark.requires("test_best_epoch_ties")
@pytest.mark.hint("No epoch, and nothing but NaN, have no best: ValueError.")
def test_best_epoch_errors() -> None:
    """No epoch, and nothing but NaN, make best_epoch raise ValueError."""
    for losses in ([], [np.nan, np.nan]):
        checks.raises(ValueError, best_epoch, losses)


# diagnose --------------------------------------------------------------------------------------------------


def draw_curves(rng: np.random.Generator, last: float, back: float) -> tuple[Any, Any]:
    """Draw falling curves: training ends at the loss `last`, validation at `back` times its lowest loss before."""
    epochs = int(rng.integers(5, 9))
    train = np.append(last + np.sort(rng.uniform(0.1, 2.0, size=epochs - 1))[::-1], last)
    valid = last + np.sort(rng.uniform(0.3, 2.0, size=epochs))[::-1]
    valid[-1] = back * valid[:-1].min()
    return train, valid


@pytest.mark.points(3)
@pytest.mark.hint(
    "The last training loss against target decides first; then the last validation loss against 1.1 times the lowest "
    "one of its own curve."
)
def test_diagnose_kinds(rng: np.random.Generator, reference: ModuleType) -> None:
    """Drawn curves of each kind are named, underfitting first."""
    for last, back in ((0.9, 1.0), (0.9, 1.4), (0.2, 1.25), (0.2, 1.05), (0.2, 0.9), (0.45, 1.15)):
        scale = float(rng.choice([0.1, 10.0]))
        train, valid = (scale * curve for curve in draw_curves(rng, last, back))
        expected, said = reference.diagnose(train, valid, 0.5 * scale), diagnose(train, valid, 0.5 * scale)
        assert isinstance(said, str), f"a {type(said).__name__} came back"
        assert said == expected, "these curves are read otherwise"


@pytest.mark.points(1)
@pytest.mark.requires("test_diagnose_kinds")
@pytest.mark.hint("Above means above: a loss equal to target, or to 1.1 times the lowest, is not.")
def test_diagnose_boundaries(rng: np.random.Generator, reference: ModuleType) -> None:
    """A training loss that equals target is good enough; one epoch is a curve."""
    target = float(rng.integers(1, 9)) / 8
    for train, valid in (([2.0, target], [2.0, 1.0]), ([target], [1.0]), ([target + 1.0], [1.0])):
        assert diagnose(train, valid, target) == reference.diagnose(train, valid, target), (
            "these curves are read otherwise"
        )


@pytest.mark.points(1)
@pytest.mark.requires("test_diagnose_kinds")
@pytest.mark.hint("Keep the checks that the stub brings: equal lengths, at least one epoch, finite numbers.")
def test_diagnose_errors(rng: np.random.Generator) -> None:
    """Curves of different lengths, empty ones, and what is not finite make diagnose raise ValueError."""
    train, valid = draw_curves(rng, 0.2, 1.0)
    broken = np.where(np.arange(len(train)) == 2, np.inf, train)
    for arguments in (
        (train[1:], valid, 0.5),
        ([], [], 0.5),
        (broken, valid, 0.5),
        (train, broken, 0.5),
    ):
        checks.raises(ValueError, diagnose, *arguments)


# fit -------------------------------------------------------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.hint("SGD with momentum 0.9, one train_epoch and then one evaluate an epoch, on the validation batches.")
def test_fit_curves(rng: np.random.Generator) -> None:
    """The three curves are right."""
    layers, train, valid = draw_layers(rng), draw_examples(rng, 22), draw_examples(rng, 13)
    expected, _ = fitted.on_reference(layers, train, valid, 6, 4, 0.05)
    actual, _ = fitted(layers, train, valid, 6, 4, 0.05)
    checks.close(actual, expected, subject="the curves", **LOOSE)


@pytest.mark.points(3)
@pytest.mark.requires("test_fit_curves")
@pytest.mark.hint(
    "Keep a copy of the best epoch's state (copy.deepcopy): state_dict() gives the tensors themselves, which go on "
    "changing; and load it at the end."
)
def test_fit_keeps_the_best(rng: np.random.Generator) -> None:
    """The network is left as it was after its best epoch, running statistics too."""
    for _ in range(20):
        layers, train = draw_layers(rng), draw_examples(rng, 18)
        layers[4], layers[5] = 0.1 * layers[4], 0.0 * layers[5]  # it begins undecided
        x, y = draw_examples(rng, 12)
        valid = (x, (y + 1) % 3)  # what is learned is wrong there, so that an early epoch is nearly always the best
        (_, losses, _), left = fitted.on_reference(layers, train, valid, 6, 5, 0.1)
        if losses[-1] > 1.02 * min(losses):
            break
    _, actual = fitted(layers, train, valid, 6, 5, 0.1)
    checks.close(actual, left, subject="the network after fit", **LOOSE)


@pytest.mark.points(1)
@pytest.mark.requires("test_fit_curves")
@pytest.mark.hint("Keep the checks that the stub brings: at least one epoch, and a positive step size.")
def test_fit_errors(rng: np.random.Generator) -> None:
    """No epoch, and step sizes that are not positive, make fit raise ValueError."""
    for epochs, step_size in ((0, 0.1), (-int(rng.integers(1, 4)), 0.1), (2, 0.0), (2, -float(rng.uniform(0.1, 1.0)))):
        checks.raises(ValueError, fit_of_linear, epochs, step_size)


@checks.probe
def fit_of_linear(epochs: int, step_size: float) -> Any:
    """Return the training losses of a linear classifier."""
    import torch
    from convnet import fit

    batches = [(torch.zeros(2, 4), torch.zeros(2, dtype=torch.int64))]
    return fit(torch.nn.Linear(4, 3), batches, batches, epochs, step_size)["train_loss"]
