"""The public tests of mlp_xor: small cases whose numbers can be checked by hand, and the training."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from mlp_xor import backward, best_linear_fit, elu, forward, gelu, leaky_relu, relu, softplus, train, xor_parameters

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = np.array([0.0, 1.0, 1.0, 0.0])


def as_array(actual: Any) -> np.ndarray:
    """Return actual as an array of real numbers; fail unless it is a number, a list or a plain array."""
    assert isinstance(actual, (int, float, list, tuple, np.generic, np.ndarray)), (
        f"expected numbers, but a {type(actual).__name__} came back"
    )
    assert type(actual) is np.ndarray or not isinstance(actual, np.ndarray), (
        f"expected a plain array, but a {type(actual).__name__} came back"
    )
    numbers = np.asarray(actual)
    assert numbers.dtype.kind in "fiu", f"expected real numbers, but their dtype is {numbers.dtype}"
    return numbers


def assert_agrees(actual: Any, expected: Any) -> None:
    """Fail unless actual is a number, list or array of expected's shape, right to 1e-4 in each entry."""
    actual, expected = as_array(actual), np.asarray(expected)
    assert actual.shape == expected.shape, f"expected shape {expected.shape}, not {actual.shape}"
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-6)


def as_parts(actual: Any, count: int) -> tuple[Any, ...]:
    """Return the parts of a tuple or list; fail unless there are so many."""
    assert isinstance(actual, (tuple, list)), f"expected a tuple, but a {type(actual).__name__} came back"
    assert len(actual) == count, f"expected {count} parts, but {len(actual)} came back"
    return tuple(actual)


def small_network() -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Return parameters W, c, w, b of two hidden units."""
    return np.array([[1.0, -1.0], [2.0, 1.0]]), np.array([0.0, 1.0]), np.array([2.0, -3.0]), 0.5


@pytest.mark.points(8)
@pytest.mark.hint(
    "Both units may look at x1 + x2: what must the second one do so that the sum of both is 0, 1, 0 for 0, 1, 2? W has "
    "one row an input and one column a hidden unit."
)
def test_xor_parameters() -> None:
    """With the parameters of xor_parameters, w . relu(W^T x + c) + b is XOR on the four corners."""
    W, c, w, b = (as_array(part) for part in as_parts(xor_parameters(), 4))
    assert W.ndim == 2, f"expected W of shape (2, h), not {W.shape}"
    hidden = W.shape[1]
    assert (W.shape, c.shape, w.shape, b.shape) == ((2, hidden), (hidden,), (hidden,), ())
    outputs = np.maximum(CORNERS @ W + c, 0.0) @ w + b
    np.testing.assert_allclose(outputs, XOR, rtol=0, atol=1e-5)


@pytest.mark.points(3)
@pytest.mark.hint("Each row of X W + c goes through relu, then w weighs the hidden units, and b is added.")
def test_forward_small() -> None:
    """The outputs of two hidden units for three examples are right."""
    X = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, -1.0]])
    # X W + c is (3, 1), (2, -1), (-2, 0); relu makes (3, 1), (2, 0), (0, 0)
    assert_agrees(forward(small_network(), X), [6 - 3 + 0.5, 4 + 0.5, 0.5])


@pytest.mark.points(3)
@pytest.mark.hint(
    "Go back a factor at a time: the error 2 (output - y) / n, then w, then 1 where relu's argument is positive and 0 "
    "elsewhere, then X."
)
def test_backward_small() -> None:
    """The gradients for two hidden units and two examples are right, each in the shape of its parameter."""
    X, y = np.array([[1.0, 1.0], [2.0, 0.0]]), np.array([2.5, 5.5])
    # outputs 3.5 and 4.5, so 2 (output - y) / n is 1 and -1; times w: (2, -3) and (-2, 3)
    # relu's argument is (3, 1) and (2, -1): the second unit is off for the second example, which leaves (-2, 0)
    dW, dc, dw, db = as_parts(backward(small_network(), X, y), 4)
    assert_agrees(dW, [[2 - 4, -3], [2, -3]])
    assert_agrees(dc, [0, -3])
    assert_agrees(dw, [3 - 2, 1])
    assert_agrees(db, 0)


@pytest.mark.points(3)
@pytest.mark.hint("Minimise over w and b together: a column of ones in X stands for b.")
def test_best_linear_fit_of_xor() -> None:
    """The best linear fit of XOR is w = 0 and b = 1/2; that of y = 2 x1 - x2 + 3 is exact."""
    w, b = as_parts(best_linear_fit(CORNERS, XOR), 2)
    assert_agrees(w, [0, 0])
    assert_agrees(b, 0.5)
    w, b = as_parts(best_linear_fit(CORNERS, np.array([3.0, 2.0, 5.0, 4.0])), 2)
    assert_agrees(w, [2, -1])
    assert_agrees(b, 3)


@pytest.mark.points(1)
@pytest.mark.in_place("z")  # whether z stays as it is has a test of its own
@pytest.mark.hint("The larger of z and 0, entry by entry.")
def test_relu_small() -> None:
    """The relu of -2, 0 and 3."""
    assert_agrees(relu(np.array([-2.0, 0.0, 3.0])), [0, 0, 3])


@pytest.mark.points(1)
@pytest.mark.in_place("z")
@pytest.mark.hint("z where it is positive, slope * z elsewhere; the slope is 0.01 if it is not given.")
def test_leaky_relu_small() -> None:
    """The leaky_relu of -2, 0 and 3, with the default slope and with 0.5."""
    assert_agrees(leaky_relu(np.array([-2.0, 0.0, 3.0])), [-0.02, 0, 3])
    assert_agrees(leaky_relu(np.array([-2.0, 0.0, 3.0]), slope=0.5), [-1, 0, 3])


@pytest.mark.points(1)
@pytest.mark.in_place("z")
@pytest.mark.hint("z where it is positive, alpha * (exp(z) - 1) elsewhere; alpha is 1 if it is not given.")
def test_elu_small() -> None:
    """The elu of -log 2, 0 and 3, with the default alpha and with 4."""
    assert_agrees(elu(np.array([-math.log(2), 0.0, 3.0])), [-1 / 2, 0, 3])
    assert_agrees(elu(np.array([-math.log(2), 0.0, 3.0]), alpha=4.0), [-2, 0, 3])


@pytest.mark.points(1)
@pytest.mark.in_place("z")
@pytest.mark.hint("z times the probability that a standard normal variable is below z, exactly.")
def test_gelu_small() -> None:
    """The gelu of -1, 0 and 1; a standard normal variable is below 1 with probability 0.841345."""
    assert_agrees(gelu(np.array([-1.0, 0.0, 1.0])), [-0.158655, 0, 0.841345])


@pytest.mark.points(1)
@pytest.mark.in_place("z")
@pytest.mark.hint("log(1 + exp(z)), with the natural logarithm.")
def test_softplus_small() -> None:
    """The softplus of 0, log 3 and -log 3."""
    assert_agrees(softplus(np.array([0.0, math.log(3), -math.log(3)])), np.log([2, 4, 4 / 3]))


@pytest.mark.points(7)
@pytest.mark.timeout(60.0)  # up to ten trainings of 2000 steps, 0.3 seconds each
@pytest.mark.hint(
    "Watch the loss: if it stays where a constant output has it (0.25 for squares, log 2 for the cross-entropy), the "
    "network is linear, or all its hidden units began alike (zeros); also: zero_grad before each backward, a logit "
    "above 0 for label 1, no sigmoid on the output."
)
def test_train_solves_xor() -> None:
    """Of the seeds 0 to 9, at least 8 solve XOR with 8 hidden units, 2000 steps and step_size 0.1."""
    solved = failed = 0
    for seed in range(10):
        net = train(8, 2000, 0.1, seed)
        dtype = next(iter(net.state_dict().values())).dtype
        logits = np.asarray(net(torch.tensor(CORNERS, dtype=dtype)).detach())
        assert logits.size == 4, f"expected one logit an example, not shape {logits.shape}"
        right = np.array_equal(logits.reshape(4) > 0, XOR)
        solved, failed = solved + int(right), failed + int(not right)
        if solved == 8 or failed == 3:
            break
    assert solved >= 8, f"{solved} of the first {solved + failed} seeds solve XOR"
