"""The public tests of softmax_classifier: small cases whose numbers can be checked by hand."""

from typing import Any

import numpy as np
import pytest
from softmax_classifier import SoftmaxClassifier, cross_entropy, fit, gradient, log_softmax, loss, predict, softmax

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


def assert_pair_agrees(actual: Any, expected_weights: Any, expected_biases: Any) -> None:
    """Fail unless actual is a pair, weights first, whose parts agree with the expected ones."""
    assert isinstance(actual, (tuple, list)), f"expected a pair, but a {type(actual).__name__} came back"
    assert len(actual) == 2, f"expected a pair, but {len(actual)} values came back"
    assert_agrees(actual[0], expected_weights)
    assert_agrees(actual[1], expected_biases)


@pytest.mark.points(3)
@pytest.mark.hint(
    "Each entry is exp of its logit, divided by the sum of exp over all the logits: look at what you divide by."
)
def test_softmax_lecture_numbers() -> None:
    """The softmax of the lecture's three logits has the lecture's values."""
    # exp: 0.0067379, 1, 148.41316; their sum: 149.41990
    assert_agrees(softmax(np.array([-5.0, 0.0, 5.0])), [4.5094e-5, 6.6925e-3, 9.9326e-1])


@pytest.mark.points(2)
@pytest.mark.hint("Each row is normalised by itself: sum over its classes, along the last axis, not down the columns.")
def test_log_softmax_small() -> None:
    """The log_softmax of two rows of logits holds each row's log-probabilities."""
    # exp of row 0 is 1, 1, 2 (sum 4); exp of row 1 is 1, 2, 5 (sum 8), each times e, which cancels
    z = np.log([[1.0, 1.0, 2.0], [1.0, 2.0, 5.0]])
    z[1] += 1.0
    assert_agrees(log_softmax(z), np.log([[1 / 4, 1 / 4, 2 / 4], [1 / 8, 2 / 8, 5 / 8]]))


@pytest.mark.points(2)
@pytest.mark.hint(
    "Take minus the log-probability of each row's own label (labels count from 0), then the mean over the rows."
)
def test_cross_entropy_small() -> None:
    """The cross_entropy of three examples is the mean of minus their true classes' log-probabilities."""
    # the rows' probabilities are (1, 1, 2)/4, (1, 2, 5)/8 and (4, 3, 1)/8; the true classes: 1/2, 1/8, 3/8
    z = np.log([[1.0, 1.0, 2.0], [1.0, 2.0, 5.0], [4.0, 3.0, 1.0]])
    assert_agrees(cross_entropy(z, np.array([2, 0, 1])), (np.log(2) + np.log(8) + np.log(8 / 3)) / 3)


@pytest.mark.points(2)
@pytest.mark.hint(
    "With all parameters zero every class has the same probability and the penalty is zero: if you are off "
    "by a factor, look at what you average over."
)
def test_loss_at_zero_is_log_classes() -> None:
    """The loss with all parameters zero is the logarithm of the number of classes."""
    X = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 4.0], [-2.0, 1.0]])
    assert_agrees(loss(np.zeros((2, 3)), np.zeros(3), X, np.array([0, 2, 1, 2]), l2=0.1), np.log(3))


@pytest.mark.points(2)
@pytest.mark.hint("Check the sign, the transpose of X and the division by n: dW has the shape of W, db the shape of b.")
def test_gradient_small() -> None:
    """The gradient for two examples, two features and three classes has the right dW and db."""
    X, y = np.array([[1.0, 1.0], [0.0, 2.0]]), np.array([2, 0])
    W, b = np.log([[1.0, 1.0, 2.0], [2.0, 1.0, 2.0]]), np.log([1.0, 2.0, 1.0])
    # exp of the logits: row 0 (1*2*1, 1*1*2, 2*2*1) = (2, 2, 4); row 1 (2^2*1, 1^2*2, 2^2*1) = (4, 2, 4)
    # so the probabilities are (0.25, 0.25, 0.5) and (0.4, 0.2, 0.4), and the true classes have 0.5 and 0.4
    dW = [[0.125, 0.125, -0.25], [-0.475, 0.325, 0.15]]
    db = [-0.175, 0.225, -0.05]
    assert_pair_agrees(gradient(W, b, X, y), dW, db)


@pytest.mark.points(2)
@pytest.mark.hint("Look for the class with the largest entry in each row of X W + b; is b added?")
def test_predict_small() -> None:
    """For four examples, predict names the class with the largest logit."""
    X = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0], [0.0, 2.0]])
    W, b = np.array([[3.0, 0.0, 1.0], [0.0, 2.0, 1.0]]), np.array([0.0, 0.0, 1.5])
    # the logits are (3, 0, 2.5), (0, 2, 2.5), (-3, -2, -0.5) and (0, 4, 3.5)
    assert_agrees(predict(W, b, X), [0, 2, 2, 1])


@pytest.mark.points(3)
@pytest.mark.hint(
    "One step from zero is minus step_size times the gradient there: look at the sign, and count your steps."
)
def test_fit_one_step() -> None:
    """With one epoch and all the data in one batch, fit takes one gradient step from zero."""
    X, y = np.array([[1.0, 0.0], [3.0, 2.0]]), np.array([0, 2])
    # at zero each class has probability 1/3; the gradient there is dW = (1/6, 4/6, -5/6), (2/6, 2/6, -4/6)
    # and db = (-1/6, 2/6, -1/6); the step is minus 3 times that
    W = [[-0.5, -2.0, 2.5], [-1.0, -1.0, 2.0]]
    b = [0.5, -1.0, 0.5]
    assert_pair_agrees(fit(X, y, 3, step_size=3.0, epochs=1, batch_size=2), W, b)


@checks.probe
def classify(model: object, W: object, b: object, X: object) -> object:
    """Return what a SoftmaxClassifier makes of X (n, m) with weights W (m, C) and biases b (C,).

    The weight is the parameter of shape (C, m) or (m, C), the bias the one of shape (C,).
    """
    import torch

    values = {W.shape: W, W.T.shape: W.T, b.shape: b}
    dtype = torch.get_default_dtype()
    with torch.no_grad():
        for parameter in model.parameters():
            if (shape := tuple(parameter.shape)) in values:
                parameter.copy_(torch.as_tensor(values[shape]))
            dtype = parameter.dtype
        return model(torch.as_tensor(X, dtype=dtype))


@pytest.mark.points(3)
@pytest.mark.hint(
    "The forward pass is the logits, weight and bias both, and then one log_softmax over the classes (the last axis): "
    "not softmax, not the logits themselves, and not softmax before it."
)
def test_classifier_small() -> None:
    """A SoftmaxClassifier gives the right log-probabilities for two examples, two features and three classes."""
    # the numbers of test_gradient_small: exp of the logits is (2, 2, 4) and (4, 2, 4)
    W, b = np.log([[1.0, 1.0, 2.0], [2.0, 1.0, 2.0]]), np.log([1.0, 2.0, 1.0])
    log_probabilities = classify(SoftmaxClassifier(2, 3), W, b, np.array([[1.0, 1.0], [0.0, 2.0]]))
    assert_agrees(np.asarray(log_probabilities), np.log([[0.25, 0.25, 0.5], [0.4, 0.2, 0.4]]))
