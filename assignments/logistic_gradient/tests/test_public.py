"""The public tests of logistic_gradient: small cases whose numbers can be checked by hand."""

from typing import Any

import numpy as np
import pytest
from logistic_gradient import derivation, fit, gradient, hessian, loss, predict, sgd_step, sigmoid

from autograder import checks


def assert_agrees(actual: Any, expected: Any) -> None:
    """Fail unless actual is a number, list or array of expected's shape, right to 1e-4 in each entry."""
    assert isinstance(actual, (int, float, list, tuple, np.generic, np.ndarray)), (
        f"expected numbers, but a {type(actual).__name__} came back"
    )
    assert type(actual) is np.ndarray or not isinstance(actual, np.ndarray), (
        f"expected a plain array, but a {type(actual).__name__} came back"
    )
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.dtype.kind in "fiu", f"expected real numbers, but their dtype is {actual.dtype}"
    assert actual.shape == expected.shape, f"expected shape {expected.shape}, not {actual.shape}"
    np.testing.assert_allclose(actual, expected, rtol=1e-4)


def assert_pair_agrees(actual: Any, expected_weights: Any, expected_intercept: float) -> None:
    """Fail unless actual is a pair, weights first, whose parts agree with the expected ones."""
    assert isinstance(actual, (tuple, list)), f"expected a pair, but a {type(actual).__name__} came back"
    assert len(actual) == 2, f"expected a pair, but {len(actual)} values came back"
    assert_agrees(actual[0], expected_weights)
    assert_agrees(actual[1], expected_intercept)


def small_problem() -> tuple[np.ndarray, float, np.ndarray, np.ndarray]:
    """Return w, b, X, y of two examples whose probabilities are 3/4 (label 1) and 1/3 (label 0)."""
    # the logits are log 3 and -log 2: w.x + b with w = (log 3, log 2), b = 0
    return np.log([3.0, 2.0]), 0.0, np.array([[1.0, 0.0], [0.0, -1.0]]), np.array([1, 0])


@pytest.mark.points(2)
@pytest.mark.in_place("z")  # whether z stays as it is has a test of its own
@pytest.mark.hint("sigmoid(z) is 1 / (1 + exp(-z)): at 0 it is one half, and it grows with z.")
def test_sigmoid_small() -> None:
    """The sigmoid of 0, log 3 and -log 4 is 1/2, 3/4 and 1/5."""
    assert_agrees(sigmoid(np.array([0.0, np.log(3), -np.log(4)])), [1 / 2, 3 / 4, 1 / 5])


@pytest.mark.points(3)
@pytest.mark.hint(
    "An example costs -log p if its label is 1 and -log(1 - p) if it is 0; the loss is the mean over the examples."
)
def test_loss_small() -> None:
    """The loss is log 2 with all parameters zero, and the mean of log 4/3 and log 3/2 for the small problem."""
    w, b, X, y = small_problem()
    assert_agrees(loss(np.zeros(2), 0.0, X, y), np.log(2))
    assert_agrees(loss(w, b, X, y), (np.log(4 / 3) + np.log(3 / 2)) / 2)


@pytest.mark.points(3)
@pytest.mark.hint("Check the sign, the division by n and the shapes: dw has the shape of w, and db is a number.")
def test_gradient_small() -> None:
    """The gradient for two examples and two features has the right dw and db."""
    w, b, X, y = small_problem()
    # the probabilities miss the labels by 3/4 - 1 = -1/4 and 1/3 - 0 = 1/3; x is (1, 0) and (0, -1)
    assert_pair_agrees(gradient(w, b, X, y), [-1 / 8, -1 / 6], (-1 / 4 + 1 / 3) / 2)


@pytest.mark.points(2)
@pytest.mark.hint("The rows and columns are w_1, ..., w_m and then b; each entry is a mean over the examples.")
def test_hessian_small() -> None:
    """The Hessian for two examples and two features is right, with the intercept last."""
    w, b, X, y = small_problem()
    # p (1 - p) is 3/16 and 2/9; half of that: 3/32 and 1/9
    first, second = 3 / 32, 1 / 9
    expected = [[first, 0, first], [0, second, -second], [first, -second, first + second]]
    assert_agrees(hessian(w, b, X, y), expected)


@pytest.mark.points(2)
@pytest.mark.in_place("w")  # whether w stays as it is has a test of its own
@pytest.mark.hint("A step goes against the gradient: w - step_size * dw and b - step_size * db.")
def test_sgd_step_small() -> None:
    """One step on the small problem takes step_size times the gradient off w and b."""
    w, b, X, y = small_problem()
    new_w = [np.log(3.0) + 3 / 8, np.log(2.0) + 3 / 6]
    assert_pair_agrees(sgd_step(w, b, X, y, 3.0), new_w, -1 / 8)


@pytest.mark.points(3)
@pytest.mark.hint(
    "One step from zero is minus step_size times the gradient there: look at the sign, and count your steps."
)
def test_fit_one_step() -> None:
    """With one epoch and all the data in one batch, fit takes one gradient step from zero."""
    X, y = np.array([[1.0, 0.0], [3.0, 2.0], [-1.0, 4.0]]), np.array([0, 1, 1])
    # at zero each p is 1/2: p - y is 1/2, -1/2, -1/2; dw = (1 - 3 + 1, 0 - 2 - 4) / 6, db = -1/6; times -3
    assert_pair_agrees(fit(X, y, step_size=3.0, epochs=1, batch_size=3), [0.5, 3.0], 0.5)


@pytest.mark.points(2)
@pytest.mark.hint("The label is 1 where w.x + b is at least 0 and 0 elsewhere; is b added?")
def test_predict_small() -> None:
    """For four examples, predict names the likelier label."""
    X = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0], [2.0, 3.0]])
    # the logits are 2 + 1/2, -1 + 1/2, -1 + 1/2 and 1 + 1/2
    assert_agrees(predict(np.array([2.0, -1.0]), 0.5, X), [1, 0, 0, 1])


@pytest.mark.points(2)
@pytest.mark.hint(
    "z = w x + b: what is its derivative in w, and what in b? Write each as a str in the symbols y, p, x."
)
def test_derivation_of_the_logit() -> None:
    """In the derivation, dz_dw is equivalent to x and dz_db to 1."""
    steps = derivation()
    assert isinstance(steps, dict), f"expected a dict, but a {type(steps).__name__} came back"
    for key, expected in (("dz_dw", "x"), ("dz_db", "1")):
        assert key in steps, f"the step {key} is missing"
        checks.symbolic(steps[key], expected, symbols=("y", "p", "x"), domain={"p": (0, 1)}, subject=key)
