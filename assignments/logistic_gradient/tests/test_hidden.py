"""The hidden tests of logistic_gradient: their inputs are drawn for each submission."""

from itertools import permutations
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from logistic_gradient import derivation, fit, gradient, hessian, loss, predict, sgd_step, sigmoid

from autograder import checks

Problem = tuple[np.ndarray, float, np.ndarray, np.ndarray]

STEPS = {
    "dl_dp": "(p - y)/(p*(1 - p))",
    "dp_dz": "p*(1 - p)",
    "dz_dw": "x",
    "dz_db": "1",
    "dl_dw": "(p - y)*x",
    "dl_db": "p - y",
}
DOMAIN = {"y": (-np.inf, np.inf), "p": (0, 1), "x": (-np.inf, np.inf)}
PRODUCTS = {"dl_dw": ("dl_dp", "dp_dz", "dz_dw"), "dl_db": ("dl_dp", "dp_dz", "dz_db")}


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


def agrees(actual: Any, expected: Any) -> bool:
    """Say whether actual agrees with expected, where one of several answers is right."""
    try:
        checks.close(actual, expected, atol=1e-5)
    except checks.CheckFailure:
        return False
    return True


def check_step(step: str, rng: np.random.Generator) -> None:
    """Fail unless a step of the student's derivation is right or follows from their earlier ones."""
    checks.derivation(derivation(), STEPS, step, symbols=("y", "p", "x"), domain=DOMAIN, products=PRODUCTS, rng=rng)


# What goes in ----------------------------------------------------------------------------------------------


def draw_labels(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw n labels of which at least two are 0 and two are 1."""
    return rng.permutation(np.concatenate([[0, 0, 1, 1], rng.integers(2, size=n - 4)]))


def draw_sizes(rng: np.random.Generator) -> tuple[int, int]:
    """Draw n > m + 1 > 2, so that no two axes can be taken for each other."""
    features = int(rng.integers(2, 5))
    return features + int(rng.integers(6, 11)), features


def draw_problem(rng: np.random.Generator) -> Problem:
    """Draw w (m,) and b, not small, X (n, m) and y (n,)."""
    n, features = draw_sizes(rng)
    w, b = rng.normal(size=features), float(rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 1.5))
    return w, b, rng.normal(size=(n, features)), draw_labels(rng, n)


def draw_large_problem(rng: np.random.Generator) -> Problem:
    """Draw a problem with logits near 1000, near -1000 and of moderate size, and both labels at each.

    Multiples of 1/8, whose products and sums float32 holds exactly: its rounding of large numbers is not what is
    tested.
    """
    features = int(rng.integers(2, 5))
    X = rng.integers(-8, 9, size=(12, features)) / 8
    X[:, 0] = np.repeat([1.0, -1.0, 0.0], 4)
    w = rng.integers(-8, 9, size=features) / 8
    w[0] += 1000.0
    order = rng.permutation(12)
    return w, float(rng.integers(-8, 9) / 8), X[order], np.tile([0, 1], 6)[order]


def draw_one(rng: np.random.Generator) -> Problem:
    """Draw a problem of one example with one feature."""
    return rng.normal(size=1), float(rng.normal()), rng.normal(size=(1, 1)), rng.integers(2, size=1)


def draw_clouds(rng: np.random.Generator, each: int, centre: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draw as many examples of each label, label 1 around the centre and label 0 around minus it."""
    y = rng.permutation(np.repeat([0, 1], each))
    return np.outer(2 * y - 1, centre) + rng.normal(size=(len(y), len(centre))), y


def descend(
    reference: ModuleType, X: np.ndarray, y: np.ndarray, settings: dict[str, Any], intercept_l2: float
) -> tuple[np.ndarray, float]:
    """Take full-batch steps of which each also pulls b, as the classic mistake has it."""
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(settings["epochs"]):
        dw, db = reference.gradient(w, b, X, y)
        w = w - settings["step_size"] * (dw + 2 * settings["l2"] * w)
        b = b - settings["step_size"] * (db + 2 * intercept_l2 * b)
    return w, b


# sigmoid ---------------------------------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.in_place("z")
@pytest.mark.hint("1 / (1 + exp(-z)), entry by entry: look at the sign in the exponent.")
def test_sigmoid_values(rng: np.random.Generator, reference: ModuleType) -> None:
    """The sigmoid of a vector of logits holds their probabilities."""
    z = rng.normal(scale=2.0, size=rng.integers(5, 12))
    expected = reference.sigmoid(z)
    checks.close(sigmoid(z), expected, subject="sigmoid")


@pytest.mark.points(2)
@pytest.mark.in_place("z")
@pytest.mark.requires("test_sigmoid_values")
@pytest.mark.hint("Work entry by entry, with operations that take any shape: do not index, flatten or loop over rows.")
def test_sigmoid_keeps_the_shape(rng: np.random.Generator, reference: ModuleType) -> None:
    """The sigmoid of a number is a number, and that of a matrix or a column has its shape."""
    rows, columns = (int(size) for size in rng.integers(2, 6, size=2))
    for z in (float(rng.normal()), rng.normal(size=(rows, columns)), rng.normal(size=(rows, 1))):
        expected = reference.sigmoid(z)
        checks.close(sigmoid(z), expected, subject="sigmoid")


@pytest.mark.points(1)
@pytest.mark.in_place("z")
@pytest.mark.requires("test_sigmoid_values")
@pytest.mark.hint("inf / inf is NaN: exp(z) / (1 + exp(z)) serves negative logits alone.")
def test_sigmoid_large_logits(rng: np.random.Generator, reference: ModuleType) -> None:
    """The sigmoid of logits near 1000 and -1000 is finite and right."""
    z = rng.permutation([1000.0, -1000.0, 800.0, -800.0, 0.0]) + rng.normal(size=5)
    expected = reference.sigmoid(z)
    checks.close(sigmoid(z), expected, subject="sigmoid")


@pytest.mark.points(2)
@pytest.mark.in_place("z")
@pytest.mark.requires("test_sigmoid_values")
@pytest.mark.hint(
    "exp of a large number overflows, and np.where computes both of its branches: give exp no positive number."
)
def test_sigmoid_no_overflow_warning(rng: np.random.Generator, reference: ModuleType) -> None:
    """The sigmoid of logits near 1000 and -1000 is right and warns of no overflow."""
    z = rng.permutation([1000.0, -1000.0, 800.0, -800.0, 0.0]) + rng.normal(size=5)
    expected = reference.sigmoid(z)
    with checks.no_warnings():
        actual = sigmoid(z)
    checks.close(actual, expected, subject="sigmoid")


@pytest.mark.points(1)
@pytest.mark.requires("test_sigmoid_values")
@pytest.mark.hint("An in-place operation such as z *= -1 or z[z < 0] = ... changes the caller's array: make a new one.")
def test_sigmoid_leaves_its_argument(rng: np.random.Generator) -> None:
    """The logits are the same after sigmoid as before."""
    z = rng.normal(size=(4, 3))
    with checks.unchanged(z, names=("z",)):
        sigmoid(z)


# loss ------------------------------------------------------------------------------------------------------


@pytest.mark.points(5)
@pytest.mark.hint(
    "The logits are X w + b; take -log p where the label is 1, -log(1 - p) where it is 0, and the mean over n."
)
def test_loss_values(rng: np.random.Generator, reference: ModuleType) -> None:
    """The loss is the mean cross-entropy of the labels, of many examples or of one with one feature."""
    w, b, X, y = draw_problem(rng)
    expected = reference.loss(w, b, X, y)
    signs = {"labels -1 and 1": float(np.logaddexp(0.0, -y * (X @ w + b)).mean())}
    checks.close(loss(w, b, X, y), expected, subject="loss", n=len(X), alternatives=signs)
    # a small logit: a loss near 0 is ill-conditioned
    one = tuple(part / 4 for part in draw_one(rng)[:3])
    for y in (np.array([0]), np.array([1])):
        expected = reference.loss(*one, y)
        checks.close(loss(*one, y), expected, subject="loss")


@pytest.mark.points(3)
@pytest.mark.requires("test_loss_values")
@pytest.mark.hint(
    "p rounds to 0 or 1 there, and log(0) is -inf; clipping p or adding a small number hides that. Write -log p and "
    "-log(1 - p) in terms of z, and keep exp from overflowing."
)
def test_loss_large_logits(rng: np.random.Generator, reference: ModuleType) -> None:
    """The loss for logits near 1000 and -1000 is finite and right."""
    w, b, X, y = draw_large_problem(rng)
    expected = reference.loss(w, b, X, y)
    checks.close(loss(w, b, X, y), expected, subject="loss", n=len(X))


@pytest.mark.points(2)
@pytest.mark.requires("test_loss_values")
@pytest.mark.hint("In small integer types -y and 2 * y - 1 wrap around: turn y into floats before you compute with it.")
def test_loss_integer_labels(rng: np.random.Generator, reference: ModuleType) -> None:
    """The loss is the same for labels of any integer dtype."""
    w, b, X, y = draw_problem(rng)
    expected = reference.loss(w, b, X, y)
    for dtype in (np.uint8, np.int8, np.int32):
        checks.close(loss(w, b, X, y.astype(dtype)), expected, subject="loss", n=len(X))


@pytest.mark.points(1)
@pytest.mark.requires("test_loss_values")
@pytest.mark.hint(
    "Keep the checks that the stub brings: raise ValueError for no examples, for a label that is neither 0 nor 1, and "
    "unless w and y fit X."
)
def test_loss_errors(rng: np.random.Generator) -> None:
    """An empty batch, a label of 2 or -1, and a w or y of another length make loss raise ValueError."""
    w, b, X, y = draw_problem(rng)
    two, minus = y.copy(), y.copy()
    two[rng.integers(len(y))] = 2
    minus[y == 0] = -1
    for wrong in ((w, b, X[:0], y[:0]), (w, b, X, two), (w, b, X, minus), (w, b, X, y[:-1]), (w[1:], b, X, y)):
        checks.raises(ValueError, loss, *wrong)


# gradient --------------------------------------------------------------------------------------------------


@pytest.mark.points(5)
@pytest.mark.hint(
    "One example contributes its dl_dw of your derivation; check the sign, that X is transposed so that dw is (m,), "
    "and that you divide by n once; central differences of your loss tell you which entry is wrong."
)
def test_gradient_weights(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradient in w is right and has the shape of w."""
    w, b, X, y = draw_problem(rng)
    expected = reference.gradient(w, b, X, y)
    dw, _ = as_pair(gradient(w, b, X, y))
    checks.close(dw, expected[0], subject="dw", n=len(X))


@pytest.mark.points(3)
@pytest.mark.hint("b is added to the logit of every example: db is a number, the mean of each example's dl_db.")
def test_gradient_intercept(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradient in b is right and a number."""
    w, b, X, y = draw_problem(rng)
    expected = reference.gradient(w, b, X, y)
    _, db = as_pair(gradient(w, b, X, y))
    checks.close(db, expected[1], subject="db", n=len(X), atol=1e-5)


@pytest.mark.points(1)
@pytest.mark.requires("test_gradient_weights", "test_gradient_intercept")
@pytest.mark.hint(
    "Keep the shapes with one example and one feature too: no squeeze, and dw is (1,) while db is a number."
)
def test_gradient_one_example(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradient of one example with one feature is right."""
    problem = draw_one(rng)
    expected = reference.gradient(*problem)
    checks.close(as_pair(gradient(*problem)), expected, names=("dw", "db"), atol=1e-5)


@pytest.mark.points(2)
@pytest.mark.requires("test_gradient_weights", "test_gradient_intercept")
@pytest.mark.hint(
    "The gradient needs probabilities of large logits: NaN comes from inf / inf, or from dividing by p (1 - p)."
)
def test_gradient_large_logits(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradient for logits near 1000 and -1000 is finite and right."""
    w, b, X, y = draw_large_problem(rng)
    expected = reference.gradient(w, b, X, y)
    checks.close(as_pair(gradient(w, b, X, y)), expected, names=("dw", "db"), n=len(X), atol=1e-5)


@pytest.mark.points(1)
@pytest.mark.requires("test_gradient_weights", "test_gradient_intercept")
@pytest.mark.hint(
    "Keep the checks that the stub brings: raise ValueError for no examples, for a label that is neither 0 nor 1, and "
    "unless w and y fit X."
)
def test_gradient_errors(rng: np.random.Generator) -> None:
    """An empty batch, labels -1 and 1, and a w or y of another length make gradient raise ValueError."""
    w, b, X, y = draw_problem(rng)
    for wrong in ((w, b, X[:0], y[:0]), (w, b, X, 2 * y - 1), (w, b, X, y[:-1]), (w[1:], b, X, y)):
        checks.raises(ValueError, gradient, *wrong)


# hessian ---------------------------------------------------------------------------------------------------


@pytest.mark.points(6)
@pytest.mark.hint(
    "Differentiate the gradient once more: one example contributes p (1 - p) times the products of its features, with "
    "a 1 for the intercept, which comes last; then the mean over the examples."
)
def test_hessian_values(rng: np.random.Generator, reference: ModuleType) -> None:
    """The Hessian of the loss in w and b is right, with the intercept last."""
    w, b, X, y = draw_problem(rng)
    expected = reference.hessian(w, b, X, y)
    first = {"intercept first": np.roll(expected, 1, axis=(0, 1))}
    checks.close(hessian(w, b, X, y), expected, subject="hessian", n=len(X), alternatives=first)


@pytest.mark.points(1)
@pytest.mark.requires("test_hessian_values")
@pytest.mark.hint("With one example and one feature the Hessian is 2 by 2: no squeeze.")
def test_hessian_one_example(rng: np.random.Generator, reference: ModuleType) -> None:
    """The Hessian of one example with one feature is right."""
    problem = draw_one(rng)
    expected = reference.hessian(*problem)
    checks.close(hessian(*problem), expected, subject="hessian")


@pytest.mark.points(2)
@pytest.mark.requires("test_hessian_values")
@pytest.mark.hint("Where p is 0 or 1 its example contributes nothing; NaN comes from inf / inf in the sigmoid.")
def test_hessian_large_logits(rng: np.random.Generator, reference: ModuleType) -> None:
    """The Hessian for logits near 1000 and -1000 is finite and right."""
    w, b, X, y = draw_large_problem(rng)
    expected = reference.hessian(w, b, X, y)
    checks.close(hessian(w, b, X, y), expected, subject="hessian", n=len(X), atol=1e-5)


@pytest.mark.points(1)
@pytest.mark.requires("test_hessian_values")
@pytest.mark.hint("Keep the checks that the stub brings: raise ValueError for no examples and unless w and y fit X.")
def test_hessian_errors(rng: np.random.Generator) -> None:
    """An empty batch and a w or y of another length make hessian raise ValueError."""
    w, b, X, y = draw_problem(rng)
    for wrong in ((w, b, X[:0], y[:0]), (w, b, X, y[:-1]), (w[1:], b, X, y)):
        checks.raises(ValueError, hessian, *wrong)


# sgd_step --------------------------------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.in_place("w", "X", "y")
@pytest.mark.hint("Take one gradient at the old w and b, then move both against it, each by step_size times its part.")
def test_sgd_step_values(rng: np.random.Generator, reference: ModuleType) -> None:
    """A step moves w and b against the gradient of the loss of the batch."""
    w, b, X, y = draw_problem(rng)
    step_size = float(rng.uniform(0.5, 2.0))
    expected = reference.sgd_step(w, b, X, y, step_size)
    uphill = 2 * w - expected[0], 2 * b - expected[1]
    actual = as_pair(sgd_step(w, b, X, y, step_size))
    checks.close(actual, expected, names=("w", "b"), atol=1e-5, alternatives={"uphill": uphill})


@pytest.mark.points(1)
@pytest.mark.requires("test_sgd_step_values")
@pytest.mark.hint("w -= ... changes the caller's array: write w = w - ....")
def test_sgd_step_leaves_its_arguments(rng: np.random.Generator) -> None:
    """The arguments w, X and y are the same after sgd_step as before."""
    w, b, X, y = draw_problem(rng)
    with checks.unchanged(w, X, y, names=("w", "X", "y")):
        sgd_step(w, b, X, y, float(rng.uniform(0.5, 2.0)))


@pytest.mark.points(1)
@pytest.mark.in_place("w", "X", "y")
@pytest.mark.requires("test_sgd_step_values")
@pytest.mark.hint("Keep the checks that the stub brings: a negative step_size and no examples raise ValueError.")
def test_sgd_step_errors(rng: np.random.Generator) -> None:
    """A negative step size or an empty batch makes sgd_step raise ValueError."""
    w, b, X, y = draw_problem(rng)
    checks.raises(ValueError, sgd_step, w, b, X, y, -float(rng.uniform(0.5, 2.0)))
    checks.raises(ValueError, sgd_step, w, b, X[:0], y[:0], float(rng.uniform(0.5, 2.0)))


# fit -------------------------------------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.hint(
    "Start at zero and take one step an epoch, each with the gradient at the current w and b: check the sign, and that "
    "both are updated from the same gradient."
)
def test_fit_full_batch(rng: np.random.Generator, reference: ModuleType) -> None:
    """Several epochs of fit on the whole data at once give the w and b of as many gradient steps."""
    _, _, X, y = draw_problem(rng)
    settings = {"step_size": float(rng.uniform(0.3, 0.6)), "epochs": 5, "batch_size": len(X)}
    expected = reference.fit(X, y, **settings)
    checks.close(as_pair(fit(X, y, **settings)), expected, names=("w", "b"), atol=1e-5)


@pytest.mark.points(3)
@pytest.mark.requires("test_fit_full_batch")
@pytest.mark.hint(
    "Without rng the batches are taken in row order, and where batch_size does not divide n (or is above n) the last "
    "one is short: do not drop it, and average it over its own size."
)
def test_fit_short_last_batch(rng: np.random.Generator, reference: ModuleType) -> None:
    """The short batch that is left over counts in fit, averaged over its own size."""
    _, _, X, y = draw_problem(rng)
    with_tail = next(size for size in (3, 4, 5) if len(X) % size > 1)
    settings = {"step_size": float(rng.uniform(0.3, 0.6)), "epochs": 2}
    whole = len(X) - len(X) % with_tail
    dropped = reference.fit(X[:whole], y[:whole], batch_size=with_tail, **settings)
    for batch_size in (with_tail, len(X) + 3):
        expected = reference.fit(X, y, batch_size=batch_size, **settings)
        actual = as_pair(fit(X, y, batch_size=batch_size, **settings))
        checks.close(actual, expected, names=("w", "b"), atol=1e-5, alternatives={"tail dropped": dropped})


@pytest.mark.points(3)
@pytest.mark.requires("test_fit_full_batch")
@pytest.mark.hint(
    "Differentiate the penalty: it pulls w in every step, by 2 * l2 * w, with the whole of it in each batch, and "
    "leaves b alone."
)
def test_fit_penalty(rng: np.random.Generator, reference: ModuleType) -> None:
    """With a penalty, every step of fit pulls w towards zero, and b not."""
    _, _, X, y = draw_problem(rng)
    settings = {"step_size": float(rng.uniform(0.3, 0.6)), "epochs": 5, "batch_size": len(X)}
    l2 = float(rng.uniform(0.1, 0.3))
    expected = reference.fit(X, y, l2=l2, **settings)
    mistakes = {
        "penalty missing": reference.fit(X, y, **settings),
        "penalty without its factor 2": reference.fit(X, y, l2=l2 / 2, **settings),
        "penalty on the intercept": descend(reference, X, y, settings | {"l2": l2}, intercept_l2=l2),
    }
    checks.close(as_pair(fit(X, y, l2=l2, **settings)), expected, names=("w", "b"), atol=1e-5, alternatives=mistakes)


@pytest.mark.points(3)
@pytest.mark.requires("test_fit_full_batch")
@pytest.mark.hint(
    "Draw an order of the rows from rng, for example a permutation, and reorder X and y alike: a row drawn anew for "
    "each step may come twice or never, and an rng that is not used gives the same order always."
)
def test_fit_visits_every_row_once(rng: np.random.Generator, reference: ModuleType) -> None:
    """With an rng, an epoch of fit visits every row once, in an order that the rng decides."""
    X, y = rng.normal(size=(3, int(rng.integers(2, 5)))), rng.permutation([0, 1, int(rng.integers(2))])
    settings = {"step_size": float(rng.uniform(0.5, 1.0)), "epochs": 1, "batch_size": 1}
    orders = [list(order) for order in permutations(range(3))]
    expected = [reference.fit(X[order], y[order], **settings) for order in orders]
    seen = set()
    for seed in rng.integers(2**32, size=12):
        w, b = as_pair(fit(X, y, rng=np.random.default_rng(seed), **settings))
        visited = [i for i, (order_w, order_b) in enumerate(expected) if agrees(w, order_w) and agrees(b, order_b)]
        assert visited, "no order of the rows gives this result"
        seen.add(visited[0])
    assert len(seen) > 1, "twelve generators gave one and the same order"


@pytest.mark.points(1)
@pytest.mark.requires("test_fit_full_batch")
@pytest.mark.hint("Without an epoch fit returns its start: zeros, w one entry a feature and b a number.")
def test_fit_zero_epochs(rng: np.random.Generator) -> None:
    """With epochs=0, fit returns the zero start."""
    w, _, X, y = draw_problem(rng)
    checks.close(as_pair(fit(X, y, epochs=0)), (np.zeros_like(w), 0.0), names=("w", "b"), atol=1e-12)


@pytest.mark.points(1)
@pytest.mark.requires("test_fit_full_batch")
@pytest.mark.hint(
    "fit and then predict on new examples of well separated clouds: watch your loss an epoch, it starts at log 2 and "
    "must fall; if it does, look at predict."
)
def test_fit_learns(rng: np.random.Generator) -> None:
    """What fit learns from well separated clouds, predict gets right on new examples of them."""
    _, features = draw_sizes(rng)
    centre = rng.normal(size=features)
    centre *= 3.5 / np.linalg.norm(centre)
    X, y = draw_clouds(rng, 30, centre)
    w, b = as_pair(fit(X, y, rng=np.random.default_rng(rng.integers(2**32))))
    new_X, new_y = draw_clouds(rng, 30, centre)
    labels = as_numbers(predict(as_numbers(w), float(as_numbers(b)), new_X))
    assert labels.shape == new_y.shape, f"shape {labels.shape} came back, not {new_y.shape}"
    right = np.mean(labels == new_y)
    assert right >= 0.95, f"{right:.0%} are right"


@pytest.mark.points(1)
@pytest.mark.requires("test_fit_full_batch")
@pytest.mark.hint(
    "Keep the checks that the stub brings: a batch_size under 1, negative epochs and a negative l2 raise ValueError."
)
def test_fit_errors(rng: np.random.Generator) -> None:
    """A batch_size of 0, a negative number of epochs or a negative penalty makes fit raise ValueError."""
    _, _, X, y = draw_problem(rng)
    for wrong in ({"batch_size": 0}, {"epochs": -1}, {"l2": -float(rng.uniform(0.1, 0.5))}):
        checks.raises(ValueError, fit, X, y, **wrong)


# predict ---------------------------------------------------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.hint("Compare the logit X w + b with 0 (or its sigmoid with 1/2), b included: one label an example, (n,).")
def test_predict_labels(rng: np.random.Generator, reference: ModuleType) -> None:
    """For every example, predict names the likelier label."""
    _, features = draw_sizes(rng)
    w, b = rng.normal(size=features), float(rng.choice([-1.0, 1.0]))
    X = rng.normal(size=(60, features))
    X = X[np.abs(X @ w + b) > 0.01]  # no label hangs on the last digit
    expected = reference.predict(w, b, X)
    checks.close(predict(w, b, X), expected, subject="predict", classes=2)


@pytest.mark.points(1)
@pytest.mark.requires("test_predict_labels")
@pytest.mark.hint("On the boundary, where w.x + b is exactly 0, the label is 1.")
def test_predict_boundary(rng: np.random.Generator, reference: ModuleType) -> None:
    """On the boundary between the labels, predict names 1."""
    # each row of X picks an entry of w, whole numbers, of which some are exactly -b
    b = int(rng.integers(2, 5))
    w = rng.permutation([-b, -b, -b - 1, 1 - b, -1])
    X = rng.permutation(np.eye(5))
    expected = reference.predict(w, float(b), X)
    checks.close(predict(w.astype(np.float64), float(b), X), expected, subject="predict")


# derivation ------------------------------------------------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.hint("Differentiate -y log p - (1 - y) log(1 - p) in p, term by term; mind the inner derivative of 1 - p.")
def test_derivation_dl_dp(rng: np.random.Generator) -> None:
    """In the derivation, dl_dp is right."""
    check_step("dl_dp", rng)


@pytest.mark.points(3)
@pytest.mark.hint("Differentiate 1 / (1 + exp(-z)) in z, then write the result in terms of p.")
def test_derivation_dp_dz(rng: np.random.Generator) -> None:
    """In the derivation, dp_dz is right."""
    check_step("dp_dz", rng)


@pytest.mark.points(3)
@pytest.mark.hint("By the chain rule it is dl_dp times dp_dz times dz_dw.")
def test_derivation_dl_dw(rng: np.random.Generator) -> None:
    """In the derivation, dl_dw is right, or follows from the steps before it."""
    check_step("dl_dw", rng)


@pytest.mark.points(3)
@pytest.mark.hint("By the chain rule it is dl_dp times dp_dz times dz_db.")
def test_derivation_dl_db(rng: np.random.Generator) -> None:
    """In the derivation, dl_db is right, or follows from the steps before it."""
    check_step("dl_db", rng)
