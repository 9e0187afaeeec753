"""The hidden tests of softmax_classifier: their inputs are drawn for each submission."""

from itertools import permutations
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from softmax_classifier import SoftmaxClassifier, cross_entropy, fit, gradient, log_softmax, loss, predict, softmax

from autograder import checks

Arrays = tuple[np.ndarray, ...]


# What comes back -------------------------------------------------------------------------------------------


def as_numbers(result: Any) -> np.ndarray:
    """Return a result as an array of real numbers; fail unless it is a number, a list or a plain array."""
    plain = isinstance(result, (int, float, list, tuple, np.generic)) or type(result) is np.ndarray
    assert plain, f"a {type(result).__name__} came back"
    numbers = np.asarray(result)
    assert numbers.dtype.kind in "fiu", f"dtype {numbers.dtype} came back"
    return numbers


def as_pair(result: Any) -> tuple[Any, Any]:
    """Return a result's two parts; fail if it is not a pair."""
    assert isinstance(result, (tuple, list)), f"a {type(result).__name__} came back"
    assert len(result) == 2, f"{len(result)} values came back"
    return result[0], result[1]


def agrees(actual: Any, expected: np.ndarray) -> bool:
    """Say whether actual agrees with expected, where one of several answers is right."""
    try:
        checks.close(actual, expected)
    except checks.CheckFailure:
        return False
    return True


def assert_labels(actual: Any, expected: np.ndarray, classes: int) -> None:
    """Fail unless actual holds exactly the expected labels, in any numeric dtype."""
    checks.close(actual, expected, subject="predict", classes=classes)


# What goes in ----------------------------------------------------------------------------------------------


def mistaken_losses(reference: ModuleType, z: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Compute what the classic mistakes make of the cross-entropy of logits z and labels y, by cause."""
    return {
        "softmax twice": reference.cross_entropy(reference.softmax(z), y),
        "off by one class": reference.cross_entropy(z, (y - 1) % z.shape[1]),
    }


def draw_sizes(rng: np.random.Generator) -> tuple[int, int, int]:
    """Draw n > m > C > 2, so that no two axes can be taken for each other."""
    classes = int(rng.integers(3, 6))
    features = classes + int(rng.integers(1, 4))
    return features + int(rng.integers(2, 6)), features, classes


def draw_labels(rng: np.random.Generator, n: int, classes: int) -> np.ndarray:
    """Draw n labels in which every class occurs, and the classes unequally often."""
    common = np.full(n - classes, rng.integers(classes))
    return rng.permutation(np.concatenate([np.arange(classes), common]))


def draw_logits(rng: np.random.Generator) -> np.ndarray:
    """Draw moderate logits, shape (n, C)."""
    n, _, classes = draw_sizes(rng)
    return rng.normal(scale=2.0, size=(n, classes))


def draw_large_logits(rng: np.random.Generator) -> np.ndarray:
    """Draw logits near 1000 in some rows and near -1000 in others, with one 2000 below its row in some.

    Multiples of 1/16, which float32 holds exactly: its rounding of large numbers is not what is tested.
    """
    n, _, classes = draw_sizes(rng)
    z = rng.integers(-32, 33, size=(n, classes)) / 16
    high = rng.permutation(np.arange(n) < n // 2)
    z += np.where(high, 1000.0, -1000.0)[:, np.newaxis]
    z[high, rng.integers(classes, size=high.sum())] -= 2000.0
    return z


def draw_problem(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw W (m, C), b (C,) with no small entry, X (n, m) and y (n,)."""
    n, features, classes = draw_sizes(rng)
    W = rng.normal(size=(features, classes))
    b = rng.choice([-1.0, 1.0], size=classes) * rng.uniform(0.5, 1.5, size=classes)
    return W, b, rng.normal(size=(n, features)), draw_labels(rng, n, classes)


def draw_blobs(rng: np.random.Generator, each: int, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draw as many examples of each class around its centre, of unit variance, in a random order."""
    y = rng.permutation(np.repeat(np.arange(len(centres)), each))
    return centres[y] + rng.normal(size=(len(y), centres.shape[1])), y


# softmax ---------------------------------------------------------------------------------------------------


@pytest.mark.points(5)
@pytest.mark.hint(
    "Each row is one example: take the exponentials and divide by their sum along the last axis, with "
    "keepdims=True, and do not subtract the maximum of a column (axis 0) from it."
)
def test_softmax_rows(rng: np.random.Generator, reference: ModuleType) -> None:
    """The softmax of a matrix of logits holds each row's probabilities."""
    z = draw_logits(rng)
    expected = reference.softmax(z)
    checks.close(softmax(z), expected, subject="softmax")


@pytest.mark.points(2)
@pytest.mark.requires("test_softmax_rows")
@pytest.mark.hint(
    "Use axis=-1, not axis=1, and neither add nor squeeze an axis: the result has the shape of z, for a "
    "vector and for a matrix of one row."
)
def test_softmax_vector(rng: np.random.Generator, reference: ModuleType) -> None:
    """The softmax of a vector is a vector, and that of one row is one row."""
    row = draw_logits(rng)[:1]
    expected = reference.softmax(row)
    checks.close(softmax(row[0].copy()), expected[0], subject="softmax")
    checks.close(softmax(row), expected, subject="softmax")


@pytest.mark.points(3)
@pytest.mark.requires("test_softmax_rows")
@pytest.mark.hint(
    "exp overflows for large logits and is 0 for very negative ones: softmax stays the same if every row is "
    "shifted by its own maximum first (one maximum for the whole matrix is not enough)."
)
def test_softmax_large_logits(rng: np.random.Generator, reference: ModuleType) -> None:
    """The softmax of logits near 1000 and -1000 is finite and right."""
    z = draw_large_logits(rng)
    expected = reference.softmax(z)
    checks.close(softmax(z), expected, subject="softmax")


@pytest.mark.points(1)
@pytest.mark.requires("test_softmax_rows")
@pytest.mark.hint("An in-place operation such as z -= ... or out=z changes the caller's array: make a new one.")
def test_softmax_leaves_its_argument(rng: np.random.Generator) -> None:
    """The logits are the same after softmax as before."""
    z = draw_logits(rng)
    before = z.copy()
    softmax(z)
    assert np.array_equal(z, before), "z was changed"


# log_softmax -----------------------------------------------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.hint(
    "The exponentials of a row's results must sum to 1: check the axis of your sum, and that the logarithm "
    "is the natural one and taken once."
)
def test_log_softmax_rows(rng: np.random.Generator, reference: ModuleType) -> None:
    """The log_softmax of a matrix of logits holds each row's log-probabilities."""
    z = draw_logits(rng)
    expected = reference.log_softmax(z)
    checks.close(log_softmax(z), expected, subject="log_softmax")


@pytest.mark.points(1)
@pytest.mark.requires("test_log_softmax_rows")
@pytest.mark.hint(
    "Use axis=-1, not axis=1, and neither add nor squeeze an axis: the result has the shape of z, for a "
    "vector and for a matrix of one row."
)
def test_log_softmax_vector(rng: np.random.Generator, reference: ModuleType) -> None:
    """The log_softmax of a vector is a vector, and that of one row is one row."""
    row = draw_logits(rng)[:1]
    expected = reference.log_softmax(row)
    checks.close(log_softmax(row[0].copy()), expected[0], subject="log_softmax")
    checks.close(log_softmax(row), expected, subject="log_softmax")


@pytest.mark.points(3)
@pytest.mark.requires("test_log_softmax_rows")
@pytest.mark.hint(
    "The logarithm of softmax is -inf where a probability rounds to 0, and adding a small number or "
    "clipping hides that: write the logarithm of the fraction out, and shift each row by its own maximum."
)
def test_log_softmax_large_logits(rng: np.random.Generator, reference: ModuleType) -> None:
    """The log_softmax of logits near 1000 and -1000 is finite and right."""
    z = draw_large_logits(rng)
    expected = reference.log_softmax(z)
    actual = as_numbers(log_softmax(z))
    checks.close(actual, expected, subject="log_softmax")
    near = expected > -100.0  # beside entries near -2000 an error in these would go unseen
    checks.close(actual[near], expected[near], subject="log_softmax")


# cross_entropy ---------------------------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.hint(
    "Take one log-probability a row, that of its own label (labels count from 0), and average over the n "
    "rows: neither the sum, nor the mean over all n*C entries; and do not put z through softmax twice."
)
def test_cross_entropy_mean(rng: np.random.Generator, reference: ModuleType) -> None:
    """The cross_entropy is the mean over the examples of minus the true class's log-probability."""
    z = draw_logits(rng)
    y = draw_labels(rng, *z.shape)
    expected = reference.cross_entropy(z, y)
    known = {"n": len(z), "classes": z.shape[1], "alternatives": mistaken_losses(reference, z, y)}
    checks.close(cross_entropy(z, y), expected, subject="cross_entropy", **known)


@pytest.mark.points(3)
@pytest.mark.requires("test_cross_entropy_mean")
@pytest.mark.hint(
    "A true class far below the maximum has probability 0 in floating point, but a finite log-probability: "
    "start from a stable log_softmax, not from the logarithm of softmax."
)
def test_cross_entropy_large_logits(rng: np.random.Generator, reference: ModuleType) -> None:
    """The cross_entropy of logits near 1000 and -1000 is finite and right."""
    z = draw_large_logits(rng)
    y = draw_labels(rng, *z.shape)
    far_below = np.flatnonzero(z.max(axis=1) - z.min(axis=1) > 1000)
    y[far_below[0]] = z[far_below[0]].argmin()
    expected = reference.cross_entropy(z, y)
    checks.close(cross_entropy(z, y), expected, subject="cross_entropy", n=len(z), classes=z.shape[1])


@pytest.mark.points(2)
@pytest.mark.requires("test_cross_entropy_mean")
@pytest.mark.hint(
    "Keep the checks that the stub brings: raise ValueError for no examples, for a label outside 0 to C - 1 "
    "(a negative index counts from the end without an error) and unless y has one label a row."
)
def test_cross_entropy_errors(rng: np.random.Generator) -> None:
    """An empty batch, a label out of range or a y of another length makes cross_entropy raise ValueError."""
    z = draw_logits(rng)
    n, classes = z.shape
    y = draw_labels(rng, n, classes)
    too_high, negative = y.copy(), y.copy()
    too_high[rng.integers(n)] = classes
    negative[rng.integers(n)] = -1
    for wrong_z, wrong_y in ((z[:0], y[:0]), (z, too_high), (z, negative), (z, y[:-1]), (z, y[:1])):
        with pytest.raises(ValueError):  # noqa: PT011 - which argument the message names is the student's choice
            cross_entropy(wrong_z, wrong_y)


# loss ------------------------------------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.hint("The logits are X W + b, examples as rows; give them, not probabilities, to cross_entropy.")
def test_loss_without_penalty(rng: np.random.Generator, reference: ModuleType) -> None:
    """The loss without a penalty is the mean cross-entropy of the logits, of many examples or of one."""
    W, b, X, y = draw_problem(rng)
    expected = reference.loss(W, b, X, y)
    known = {"n": len(X), "classes": len(b), "alternatives": mistaken_losses(reference, X @ W + b, y)}
    checks.close(loss(W, b, X, y), expected, subject="loss", **known)
    # small logits: a loss near 0 is ill-conditioned
    one = W[:1] / 10, b, X[:1, :1], np.array([len(b) - 1])
    one_expected = reference.loss(*one)
    checks.close(loss(*one), one_expected, subject="loss")


@pytest.mark.points(3)
@pytest.mark.requires("test_loss_without_penalty")
@pytest.mark.hint(
    "The penalty is l2 times the sum of the squares of all entries of W: without a factor 1/2, without a "
    "root, not divided by n, and without b."
)
def test_loss_penalty(rng: np.random.Generator, reference: ModuleType) -> None:
    """The loss with a penalty adds l2 times the squared norm of W and nothing for b."""
    W, b, X, y = draw_problem(rng)
    l2 = float(rng.uniform(0.1, 0.5))
    expected = reference.loss(W, b, X, y, l2)
    penalties = l2 * np.sum(W**2), l2 * np.sum(b**2)
    checks.close(loss(W, b, X, y, l2), expected, subject="loss", penalty=penalties[0], intercept_penalty=penalties[1])


@pytest.mark.points(1)
@pytest.mark.requires("test_loss_without_penalty")
@pytest.mark.hint(
    "Keep the checks that the stub brings: raise ValueError unless W has one row a feature of X, and for a negative l2."
)
def test_loss_errors(rng: np.random.Generator) -> None:
    """A W that does not fit X, or a negative penalty, makes loss raise ValueError."""
    W, b, X, y = draw_problem(rng)
    with pytest.raises(ValueError):  # noqa: PT011 - which argument the message names is the student's choice
        loss(W, b, X[:, 1:], y)
    with pytest.raises(ValueError):  # noqa: PT011 - the message's wording is the student's choice
        loss(W, b, X, y, -float(rng.uniform(0.1, 0.5)))


# gradient --------------------------------------------------------------------------------------------------


@pytest.mark.points(5)
@pytest.mark.hint(
    "Derive one example's loss in its logits first, then in W; check the sign, that X is transposed so that "
    "dW is (m, C), and that you divide by n once; central differences of your loss tell you which entry is "
    "wrong."
)
def test_gradient_weights(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradient in W without a penalty is right and has the shape of W."""
    W, b, X, y = draw_problem(rng)
    expected = reference.gradient(W, b, X, y)
    dW, _ = as_pair(gradient(W, b, X, y))
    checks.close(dW, expected[0], subject="dW", n=len(X), classes=len(b))


@pytest.mark.points(3)
@pytest.mark.hint(
    "b is added to the logits of every example, so db sums over the examples (axis 0), divided by n, and "
    "has the shape of b."
)
def test_gradient_bias(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradient in b without a penalty is right and has the shape of b."""
    W, b, X, y = draw_problem(rng)
    expected = reference.gradient(W, b, X, y)
    _, db = as_pair(gradient(W, b, X, y))
    checks.close(db, expected[1], subject="db", n=len(X), classes=len(b))


@pytest.mark.points(4)
@pytest.mark.requires("test_gradient_weights", "test_gradient_bias")
@pytest.mark.hint(
    "Differentiate the penalty itself: the square brings a factor 2, it is not averaged over the examples, "
    "and db gains nothing since b is not penalised."
)
def test_gradient_penalty(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradient with a penalty gains the penalty's derivative in W and nothing in b."""
    W, b, X, y = draw_problem(rng)
    l2 = float(rng.uniform(0.1, 0.5))
    expected = reference.gradient(W, b, X, y, l2)
    known = {"penalty": (2 * l2 * W, None), "intercept_penalty": (None, 2 * l2 * b), "n": len(X), "classes": len(b)}
    checks.close(as_pair(gradient(W, b, X, y, l2)), expected, names=("dW", "db"), **known)


@pytest.mark.points(2)
@pytest.mark.requires("test_gradient_weights")
@pytest.mark.hint(
    "The gradient needs the probabilities of large logits: use a softmax that shifts each row by its own maximum."
)
def test_gradient_large_logits(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradient in W for logits near 1000 and -1000 is finite and right."""
    n, features, classes = draw_sizes(rng)
    # multiples of 1/8, whose products and sums float32 holds exactly
    X = rng.integers(-8, 9, size=(n, features)) / 8
    X[:, 0] = rng.permutation(np.where(np.arange(n) < n // 2, 1.0, -1.0))
    W = rng.integers(-8, 9, size=(features, classes)) / 8
    W[0] += 1000.0
    b, y = rng.integers(-8, 9, size=classes) / 8, draw_labels(rng, n, classes)
    expected = reference.gradient(W, b, X, y)
    dW, _ = as_pair(gradient(W, b, X, y))
    checks.close(dW, expected[0], subject="dW", n=len(X), classes=len(b))


@pytest.mark.points(1)
@pytest.mark.requires("test_gradient_weights")
@pytest.mark.hint(
    "An in-place operation such as W *= ... or X -= ... changes the caller's array, also through another "
    "name for it: make a new one."
)
def test_gradient_leaves_its_arguments(rng: np.random.Generator) -> None:
    """The arguments W, b, X and y are the same after gradient as before."""
    arguments = draw_problem(rng)
    before = [argument.copy() for argument in arguments]
    gradient(*arguments, float(rng.uniform(0.1, 0.5)))
    for name, argument, copy in zip("WbXy", arguments, before, strict=True):
        assert np.array_equal(argument, copy), f"{name} was changed"


# predict ---------------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.hint(
    "Name the class with the largest logit in each row of X W + b: along axis 1, b included, counted from "
    "0, one label an example in shape (n,)."
)
def test_predict_labels(rng: np.random.Generator, reference: ModuleType) -> None:
    """For every example, predict names the class with the largest logit."""
    _, features, classes = draw_sizes(rng)
    W, b = rng.normal(size=(features, classes)), 2.0 * rng.normal(size=classes)
    X = rng.normal(size=(60, features))
    second, first = np.sort(X @ W + b, axis=1)[:, -2:].T
    X = X[first - second > 0.01]  # no winner hangs on the last digit
    expected = reference.predict(W, b, X)
    assert_labels(predict(W, b, X), expected, classes)


@pytest.mark.points(2)
@pytest.mark.requires("test_predict_labels")
@pytest.mark.hint(
    "Of equal logits the lowest class wins: do not search from the end, do not use >= in a search from the "
    "start, and do not draw one at random."
)
def test_predict_tie(rng: np.random.Generator, reference: ModuleType) -> None:
    """Where the largest logits are equal, predict names the lowest of their classes."""
    _, features, classes = draw_sizes(rng)
    # each row of X picks a row of W, whole numbers, in which the largest stands at two places or more
    X = rng.permutation(np.eye(features))
    W = rng.integers(-5, 5, size=(features, classes)).astype(np.float64)
    for row in W:
        row[rng.choice(classes, size=2, replace=False)] = 5.0
    b = np.zeros(classes)
    expected = reference.predict(W, b, X)
    assert_labels(predict(W, b, X), expected, classes)


# fit -------------------------------------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.hint(
    "Start at zero and take one step an epoch, each with the gradient at the current W and b: check the "
    "sign, that both are updated from the same gradient, and that no gradient is added to those of earlier "
    "steps."
)
def test_fit_full_batch(rng: np.random.Generator, reference: ModuleType) -> None:
    """Several epochs of fit on the whole data at once give the W and b of as many gradient steps."""
    W, _, X, y = draw_problem(rng)
    settings = {"step_size": float(rng.uniform(0.3, 0.6)), "epochs": 5, "batch_size": len(X)}
    expected = reference.fit(X, y, W.shape[1], **settings)
    checks.close(as_pair(fit(X, y, W.shape[1], **settings)), expected, names=("W", "b"))


@pytest.mark.points(3)
@pytest.mark.requires("test_fit_full_batch")
@pytest.mark.hint(
    "Without rng the batches are taken in row order, and where batch_size does not divide n (or is above n) "
    "the last one is short: do not drop it, and average it over its own size."
)
def test_fit_short_last_batch(rng: np.random.Generator, reference: ModuleType) -> None:
    """The short batch that is left over counts in fit, averaged over its own size."""
    W, _, X, y = draw_problem(rng)
    with_tail = next(size for size in (3, 4, 5) if len(X) % size > 1)
    for batch_size in (with_tail, len(X) + 3):
        settings = {"step_size": float(rng.uniform(0.3, 0.6)), "epochs": 2, "batch_size": batch_size}
        expected = reference.fit(X, y, W.shape[1], **settings)
        checks.close(as_pair(fit(X, y, W.shape[1], **settings)), expected, names=("W", "b"))


@pytest.mark.points(3)
@pytest.mark.requires("test_fit_full_batch")
@pytest.mark.hint("Hand l2 on to gradient: the penalty pulls W in every step, with its factor 2, and leaves b alone.")
def test_fit_penalty(rng: np.random.Generator, reference: ModuleType) -> None:
    """With a penalty, every step of fit pulls W towards zero, and b not."""
    W, _, X, y = draw_problem(rng)
    settings = {"step_size": float(rng.uniform(0.3, 0.6)), "epochs": 5, "batch_size": len(X)}
    settings["l2"] = float(rng.uniform(0.1, 0.5))
    expected = reference.fit(X, y, W.shape[1], **settings)
    checks.close(as_pair(fit(X, y, W.shape[1], **settings)), expected, names=("W", "b"))


@pytest.mark.points(2)
@pytest.mark.requires("test_fit_full_batch")
@pytest.mark.hint(
    "Draw an order of the rows from rng, for example a permutation, and reorder X and y alike: a row drawn "
    "anew for each step may come twice or never, and an rng that is not used gives the same order always."
)
def test_fit_visits_every_row_once(rng: np.random.Generator, reference: ModuleType) -> None:
    """With an rng, an epoch of fit visits every row once, in an order that the rng decides."""
    classes, features = 3, int(rng.integers(2, 5))
    X, y = rng.normal(size=(classes, features)), rng.permutation(classes)
    settings = {"step_size": float(rng.uniform(0.5, 1.0)), "epochs": 1, "batch_size": 1}
    orders = [list(order) for order in permutations(range(classes))]
    expected = [reference.fit(X[order], y[order], classes, **settings) for order in orders]
    seen = set()
    for seed in rng.integers(2**32, size=12):
        W, b = as_pair(fit(X, y, classes, rng=np.random.default_rng(seed), **settings))
        visited = [i for i, (eW, eb) in enumerate(expected) if agrees(W, eW) and agrees(b, eb)]
        assert visited, "no order of the rows gives this result"
        seen.add(visited[0])
    assert len(seen) > 1, "twelve generators gave one and the same order"


@pytest.mark.points(1)
@pytest.mark.requires("test_fit_full_batch")
@pytest.mark.hint("Without an epoch fit returns its start: zeros, W one column a class and b one entry a class.")
def test_fit_zero_epochs(rng: np.random.Generator) -> None:
    """With epochs=0, fit returns the zero start."""
    W, b, X, y = draw_problem(rng)
    checks.close(
        as_pair(fit(X, y, len(b), epochs=0)), (np.zeros_like(W), np.zeros_like(b)), names=("W", "b"), atol=1e-12
    )


@pytest.mark.points(2)
@pytest.mark.requires("test_fit_full_batch")
@pytest.mark.hint(
    "fit and then predict on new examples of well separated classes: watch your loss an epoch, it starts at "
    "log C and must fall; if it does, look at predict."
)
def test_fit_learns(rng: np.random.Generator) -> None:
    """What fit learns from well separated classes, predict gets right on new examples of them."""
    _, features, classes = draw_sizes(rng)
    centres = 6.0 * rng.permutation(np.eye(features))[:classes]
    X, y = draw_blobs(rng, 30, centres)
    W, b = as_pair(fit(X, y, classes, rng=np.random.default_rng(rng.integers(2**32))))
    new_X, new_y = draw_blobs(rng, 20, centres)
    labels = as_numbers(predict(as_numbers(W), as_numbers(b), new_X))
    assert labels.shape == new_y.shape, f"shape {labels.shape} came back, not {new_y.shape}"
    right = np.mean(labels == new_y)
    assert right >= 0.95, f"{right:.0%} are right"


@pytest.mark.points(1)
@pytest.mark.requires("test_fit_full_batch")
@pytest.mark.hint("Keep the checks that the stub brings: a batch_size under 1 and negative epochs raise ValueError.")
def test_fit_errors(rng: np.random.Generator) -> None:
    """A batch_size of 0 or a negative number of epochs makes fit raise ValueError."""
    W, _, X, y = draw_problem(rng)
    with pytest.raises(ValueError):  # noqa: PT011 - the message's wording is the student's choice
        fit(X, y, W.shape[1], batch_size=0)
    with pytest.raises(ValueError):  # noqa: PT011 - the message's wording is the student's choice
        fit(X, y, W.shape[1], epochs=-1)


# SoftmaxClassifier -----------------------------------------------------------------------------------------


@checks.probe
def run_model(model: object, W: object, b: object, X: object, y: object = None, double: bool = False) -> object:
    """Return what a SoftmaxClassifier with weights W (m, C) and biases b (C,) makes of X (n, m) and labels y.

    The weight is the parameter of shape (C, m) or (m, C), the bias the one of shape (C,); others stay as they began.
    The keys are log_probabilities and, with y, loss (nll_loss), dW in W's shape and db, where there are such.
    """
    import torch

    model = model.double() if double else model
    values, found = {W.shape: ("dW", W), W.T.shape: ("dW", W.T), b.shape: ("db", b)}, {}
    dtype = torch.get_default_dtype()
    with torch.no_grad():
        for parameter in model.parameters():
            name, value = values.get(tuple(parameter.shape), ("", None))
            if name and name not in found:
                parameter.copy_(torch.as_tensor(value))
                found[name] = parameter
            dtype = parameter.dtype
    log_probabilities = model(torch.as_tensor(X, dtype=dtype))
    result = {"log_probabilities": log_probabilities}
    if y is not None:
        result["loss"] = torch.nn.functional.nll_loss(log_probabilities, torch.as_tensor(y))
        result["loss"].backward()
        gradients = {name: parameter.grad for name, parameter in found.items() if parameter.grad is not None}
        result |= {name: gradient if gradient.shape == W.shape else gradient.T for name, gradient in gradients.items()}
    return result


@checks.probe
def shapes_of_parameters(model: object) -> object:
    """Return the shapes of a model's parameters."""
    return [tuple(parameter.shape) for parameter in model.parameters()]


def mistaken_outputs(reference: ModuleType, z: np.ndarray) -> dict[str, np.ndarray]:
    """Compute what the classic mistake makes of the log-probabilities of logits z, by cause."""
    return {"softmax twice": reference.log_softmax(reference.softmax(z))}


def run_classifier(W: np.ndarray, b: np.ndarray, X: np.ndarray, *labels: np.ndarray, double: bool = False) -> Any:
    """Return what a new SoftmaxClassifier with these parameters makes of X, and of labels."""
    return run_model(SoftmaxClassifier(*W.shape), W, b, X, *labels, double=double)


def check_classifier(
    reference: ModuleType, W: np.ndarray, b: np.ndarray, X: np.ndarray, *, double: bool = False
) -> None:
    """Fail unless a SoftmaxClassifier with these parameters gives the log-probabilities of X W + b."""
    expected = reference.log_softmax(X @ W + b)
    actual = run_classifier(W, b, X, double=double)["log_probabilities"]
    known = {"classes": len(b), "alternatives": mistaken_outputs(reference, X @ W + b)}
    checks.close(actual, expected, subject="forward(x)", **known)


@pytest.mark.points(3)
@pytest.mark.hint(
    "forward is one log_softmax of the logits, over the classes (dim=1 or dim=-1, not dim=0): not the logits, not the "
    "probabilities, and not log_softmax of probabilities."
)
def test_classifier_log_probabilities(rng: np.random.Generator, reference: ModuleType) -> None:
    """With zero biases, a SoftmaxClassifier gives the log-probabilities of several examples and of one."""
    W, b, X, _ = draw_problem(rng)
    for examples in (X, X[:1]):
        check_classifier(reference, W, np.zeros_like(b), examples)


@pytest.mark.points(1)
@pytest.mark.requires("test_classifier_log_probabilities")
@pytest.mark.hint("The logits have a bias: a parameter of shape (classes,), added for every example.")
def test_classifier_bias(rng: np.random.Generator, reference: ModuleType) -> None:
    """With biases that are not zero, a SoftmaxClassifier gives the right log-probabilities."""
    W, b, X, _ = draw_problem(rng)
    check_classifier(reference, W, b, X)


@pytest.mark.points(3)
@pytest.mark.hint(
    "backward has to reach the weight and the bias: compute with torch alone, from registered parameters (no detach, "
    "no NumPy, no .data, no no_grad), and let forward give log-probabilities, which nll_loss takes."
)
def test_classifier_gradients(rng: np.random.Generator, reference: ModuleType) -> None:
    """The nll_loss of a SoftmaxClassifier, and its gradients in weight and bias, are those of loss and gradient."""
    W, b, X, y = draw_problem(rng)
    expected, gradients = reference.loss(W, b, X, y), reference.gradient(W, b, X, y)
    actual = run_classifier(W, b, X, y)
    checks.close(actual["loss"], expected, subject="nll_loss", n=len(X), classes=len(b))
    for name, part in zip(("dW", "db"), gradients, strict=True):
        assert name in actual, f"there is no gradient {name}"
        checks.close(actual[name], part, subject=name, n=len(X), classes=len(b))


@pytest.mark.points(2)
@pytest.mark.requires("test_classifier_log_probabilities")
@pytest.mark.hint(
    "A probability that rounds to 0 has the logarithm -inf: do not take the log of a softmax, and do not clip it; use "
    "a log_softmax of the logits."
)
def test_classifier_large_logits(rng: np.random.Generator, reference: ModuleType) -> None:
    """The log-probabilities of a SoftmaxClassifier are finite and right for logits near 1000 and -1000."""
    n, features, classes = draw_sizes(rng)
    # multiples of 1/8, whose products and sums float32 holds exactly
    X, W = rng.integers(-8, 9, size=(n, features)) / 8, rng.integers(-8, 9, size=(features, classes)) / 8
    X[:, 0] = rng.permutation(np.where(np.arange(n) < n // 2, 1.0, -1.0))
    W[0] += 1000.0
    W[0, rng.integers(classes)] -= 2000.0
    b = np.zeros(classes)
    expected = reference.log_softmax(X @ W)
    actual = run_classifier(W, b, X)["log_probabilities"]
    checks.close(actual, expected, subject="forward(x)")
    near = expected > -100.0  # beside entries near -2000 an error in these would go unseen
    numbers = torch.as_tensor(actual).detach().numpy()
    # float32 keeps 1000 to 6e-5, and z - logsumexp(z) is right
    checks.close(numbers[near], expected[near], subject="forward(x)", atol=1e-3)


@pytest.mark.points(1)
@pytest.mark.requires("test_classifier_log_probabilities")
@pytest.mark.hint(
    "double() turns parameters and buffers into float64, and x comes as float64 too: do not turn x into float32, and "
    "make no new float32 tensors in forward."
)
def test_classifier_double(rng: np.random.Generator, reference: ModuleType) -> None:
    """After double(), a SoftmaxClassifier takes float64 and gives the right log-probabilities."""
    W, b, X, _ = draw_problem(rng)
    check_classifier(reference, W, np.zeros_like(b), X, double=True)


@pytest.mark.points(1)
@pytest.mark.requires("test_classifier_log_probabilities")
@pytest.mark.hint(
    "One weight, (classes, features) or (features, classes), and one bias, (classes,): no other parameters, no second "
    "layer, and not (1, classes)."
)
def test_classifier_parameters(rng: np.random.Generator) -> None:
    """The only parameters of a SoftmaxClassifier are a weight and a bias, of the shapes that are asked for."""
    _, features, classes = draw_sizes(rng)
    shapes = sorted(sorted(shape) for shape in shapes_of_parameters(SoftmaxClassifier(features, classes)))
    assert shapes == sorted([sorted((features, classes)), [classes]]), f"the parameters' shapes are {shapes}"
