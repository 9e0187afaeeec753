"""The hidden tests of mlp_xor: their inputs are drawn for each submission."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from mlp_xor import XORNet, backward, best_linear_fit, elu, forward, gelu, leaky_relu, relu, softplus, train

from autograder import checks

Parameters = tuple[np.ndarray, np.ndarray, np.ndarray, float]
NAMES = ("dW", "dc", "dw", "db")


# What comes back -------------------------------------------------------------------------------------------


def as_parts(result: Any, count: int) -> tuple[Any, ...]:
    """Return a result's parts; fail unless it is a tuple or list of so many."""
    assert isinstance(result, (tuple, list)), f"a {type(result).__name__} came back"
    assert len(result) == count, f"{len(result)} values came back"
    return tuple(result)


def state_of(net: Any) -> dict[str, np.ndarray]:
    """Return a network's state as arrays; fail if it has none."""
    state = net.state_dict()
    assert isinstance(state, dict), f"state_dict gave a {type(state).__name__}"
    assert state, "the network has no parameters"
    return {name: np.asarray(tensor.detach()) for name, tensor in state.items()}


def differ(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    """Say whether two states of one network differ by more than rounding."""
    gaps = [np.abs(one[name] - other[name]).max() for name in one if one[name].dtype.kind == "f"]
    return bool(max(gaps) > 1e-5)


def distance(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> float:
    """Return the Euclidean distance of two states of one network."""
    return float(np.sqrt(sum(np.sum((one[name] - other[name]) ** 2) for name in one if one[name].dtype.kind == "f")))


# What goes in ----------------------------------------------------------------------------------------------


def draw_signed(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw numbers of both signs, none small."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.5, 1.5, size=shape)


def draw_network(rng: np.random.Generator, hidden: int) -> Parameters:
    """Draw W (2, h), c (h,), w (h,) and b."""
    return rng.normal(size=(2, hidden)), 0.5 * rng.normal(size=hidden), draw_signed(rng, hidden), float(rng.normal())


def draw_problem(rng: np.random.Generator) -> tuple[Parameters, np.ndarray, np.ndarray]:
    """Draw a network of h > 2 hidden units, X (n, 2) with n > h, and targets y (n,)."""
    hidden = int(rng.integers(3, 7))
    n = hidden + int(rng.integers(3, 8))
    return draw_network(rng, hidden), rng.normal(size=(n, 2)), rng.normal(size=n)


def draw_one(rng: np.random.Generator) -> tuple[Parameters, np.ndarray, np.ndarray]:
    """Draw one example and one hidden unit, which it turns on, and a target that is not met."""
    W, _, w, b = draw_network(rng, 1)
    X = rng.normal(size=(1, 2))
    c = rng.uniform(0.5, 1.5) - (X @ W)[0]
    return (W, c, w, b), X, np.maximum(X @ W + c, 0.0) @ w + b + draw_signed(rng, 1)


def draw_matrix(rng: np.random.Generator) -> np.ndarray:
    """Draw a matrix of numbers of both signs, from near 0 to about 5, and one 0."""
    z = rng.normal(scale=2.0, size=tuple(rng.integers(5, 8, size=2)))
    z[tuple(rng.integers(5, size=2))] = 0.0
    return z


def check_numbers(function: Callable[..., Any], expected: Callable[..., Any], rng: np.random.Generator) -> None:
    """Fail unless an activation is right for a positive and for a negative number, and gives a number."""
    for z in (float(rng.uniform(0.5, 3.0)), -float(rng.uniform(0.5, 3.0))):
        checks.close(function(z), expected(z), subject="the result for a number")


def check_large(function: Callable[..., Any], expected: Callable[..., Any], rng: np.random.Generator) -> None:
    """Fail unless an activation is right near 1000 and near -1000."""
    high = 1000.0 + rng.normal(size=4)
    checks.close(function(high), expected(high), subject="the result near 1000")
    checks.close(function(-high), expected(-high), subject="the result near -1000", atol=1e-5)


# forward ---------------------------------------------------------------------------------------------------


@pytest.mark.points(6)
@pytest.mark.hint(
    "X W + c, then relu, then the product with w, then b: without relu the network is linear, and c belongs inside it."
)
def test_forward_values(rng: np.random.Generator, reference: ModuleType) -> None:
    """The network's outputs are right, one an example."""
    parameters, X, _ = draw_problem(rng)
    expected = reference.forward(parameters, X)
    checks.close(forward(parameters, X), expected, subject="forward", atol=1e-5)


@pytest.mark.points(2)
@pytest.mark.requires("test_forward_values")
@pytest.mark.hint("One example gives shape (1,), and one hidden unit is a W of shape (2, 1): no squeeze, no (n, 1).")
def test_forward_one(rng: np.random.Generator, reference: ModuleType) -> None:
    """The output is right for one example, and for one hidden unit."""
    parameters, X, _ = draw_problem(rng)
    one_unit, _, _ = draw_one(rng)
    for network, rows in ((parameters, X[:1]), (one_unit, X), (one_unit, X[:1])):
        expected = reference.forward(network, rows)
        checks.close(forward(network, rows), expected, subject="forward", atol=1e-5)


@pytest.mark.points(1)
@pytest.mark.requires("test_forward_values")
@pytest.mark.hint("Keep the checks that the stub brings: raise ValueError for no examples and unless the shapes fit.")
def test_forward_errors(rng: np.random.Generator) -> None:
    """An empty batch and shapes that do not fit make forward raise ValueError."""
    (W, c, w, b), X, _ = draw_problem(rng)
    for parameters, rows in (((W, c, w, b), X[:0]), ((W, c[1:], w, b), X), ((W, c, w[1:], b), X), ((W, c, w, b), X[0])):
        checks.raises(ValueError, forward, parameters, rows)


# backward --------------------------------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.hint(
    "The error of an example is 2 (output - y) / n; db is the sum of the errors, dw that of errors times hidden units."
)
def test_backward_output_layer(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradients in w and b are right."""
    parameters, X, y = draw_problem(rng)
    expected = reference.backward(parameters, X, y)
    _, _, dw, db = as_parts(backward(parameters, X, y), 4)
    checks.close(dw, expected[2], subject="dw", n=len(X), atol=1e-5)
    checks.close(db, expected[3], subject="db", n=len(X), atol=1e-5)


@pytest.mark.points(4)
@pytest.mark.hint(
    "c is added for every example: dc sums over the examples (axis 0) and has the shape of c. Where relu's argument is "
    "negative, nothing comes through."
)
def test_backward_hidden_biases(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradient in c is right and has the shape of c."""
    parameters, X, y = draw_problem(rng)
    expected = reference.backward(parameters, X, y)
    _, dc, _, _ = as_parts(backward(parameters, X, y), 4)
    checks.close(dc, expected[1], subject="dc", n=len(X), atol=1e-5)


@pytest.mark.points(5)
@pytest.mark.hint(
    "An example's gradient in W is its x times what reaches each hidden unit: error times w, where relu's argument is "
    "positive; X is transposed so that dW is (2, h)."
)
def test_backward_hidden_weights(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradient in W is right and has the shape of W."""
    parameters, X, y = draw_problem(rng)
    expected = reference.backward(parameters, X, y)
    dW, _, _, _ = as_parts(backward(parameters, X, y), 4)
    checks.close(dW, expected[0], subject="dW", n=len(X), atol=1e-5)


@pytest.mark.points(2)
@pytest.mark.requires("test_backward_hidden_biases", "test_backward_hidden_weights")
@pytest.mark.hint(
    "The derivative of relu at 0 is 0: where its argument is exactly 0, nothing comes through (>, not >=)."
)
def test_backward_at_the_kink(rng: np.random.Generator, reference: ModuleType) -> None:
    """Where a hidden unit is exactly at 0, no gradient comes through it."""
    # small whole numbers, so that each unit is exactly at 0 for one of the examples
    hidden = int(rng.integers(3, 6))
    X = rng.permutation([[1.0, 2.0], [2.0, -1.0], [-1.0, 1.0], [3.0, 1.0], [-2.0, -1.0], [1.0, -3.0]])
    W, w = rng.integers(1, 4, size=(2, hidden)).astype(np.float64), draw_signed(rng, hidden)
    c = -(X[rng.integers(len(X), size=hidden)] * W.T).sum(axis=1)
    b = float(rng.normal())
    y = np.maximum(X @ W + c, 0.0) @ w + b + draw_signed(rng, len(X))
    expected = reference.backward((W, c, w, b), X, y)
    checks.close(as_parts(backward((W, c, w, b), X, y), 4), expected, names=NAMES, n=len(X), atol=1e-5)


@pytest.mark.points(1)
@pytest.mark.requires("test_backward_output_layer", "test_backward_hidden_biases", "test_backward_hidden_weights")
@pytest.mark.hint("With one example and one hidden unit too, dW is (2, 1), dc and dw are (1,), and db is a number.")
def test_backward_one(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradients of one example and one hidden unit are right."""
    parameters, X, y = draw_one(rng)
    expected = reference.backward(parameters, X, y)
    checks.close(as_parts(backward(parameters, X, y), 4), expected, names=NAMES, atol=1e-5)


@pytest.mark.points(1)
@pytest.mark.requires("test_backward_output_layer")
@pytest.mark.hint("Keep the checks that the stub brings: raise ValueError for no examples and unless the shapes fit.")
def test_backward_errors(rng: np.random.Generator) -> None:
    """An empty batch and shapes that do not fit make backward raise ValueError."""
    parameters, X, y = draw_problem(rng)
    for wrong in ((parameters, X[:0], y[:0]), (parameters, X, y[:-1]), ((parameters[0][:1], *parameters[1:]), X, y)):
        checks.raises(ValueError, backward, *wrong)


# best_linear_fit -------------------------------------------------------------------------------------------


@pytest.mark.points(5)
@pytest.mark.hint(
    "w and b are found together: a column of ones for b, then least squares; w without b, or b after w, is not it."
)
def test_best_linear_fit_values(rng: np.random.Generator, reference: ModuleType) -> None:
    """The fit minimises the mean squared error over w and b together."""
    features = int(rng.integers(2, 5))
    X = rng.normal(size=(features + int(rng.integers(6, 12)), features)) + draw_signed(rng, features)
    y = X @ draw_signed(rng, features) + float(draw_signed(rng)) + 0.3 * rng.normal(size=len(X))
    expected = reference.best_linear_fit(X, y)
    checks.close(as_parts(best_linear_fit(X, y), 2), expected, names=("w", "b"), atol=1e-4)


@pytest.mark.points(2)
@pytest.mark.requires("test_best_linear_fit_values")
@pytest.mark.hint(
    "X^T X has no inverse there: use least squares by SVD (np.linalg.lstsq, or pinv) in place of solve or inv."
)
def test_best_linear_fit_rank_deficient(rng: np.random.Generator, reference: ModuleType) -> None:
    """Where the columns depend on each other, or examples are few, the fit is one of the best."""
    column = rng.permutation(np.arange(-3.0, 4.0))
    other = rng.integers(-3, 4, size=7).astype(np.float64)
    dependent = np.column_stack([column, other, 2.0 * column, np.full(7, 2.0)])
    few = rng.normal(size=(2, 3))
    for X in (dependent, few):
        y = rng.normal(size=len(X))
        w, b = reference.best_linear_fit(X, y)
        expected = X @ w + b
        w, b = as_parts(best_linear_fit(X, y), 2)
        checks.shape(w, (X.shape[1],), subject="w")
        checks.shape(b, (), subject="b")
        fitted = X @ np.asarray(w, dtype=np.float64) + float(b)
        checks.close(fitted, expected, subject="the fitted X w + b", atol=1e-3)


@pytest.mark.points(1)
@pytest.mark.requires("test_best_linear_fit_values")
@pytest.mark.hint("With one feature w still has shape (1,), and b is a number.")
def test_best_linear_fit_one_feature(rng: np.random.Generator, reference: ModuleType) -> None:
    """The fit of one feature is right."""
    X = rng.normal(size=(8, 1))
    y = X[:, 0] + rng.normal(size=8)
    expected = reference.best_linear_fit(X, y)
    checks.close(as_parts(best_linear_fit(X, y), 2), expected, names=("w", "b"), atol=1e-4)


@pytest.mark.points(1)
@pytest.mark.requires("test_best_linear_fit_values")
@pytest.mark.hint("Keep the checks that the stub brings: raise ValueError for no examples and unless y fits X.")
def test_best_linear_fit_errors(rng: np.random.Generator) -> None:
    """An empty batch and a y of another length make best_linear_fit raise ValueError."""
    X, y = rng.normal(size=(6, 2)), rng.normal(size=6)
    checks.raises(ValueError, best_linear_fit, X[:0], y[:0])
    checks.raises(ValueError, best_linear_fit, X, y[:-1])


# The activations -------------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.in_place("z")
@pytest.mark.hint("The larger of z and 0, entry by entry: not the maximum of the array.")
def test_relu_values(rng: np.random.Generator, reference: ModuleType) -> None:
    """The relu of a matrix is right in every entry."""
    z = draw_matrix(rng)
    expected = reference.relu(z)
    checks.close(relu(z), expected, subject="relu")


@pytest.mark.points(1)
@pytest.mark.in_place("z")
@pytest.mark.requires("test_relu_values")
@pytest.mark.hint("Use operations that take a number too: do not index into z.")
def test_relu_number(rng: np.random.Generator, reference: ModuleType) -> None:
    """The relu of a number is a number."""
    check_numbers(relu, reference.relu, rng)


@pytest.mark.points(1)
@pytest.mark.requires("test_relu_values")
@pytest.mark.hint("z[z < 0] = 0 changes the caller's array: make a new one.")
def test_relu_leaves_its_argument(rng: np.random.Generator) -> None:
    """The numbers are the same after relu as before."""
    z = draw_matrix(rng)
    with checks.unchanged(z, names=("z",)):
        relu(z)


@pytest.mark.points(2)
@pytest.mark.in_place("z")
@pytest.mark.hint("z where it is positive, slope * z elsewhere: is the given slope used?")
def test_leaky_relu_values(rng: np.random.Generator, reference: ModuleType) -> None:
    """The leaky_relu of a matrix with a given slope is right in every entry."""
    z, slope = draw_matrix(rng), float(rng.uniform(0.05, 0.5))
    expected = reference.leaky_relu(z, slope)
    checks.close(leaky_relu(z, slope), expected, subject="leaky_relu")


@pytest.mark.points(1)
@pytest.mark.requires("test_leaky_relu_values")
@pytest.mark.hint("Use operations that take a number too, and make a new array in place of changing z.")
def test_leaky_relu_number(rng: np.random.Generator, reference: ModuleType) -> None:
    """The leaky_relu of a number is a number, numbers near 1000 and -1000 are no exception, and z stays as it is."""
    check_numbers(leaky_relu, reference.leaky_relu, rng)
    check_large(leaky_relu, reference.leaky_relu, rng)


@pytest.mark.points(2)
@pytest.mark.in_place("z")
@pytest.mark.hint(
    "z where it is positive, alpha * (exp(z) - 1) elsewhere: is the given alpha used, and is the 1 inside it?"
)
def test_elu_values(rng: np.random.Generator, reference: ModuleType) -> None:
    """The elu of a matrix with a given alpha is right in every entry."""
    z, alpha = draw_matrix(rng), float(rng.uniform(0.5, 2.0))
    expected = reference.elu(z, alpha)
    checks.close(elu(z, alpha), expected, subject="elu")


@pytest.mark.points(1)
@pytest.mark.requires("test_elu_values")
@pytest.mark.hint(
    "exp overflows near 1000, and inf times 0 is NaN: choose between the branches, do not add them with weights 0 and "
    "1; and make a new array in place of changing z."
)
def test_elu_large(rng: np.random.Generator, reference: ModuleType) -> None:
    """The elu of numbers near 1000 and -1000 is finite and right, and z stays as it is."""
    check_large(elu, reference.elu, rng)


@pytest.mark.points(1)
@pytest.mark.in_place("z")
@pytest.mark.requires("test_elu_values")
@pytest.mark.hint("Use operations that take a number too: do not index into z.")
def test_elu_number(rng: np.random.Generator, reference: ModuleType) -> None:
    """The elu of a number is a number."""
    check_numbers(elu, reference.elu, rng)


@pytest.mark.points(3)
@pytest.mark.in_place("z")
@pytest.mark.hint(
    "z times the normal distribution function, which is (1 + erf(z / sqrt 2)) / 2: the formulas with tanh or sigmoid "
    "are approximations, too far off here."
)
def test_gelu_values(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gelu of a matrix is z Phi(z) in every entry."""
    z = draw_matrix(rng)
    z[0, :3] = rng.uniform(1.5, 2.5, size=3) * rng.choice([-1.0, 1.0], size=3)  # where approximations are far off
    expected = reference.gelu(z)
    checks.close(gelu(z), expected, subject="gelu")


@pytest.mark.points(1)
@pytest.mark.requires("test_gelu_values")
@pytest.mark.hint("erf takes any number; NaN comes from powers or exponentials of large ones.")
def test_gelu_large(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gelu of numbers near 1000 and -1000 is finite and right."""
    check_large(gelu, reference.gelu, rng)


@pytest.mark.points(1)
@pytest.mark.in_place("z")
@pytest.mark.requires("test_gelu_values")
@pytest.mark.hint("A number in, a number out, of shape ().")
def test_gelu_number(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gelu of a number is a number."""
    check_numbers(gelu, reference.gelu, rng)


@pytest.mark.points(2)
@pytest.mark.in_place("z")
@pytest.mark.hint("log(1 + exp(z)), entry by entry, with the natural logarithm.")
def test_softplus_values(rng: np.random.Generator, reference: ModuleType) -> None:
    """The softplus of a matrix is right in every entry."""
    z = draw_matrix(rng)
    expected = reference.softplus(z)
    checks.close(softplus(z), expected, subject="softplus")


@pytest.mark.points(1)
@pytest.mark.requires("test_softplus_values")
@pytest.mark.hint("exp overflows near 1000, where log(1 + exp(z)) is nearly z: pull the larger of z and 0 out first.")
def test_softplus_large(rng: np.random.Generator, reference: ModuleType) -> None:
    """The softplus of numbers near 1000 and -1000 is finite and right."""
    check_large(softplus, reference.softplus, rng)


@pytest.mark.points(1)
@pytest.mark.in_place("z")
@pytest.mark.requires("test_softplus_values")
@pytest.mark.hint("A number in, a number out, of shape ().")
def test_softplus_number(rng: np.random.Generator, reference: ModuleType) -> None:
    """The softplus of a number is a number."""
    check_numbers(softplus, reference.softplus, rng)


# XORNet ----------------------------------------------------------------------------------------------------


@checks.probe
def outputs_of_random_weights(hidden: int, x: object, seed: int) -> Any:
    """Return what a network of normal weights makes of x; how it was initialised does not matter."""
    import torch
    from mlp_xor import XORNet

    net, generator = XORNet(hidden), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
        return net(x.to(parameter.dtype))


@pytest.mark.points(4)
@pytest.mark.hint(
    "Two linear layers in a row are one linear layer: put a nonlinearity between them, and let x reach the output."
)
def test_xornet_is_not_linear(rng: np.random.Generator) -> None:
    """With random weights, an XORNet's logits are not a linear function of its inputs."""
    ends = 2.0 * rng.normal(size=(2, 40, 2))
    x = torch.tensor(np.concatenate([ends[0], ends[1], ends.mean(axis=0)]))
    logits = np.asarray(outputs_of_random_weights(int(rng.integers(6, 12)), x, int(rng.integers(2**31))))
    assert logits.size == 120, f"{logits.size} logits came back for 120 examples"  # their shape has a test of its own
    first, second, middle = logits.astype(np.float64).reshape(3, 40)
    bend = np.abs(middle - (first + second) / 2).max()
    assert bend > 1e-3 * np.abs(logits).max(), "the logits are linear in x"


@pytest.mark.points(3)
@pytest.mark.requires("test_xornet_is_not_linear")
@pytest.mark.hint("One logit an example, (n,): not (n, 1), and (1,) rather than () for one example.")
def test_xornet_shape(rng: np.random.Generator) -> None:
    """An XORNet gives one logit per example, for several examples and for one."""
    net = XORNet(int(rng.integers(3, 8)))
    dtype = next(iter(net.state_dict().values())).dtype
    for n in (int(rng.integers(3, 8)), 1):
        checks.shape(net(torch.tensor(rng.normal(size=(n, 2)), dtype=dtype)), (n,), subject="the logits")


@pytest.mark.points(2)
@pytest.mark.requires("test_xornet_is_not_linear")
@pytest.mark.hint(
    "hidden is the number of hidden units, and each has parameters of its own: register them in __init__."
)
def test_xornet_hidden(rng: np.random.Generator) -> None:
    """An XORNet of more hidden units has more parameters."""
    hidden = int(rng.integers(2, 6))
    small, large = (sum(part.size for part in state_of(XORNet(size)).values()) for size in (hidden, hidden + 4))
    assert large > small, f"{small} and {large} parameters"


# train -----------------------------------------------------------------------------------------------------


@checks.probe
def draws_after_training(global_seed: int, seed: int) -> Any:
    """Return what the global generators give after they were seeded and a network was trained."""
    import random

    import numpy as np
    import torch
    from mlp_xor import train

    random.seed(global_seed)
    np.random.seed(global_seed)
    torch.manual_seed(global_seed)
    train(4, 3, 0.1, seed)
    return random.random(), np.random.random(4), torch.rand(4)


@checks.probe
def parameters_elsewhere(hidden: int, seed: int) -> Any:
    """Return how many parameters there are after training on torch's device meta, and how many are not there.

    meta computes shapes alone and is there without a GPU. Code that is right need not run on it: where anything is
    raised, or a generator or a number is asked of it, nothing is counted, unless torch says that weights are elsewhere.
    """
    import torch
    from mlp_xor import train

    is_available = torch.cuda.is_available
    torch.cuda.is_available = lambda: True  # who falls back to the CPU where there is no GPU is not to be blamed
    try:
        parameters = list(train(hidden, 2, 0.1, seed, "meta").parameters())
    except Exception as error:  # noqa: BLE001 - see above
        is_parted = "Tensor on device cpu is not on the expected device meta" in str(error)
        return {"parameters": 1, "elsewhere": int(is_parted)}
    finally:
        torch.cuda.is_available = is_available
    return {"parameters": len(parameters), "elsewhere": sum(p.device.type != "meta" for p in parameters)}


@checks.probe
def rows_in_training(seed: int) -> Any:
    """Return what goes through the network while it is trained, as rows; none where it is not called as a module."""
    import mlp_xor
    import numpy as np
    import torch

    rows = [np.zeros((0, 2))]

    def keep(module: object, inputs: tuple) -> None:
        if isinstance(module, mlp_xor.XORNet) and inputs:
            rows.append(inputs[0].detach().cpu().numpy().reshape(-1, 2).astype(np.float64))

    handle = torch.nn.modules.module.register_module_forward_pre_hook(keep)
    try:
        mlp_xor.train(4, 3, 0.1, seed)
    finally:
        handle.remove()
    return np.concatenate(rows)


@pytest.mark.points(3)
@pytest.mark.requires("test_train_solves_xor")
@pytest.mark.hint(
    "The seed argument alone decides the initial weights (a torch.Generator, or manual_seed within fork_rng), and each "
    "step moves them."
)
def test_train_follows_its_seed(rng: np.random.Generator) -> None:
    """The same seed gives the same weights whatever the global generators hold; another seed or more steps do not.

    Without a step there is nothing that a step size could change, and no gradient outlives its step.
    """
    seed, other = (int(draw) for draw in rng.choice(2**31, size=2, replace=False))
    states = []
    for global_seed, arguments in enumerate([(20, seed), (20, seed), (20, other), (40, seed)]):
        with checks.seeded(global_seed):
            states.append(state_of(train(5, arguments[0], 0.1, arguments[1])))
    first, again, of_other, longer = states
    assert first.keys() == again.keys() == of_other.keys() == longer.keys()
    assert not differ(first, again), "two trainings with one seed gave different weights"
    assert differ(first, of_other), "two seeds gave the same weights"
    assert differ(first, longer), "more steps gave the same weights"
    start, other_size, step, short, many = (
        state_of(train(5, steps, step_size, seed))
        for steps, step_size in ((0, 1e-4), (0, 0.1), (1, 0.1), (1, 1e-4), (30, 1e-4))
    )
    assert not differ(start, other_size), "a step was taken where none was asked for"
    assert differ(start, step), "one step gave the weights of none"
    # Steps so short that the gradient stays the same: 30 lead 30 times as far as one, with momentum 0.99 423 times, and
    # with gradients that pile up, the first counted 30 times, 465 times as far.
    assert distance(start, many) < 450 * distance(start, short), "the gradients of earlier steps pile up"
    rows = rows_in_training(seed)
    assert np.isin(rows, (0.0, 1.0)).all(), "something else than the four corners goes through the network in training"


@pytest.mark.points(3)
@pytest.mark.requires("test_train_solves_xor")
@pytest.mark.hint(
    "torch.manual_seed(seed) also decides what everyone else draws from then on: use a torch.Generator of your own, or "
    "torch.random.fork_rng around it."
)
def test_train_leaves_the_global_seed(rng: np.random.Generator) -> None:
    """What the global generators give after a training does not depend on its seed argument."""
    seed = int(rng.integers(2**31))
    first, second = draws_after_training(1, seed), draws_after_training(2, seed)
    for name, one, other in zip(("random", "numpy.random", "torch"), first, second, strict=True):
        assert not np.array_equal(np.asarray(one), np.asarray(other)), f"the generator of {name} was seeded"


@pytest.mark.points(2)
@pytest.mark.requires("test_train_solves_xor")
@pytest.mark.hint("Move the network to the device, and make the data there too: .to(device), or device=device.")
def test_train_device(rng: np.random.Generator) -> None:
    """The trained parameters live on the device that is asked for."""
    counted = parameters_elsewhere(int(rng.integers(3, 8)), int(rng.integers(2**31)))
    assert counted["elsewhere"] == 0, f"{counted['elsewhere']} of {counted['parameters']} parameters are elsewhere"
    assert counted["parameters"] > 0, "the network has no parameters"
