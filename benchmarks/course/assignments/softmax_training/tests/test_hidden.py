"""The twelve tests of softmax_training: plain functions without fixtures, so that every tool can run the same ones."""

import math

import numpy as np
import torch
from softmax_training import Classifier, cross_entropy, gradient, predict, softmax, train


def test_softmax_sums_to_one():
    """Every row of the probabilities sums to 1."""
    z = np.random.default_rng(1).normal(size=(6, 4))
    assert np.allclose(softmax(z).sum(axis=1), 1.0)


def test_softmax_values():
    """The probabilities of two classes are those of the logistic function."""
    z = np.random.default_rng(2).normal(size=(5, 2))
    assert np.allclose(softmax(z)[:, 1], 1.0 / (1.0 + np.exp(z[:, 0] - z[:, 1])))


def test_softmax_vector():
    """The softmax of a vector is a vector."""
    assert np.allclose(softmax(np.log(np.array([1.0, 2.0, 5.0]))), [0.125, 0.25, 0.625])


def test_softmax_large_logits():
    """Logits near 1000 give finite probabilities."""
    assert np.allclose(softmax(np.array([[1000.0, 1000.0], [-1000.0, -1000.0]])), 0.5)


def test_cross_entropy_of_equal_logits():
    """The loss of equal logits is the logarithm of the number of classes."""
    assert math.isclose(cross_entropy(np.zeros((7, 5)), np.arange(7) % 5), math.log(5))


def test_cross_entropy_mean():
    """The loss of many rows is the mean of their own losses."""
    rng = np.random.default_rng(3)
    z, y = rng.normal(size=(8, 3)), rng.integers(3, size=8)
    assert math.isclose(cross_entropy(z, y), np.mean([cross_entropy(z[[i]], y[[i]]) for i in range(8)]))


def test_gradient_shape():
    """The gradient has the shape of W."""
    assert gradient(np.zeros((4, 3)), np.ones((5, 4)), np.array([0, 1, 2, 0, 1])).shape == (4, 3)


def test_gradient_values():
    """The gradient of one example is the outer product of its features and its errors."""
    x = np.array([[1.0, -2.0]])
    assert np.allclose(gradient(np.zeros((2, 4)), x, np.array([2])), np.outer(x[0], [0.25, 0.25, -0.75, 0.25]))


def test_predict():
    """The prediction is the class of the largest logit."""
    assert np.array_equal(predict(np.eye(3), np.array([[0.1, 0.2, 0.0], [3.0, 1.0, 2.0]])), [1, 0])


def test_classifier_shape():
    """The module gives a row of classes for each row of features."""
    assert tuple(Classifier(4, 3)(torch.ones(6, 4)).shape) == (6, 3)


def test_classifier_log_probabilities():
    """The module gives logarithms of probabilities."""
    torch.manual_seed(0)
    assert torch.allclose(Classifier(4, 3)(torch.randn(6, 4)).exp().sum(dim=1), torch.ones(6), atol=1e-5)


def test_train():
    """A trained model is right for nine of ten points of three clouds."""
    rng = np.random.default_rng(4)
    labels = rng.permutation(np.repeat(np.arange(3), 64))
    points = 3.0 * np.eye(3, 8)[labels] + rng.normal(size=(192, 8))
    X, y = torch.tensor(points, dtype=torch.float32), torch.tensor(labels)
    model = train(X, y, 3, 150)
    assert (model(X).argmax(dim=1) == y).float().mean() >= 0.9
