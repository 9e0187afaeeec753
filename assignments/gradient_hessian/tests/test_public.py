"""The public tests of gradient_hessian: small cases whose numbers can be checked by hand."""

from typing import Any

import numpy as np
import pytest
from gradient_hessian import (
    chain_gradient,
    f,
    f_gradient,
    f_hessian,
    gradient_descent,
    least_squares_gradient,
    least_squares_hessian,
    newton,
    softmax_jacobian,
)


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
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


def assert_pair_agrees(actual: Any, expected_first: Any, expected_second: Any) -> None:
    """Fail unless actual is a pair whose parts agree with the expected ones."""
    assert isinstance(actual, (tuple, list)), f"expected a pair, but a {type(actual).__name__} came back"
    assert len(actual) == 2, f"expected a pair, but {len(actual)} values came back"
    assert_agrees(actual[0], expected_first)
    assert_agrees(actual[1], expected_second)


@pytest.mark.points(2)
@pytest.mark.hint("Compute the three terms one by one; log is the natural logarithm.")
def test_f_by_hand() -> None:
    """The value of f at (2, 3, -1/2) is the one computed by hand."""
    # 2*2*3 = 12; -x3 log x1 = 0.5 log 2 = 0.3465736; -1/x3 = 2
    assert_agrees(f(np.array([2.0, 3.0, -0.5])), 14.3465736)


@pytest.mark.points(3)
@pytest.mark.hint("Derive each of the three terms of f by one variable, with the other two held fixed.")
def test_f_gradient_by_hand() -> None:
    """The gradient of f at (2, 3, -1/2) is the one computed by hand."""
    assert_agrees(f_gradient(np.array([2.0, 3.0, -0.5])), [6.25, 4.0, 3.3068528])


@pytest.mark.points(3)
@pytest.mark.hint("Derive each entry of the gradient once more by each variable; mind the signs of inner derivatives.")
def test_f_hessian_by_hand() -> None:
    """The Hessian of f at (2, 3, -1/2) is the one computed by hand."""
    expected = [[-0.125, 2.0, -0.5], [2.0, 0.0, 0.0], [-0.5, 0.0, 16.0]]
    assert_agrees(f_hessian(np.array([2.0, 3.0, -0.5])), expected)


@pytest.mark.points(2)
@pytest.mark.hint("Write ||Ax - b||^2 as a sum over the equations and derive it by x_1: what multiplies each residual?")
def test_least_squares_gradient_by_hand() -> None:
    """The gradient of ||Ax - b||^2 for three equations in two unknowns is the one computed by hand."""
    A = np.array([[1.0, 2.0], [0.0, 1.0], [3.0, -1.0]])
    b, x = np.array([1.0, 0.0, 2.0]), np.array([1.0, 2.0])
    # Ax = (5, 2, 1), so the residuals are (4, 2, -1), and the sum of their squares 16 + 4 + 1;
    # by x_1: 2*4*1 + 2*2*0 + 2*(-1)*3 = 2; by x_2: 2*4*2 + 2*2*1 + 2*(-1)*(-1) = 22
    assert_agrees(least_squares_gradient(A, b, x), [2.0, 22.0])


@pytest.mark.points(2)
@pytest.mark.hint("Derive the gradient once more: it is linear in x, so the Hessian is what multiplies x in it.")
def test_least_squares_hessian_by_hand() -> None:
    """The Hessian of ||Ax - b||^2 for three equations in two unknowns is the one computed by hand."""
    A = np.array([[1.0, 2.0], [0.0, 1.0], [3.0, -1.0]])
    assert_agrees(least_squares_hessian(A), [[20.0, -2.0], [-2.0, 12.0]])


@pytest.mark.points(2)
@pytest.mark.in_place("z")
@pytest.mark.hint("Every logit moves every probability, since it is in the denominator of all of them.")
def test_softmax_jacobian_by_hand() -> None:
    """The Jacobian of the softmax with probabilities 1/2, 1/4, 1/4 is the one computed by hand."""
    expected = [[0.25, -0.125, -0.125], [-0.125, 0.1875, -0.0625], [-0.125, -0.0625, 0.1875]]
    assert_agrees(softmax_jacobian(np.log([2.0, 1.0, 1.0])), expected)


@pytest.mark.points(3)
@pytest.mark.hint(
    "Go backwards a step at a time: the derivative of the square, of w2 . h by w2 and by h, of tanh, of W1 x."
)
def test_chain_gradient_by_hand() -> None:
    """The gradients in W1 and w2 of a network of two hidden values are the ones computed by hand."""
    # W1 x = (0, log 2), and tanh(log 2) = (2 - 1/2)/(2 + 1/2) = 0.6, where tanh has the slope 0.64;
    # the output is 0.5*0 + 5*0.6 = 3 and the target 2
    W1, w2 = np.array([[2.0, -1.0, 0.0], [0.0, 0.0, np.log(2.0)]]), np.array([0.5, 5.0])
    dW1 = [[1.0, 2.0, 1.0], [6.4, 12.8, 6.4]]
    assert_pair_agrees(chain_gradient(W1, w2, np.array([1.0, 2.0, 1.0]), 2.0), dW1, [0.0, 1.2])


@pytest.mark.points(2)
@pytest.mark.in_place("x0")
@pytest.mark.hint("Test the norm of the gradient, then step against the gradient, then count; and begin again.")
def test_gradient_descent_by_hand() -> None:
    """On a parabola gradient_descent halves the distance to the minimum in each step, and stops after three."""
    # the gradient of (x_1 - 3)^2 + (x_2 - 3)^2 is 2 (x - 3): a step of 0.25 times that halves x - 3;
    # from x - 3 = (-4, 0) its norm is 8, then 4, 2 and 1, the first below 1.5
    came = gradient_descent(lambda x: 2 * (np.asarray(x) - 3.0), np.array([-1.0, 3.0]), 0.25, tolerance=1.5)
    assert_pair_agrees(came, [2.5, 3.0], 3)


@pytest.mark.points(2)
@pytest.mark.in_place("x0")
@pytest.mark.hint("A step takes off the solution s of (Hessian) s = gradient; test the norm of the gradient before it.")
def test_newton_by_hand() -> None:
    """On a parabola newton is at the minimum after one step."""

    # of (x_1 - 1)^2 + x_1 x_2 + 2 x_2^2, whose minimum is where 2 x_1 + x_2 = 2 and x_1 + 4 x_2 = 0
    def gradient(x: np.ndarray) -> np.ndarray:
        return np.array([2 * x[0] + x[1] - 2.0, x[0] + 4 * x[1]])

    came = newton(gradient, lambda x: np.array([[2.0, 1.0], [1.0, 4.0]]), np.array([5.0, -3.0]), tolerance=1e-4)
    assert_pair_agrees(came, [8 / 7, -2 / 7], 1)
