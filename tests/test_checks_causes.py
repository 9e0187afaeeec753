"""Tests of autograder.checks.causes: each mistake is named, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.checks import CheckFailure, close
from autograder.checks.causes import CAUSES, NO_HINTS, Array, Hints, likely_cause
from autograder.errors import SpecError

DRAWS = 100
WRONG_ANSWERS = 500
N, C = 17, 5
Case = tuple[Array, Array, Hints]
Maker = Callable[[np.random.Generator], Case]


def softmax(z: Array) -> Array:
    """Probabilities along the last axis."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def draw(rng: np.random.Generator) -> Array:
    """A gradient of any usual shape and size, a number among them."""
    shapes: list[tuple[int, ...]] = [(), (2,), (7,), (1, 4), (3, 3), (6, 4), (30, 10)]
    return np.asarray(rng.normal(size=shapes[rng.integers(len(shapes))]) * 10 ** rng.uniform(-4, 4))


def scaled(factor: float) -> Maker:
    """Answers that are off by a factor, with n and C told."""

    def make(rng: np.random.Generator) -> Case:
        expected = draw(rng)
        return factor * expected, expected, Hints(n=N, classes=C)

    return make


def matrix(change: Callable[[Array], Array], *shape: int, **hints: Any) -> Maker:
    """Answers that are a change of a normal matrix of a shape."""

    def make(rng: np.random.Generator) -> Case:
        expected = rng.normal(size=shape)
        return change(expected), expected, Hints(**hints)

    return make


def penalised(missing: float) -> Maker:
    """Gradients of W that lack a share of their penalty."""

    def make(rng: np.random.Generator) -> Case:
        expected, penalty = rng.normal(size=(6, 3)), 10 ** rng.uniform(-2, 0) * rng.normal(size=(6, 3))
        return expected - missing * penalty, expected, Hints(n=N, penalty=penalty)

    return make


def intercept(rng: np.random.Generator) -> Case:
    """Gradients of an intercept that is penalised; half of them only a number."""
    shape = () if rng.random() < 0.5 else (4,)
    expected, added = np.asarray(rng.normal(size=shape)), np.asarray(0.2 * rng.normal(size=shape))
    return expected + added, expected, Hints(n=N, classes=C, intercept_penalty=added)


def linked(actual: Callable[[Array], Array], expected: Callable[[Array], Array]) -> Maker:
    """Two functions of one matrix of logits."""

    def make(rng: np.random.Generator) -> Case:
        z = rng.normal(scale=2, size=(8, 4))
        return actual(z), expected(z), NO_HINTS

    return make


def shifted_labels(rng: np.random.Generator) -> Case:
    """Labels that count from 1."""
    expected = rng.permutation(np.concatenate([np.arange(4), rng.integers(4, size=16)]))
    return expected + 1, expected, NO_HINTS


def rolled_one_hot(rng: np.random.Generator) -> Case:
    """One-hot rows whose ones sit a column to the right."""
    expected = np.eye(C)[rng.permutation(np.concatenate([np.arange(C), rng.integers(C, size=16)]))]
    return np.roll(expected, 1, axis=1), expected, Hints(classes=C)


def dropped_tail(rng: np.random.Generator) -> Case:
    """A mean over whole batches alone; the author computed what that gives."""
    rows = rng.normal(size=(19, 4))
    return rows[:16].mean(axis=0), rows.mean(axis=0), Hints(n=19, alternatives={"tail dropped": rows[:16].mean(axis=0)})


def taken_for_signs(rng: np.random.Generator) -> Case:
    """Gradients of a logistic loss in b, from labels 0 and 1 read as -1 and 1, beside the right ones."""
    z, y = rng.normal(size=(4, N)), rng.integers(2, size=(4, N))
    wrong, right = (-y / (1 + np.exp(y * z))).mean(axis=1), (1 / (1 + np.exp(-z)) - y).mean(axis=1)
    return wrong, right, Hints(n=N, alternatives={"labels -1 and 1": wrong})


def uphill(rng: np.random.Generator) -> Case:
    """Steps with the gradient."""
    w, step = rng.normal(size=(2, 6))
    return w + step, w - step, Hints(alternatives={"uphill": w + step})


def not_squared(rng: np.random.Generator) -> Case:
    """Shares of singular values where those of their squares are wanted."""
    s = rng.uniform(1, 9, size=5)
    return s / s.sum(), s**2 / (s**2).sum(), Hints(alternatives={"not squared": s / s.sum()})


def mean_left(rng: np.random.Generator) -> Case:
    """Codes of data that were not centred."""
    x, v = rng.normal(size=(9, 4)) + 3, rng.normal(size=(4, 2))
    return x @ v, (x - x.mean(axis=0)) @ v, Hints(n=9, alternatives={"mean not taken off": x @ v})


def mean_lost(rng: np.random.Generator) -> Case:
    """Points that were rebuilt around the origin."""
    z, v, mean = rng.normal(size=(9, 2)), rng.normal(size=(2, 4)), rng.uniform(2, 5, size=4)
    return z @ v, z @ v + mean, Hints(n=9, alternatives={"mean not put back": z @ v})


def intercept_first(rng: np.random.Generator) -> Case:
    """Hessians whose first row and column should be the last."""
    rows = rng.normal(size=(N, 4))
    right = rows.T @ rows
    wrong = np.roll(right, 1, axis=(0, 1))
    return wrong, right, Hints(n=N, alternatives={"intercept first": wrong})


def same(z: Array) -> Array:
    """The logits themselves."""
    return z


def log_softmax(z: Array) -> Array:
    """Log-probabilities."""
    return np.asarray(np.log(softmax(z)))


KINDS: list[tuple[str, Maker]] = [
    ("sign flipped", scaled(-1)),
    ("factor 2", scaled(2)),
    ("factor 1/2", scaled(0.5)),
    ("factor n", scaled(N)),
    ("factor 1/n", scaled(1 / N)),
    ("factor n*C", scaled(N * C)),
    ("factor 1/(n*C)", scaled(1 / (N * C))),
    ("factor C", scaled(C)),
    ("factor 1/C", scaled(1 / C)),
    ("n for n - 1", scaled((N - 1) / N)),
    ("n - 1 for n", scaled(N / (N - 1))),
    ("transposed", matrix(np.transpose, 4, 3)),
    ("transposed", matrix(np.transpose, 1, 5)),
    ("rows and columns swapped", matrix(np.transpose, 3, 3)),
    ("rows and columns swapped", matrix(lambda a: a.T.reshape(a.shape), 4, 3)),
    ("rows and columns swapped", matrix(lambda a: a.reshape(a.shape[::-1]), 4, 3)),
    ("reversed", matrix(lambda a: a[::-1], 8)),
    ("reversed", matrix(lambda a: a[:, ::-1], 2, 6)),
    ("penalty missing", penalised(1)),
    ("penalty without its factor 2", penalised(0.5)),
    ("penalty on the intercept", intercept),
    ("probabilities for logits", linked(softmax, same)),
    ("probabilities for logits", linked(lambda z: 1 / (1 + np.exp(-z)), same)),
    ("logits for probabilities", linked(same, softmax)),
    ("logits for probabilities", linked(same, lambda z: 1 / (1 + np.exp(-z)))),
    ("probabilities for log-probabilities", linked(softmax, log_softmax)),
    ("log-probabilities for probabilities", linked(log_softmax, softmax)),
    ("logits for log-probabilities", linked(same, log_softmax)),
    ("softmax twice", linked(lambda z: softmax(softmax(z)), softmax)),
    ("softmax twice", linked(lambda z: log_softmax(softmax(z)), log_softmax)),
    ("labels -1 and 1", taken_for_signs),
    ("intercept first", intercept_first),
    ("uphill", uphill),
    ("not squared", not_squared),
    ("mean not taken off", mean_left),
    ("mean not put back", mean_lost),
    ("off by one class", shifted_labels),
    ("off by one class", rolled_one_hot),
    ("off by one class", matrix(lambda a: np.roll(a, -1, axis=1), 9, C, classes=C)),
    ("tail dropped", dropped_tail),
    ("tail dropped", matrix(lambda a: a[:16], 19, 3, n=19)),
]
NAMES = [f"{cause} {number}" for number, (cause, _) in enumerate(KINDS)]


def test_every_cause_is_tested() -> None:
    """The table above, with float32 below, leaves no cause out."""
    assert {cause for cause, _ in KINDS} | {"float32 precision"} == set(CAUSES)


@pytest.mark.parametrize(("cause", "make"), KINDS, ids=NAMES)
def test_each_mistake_is_named(cause: str, make: Maker) -> None:
    """Over many draws the numbers of a classic mistake show that mistake."""
    rng = np.random.default_rng(20_231_120)
    for _ in range(DRAWS):
        actual, expected, hints = make(rng)
        assert likely_cause(actual, expected, hints) == cause


@pytest.mark.parametrize(("cause", "make"), KINDS, ids=NAMES)
def test_a_mistake_made_in_float32_is_named(cause: str, make: Maker) -> None:
    """A student who computes in float32 is told the same cause, but for the subtle ones now and then."""
    rng = np.random.default_rng(7)
    named = []
    for _ in range(DRAWS):
        actual, expected, hints = make(rng)
        named.append(likely_cause(np.asarray(actual, dtype=np.float32), expected, hints))
    assert set(named) <= {cause, ""}
    assert named.count(cause) >= 0.9 * DRAWS


@given(st.sampled_from(KINDS), st.integers(0, 2**32))
def test_a_named_mistake_is_never_another(kind: tuple[str, Maker], seed: int) -> None:
    """Whatever is drawn, a mistake is given its own name or none."""
    actual, expected, hints = kind[1](np.random.default_rng(seed))
    assert likely_cause(actual, expected, hints) in (kind[0], "")


@pytest.mark.parametrize("cause", ["sign flipped", "factor 2", "factor 1/2", "reversed", "rows and columns swapped"])
def test_generic_causes_need_no_hint(cause: str) -> None:
    """The simple call finds what needs neither n nor C."""
    rng = np.random.default_rng(3)
    make = dict(reversed(KINDS))[cause]
    for _ in range(DRAWS):
        actual, expected, _ = make(rng)
        assert likely_cause(actual, expected) == cause


# Wrong answers without a cause -------------------------------------------------------------------------------


def noise(a: Array, rng: np.random.Generator) -> Array:
    """Gaussian noise of any size."""
    return np.asarray(a + 10 ** rng.uniform(-3, 1) * np.abs(a).max() * rng.normal(size=a.shape))


def other(a: Array, rng: np.random.Generator) -> Array:
    """Another random array."""
    return np.asarray(rng.normal(size=a.shape) * np.abs(a).max())


def shuffled(a: Array, rng: np.random.Generator) -> Array:
    """The entries in another order, or a number's neighbour."""
    return rng.permutation(a.ravel()).reshape(a.shape) if a.size > 1 else a + 1


def one_wrong(a: Array, rng: np.random.Generator) -> Array:
    """One entry wrong."""
    wrong = a.copy()
    wrong.flat[rng.integers(a.size)] += np.abs(a).max() * rng.normal()
    return wrong


def rescaled(a: Array, rng: np.random.Generator) -> Array:
    """A factor that no cause has."""
    return np.asarray(a * rng.choice([1.37, 3, -3, 1 / 3, 0.7, -2, -0.5, 1.9, 1.999, 2.01, 1.01, 0.99, 100, -1.001]))


def partly_rescaled(a: Array, rng: np.random.Generator) -> Array:
    """A factor, listed or not, in some of the entries."""
    chosen = rng.random(a.shape) < 0.5
    if chosen.all() or not chosen.any():
        return a * 1.5
    return np.where(chosen, a * rng.choice([-1, 2, 0.5, 1.37]), a)


def clipped(a: Array, rng: np.random.Generator) -> Array:
    """Large entries cut off."""
    bound = np.abs(a).max() * rng.uniform(0.1, 0.9)
    return np.clip(a, -bound, bound)


def bent(a: Array, rng: np.random.Generator) -> Array:
    """Another nonlinearity."""
    functions = [np.tanh, np.sin, np.exp, np.square, lambda x: np.maximum(x, 0), lambda x: np.log1p(np.abs(x))]
    with np.errstate(over="ignore"):
        return np.asarray(functions[rng.integers(len(functions))](a))


def moved(a: Array, rng: np.random.Generator) -> Array:
    """A constant added."""
    return np.asarray(a + rng.normal())


def constant(a: Array, rng: np.random.Generator) -> Array:
    """The same number everywhere."""
    return np.full(a.shape, rng.choice([0.0, 1.0, 0.5, -1.0, 1 / C]))


def whole(a: Array, rng: np.random.Generator) -> Array:
    """Small whole numbers."""
    return rng.integers(0, C, size=a.shape).astype(np.float64)


def weighted(a: Array, rng: np.random.Generator) -> Array:
    """Another factor for each entry."""
    return np.asarray(a * rng.uniform(0.2, 5, size=a.shape))


def other_shape(a: Array, rng: np.random.Generator) -> Array:
    """Other numbers in the transposed shape."""
    return rng.normal(size=a.shape[::-1])


WRONG = [noise, other, shuffled, one_wrong, rescaled, partly_rescaled, clipped, bent, moved, constant, whole, weighted]
WRONG += [other_shape]
SHAPES: list[tuple[int, ...]] = [(), (3,), (10,), (5, 2), (3, 3), (4, 7), (20, 10)]


def draw_expected(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Right numbers as suites have them: gradients, probabilities, variances, labels."""
    kind = rng.integers(5)
    if kind == 0 and shape:
        return softmax(rng.normal(scale=3, size=shape))
    if kind == 1:
        return np.asarray(np.abs(rng.normal(size=shape)))
    if kind == 2:
        return np.asarray(rng.integers(0, C, size=shape))
    return np.asarray(rng.normal(size=shape) * 10 ** rng.uniform(-3, 3))


def draw_hints(rng: np.random.Generator, shape: tuple[int, ...]) -> Hints:
    """Every hint at once, or none."""
    if rng.random() < 0.3:
        return NO_HINTS
    penalties = rng.normal(size=(2, *shape)) * 10 ** rng.uniform(-2, 0)
    return Hints(N, C, penalties[0], penalties[1], {"tail dropped": rng.normal(size=shape)})


def draw_wrong(rng: np.random.Generator) -> Case:
    """A wrong answer without a cause."""
    shape = SHAPES[rng.integers(len(SHAPES))]
    expected = draw_expected(rng, shape)
    return WRONG[rng.integers(len(WRONG))](expected.astype(np.float64), rng), expected, draw_hints(rng, shape)


@pytest.mark.parametrize("seed", range(4))
def test_no_random_wrong_answer_is_named(seed: int) -> None:
    """None of 500 random wrong answers of a dozen kinds is given a cause, four times over."""
    rng = np.random.default_rng(seed)
    named = [
        (case, cause) for case in (draw_wrong(rng) for _ in range(WRONG_ANSWERS)) if (cause := likely_cause(*case))
    ]
    assert not named


@given(st.integers(0, 2**32), st.sampled_from([noise, other, one_wrong, moved, weighted]), st.sampled_from(SHAPES))
def test_no_noise_is_named(seed: int, wrong: Callable[..., Array], shape: tuple[int, ...]) -> None:
    """Continuous noise never has a cause, whatever it is added to and whatever is hinted."""
    rng = np.random.default_rng(seed)
    expected = draw_expected(rng, shape)
    assert likely_cause(wrong(expected.astype(float), rng), expected, draw_hints(rng, shape)) == ""


FLOATS = st.floats(allow_nan=True, allow_infinity=True, width=64)
ANY_SHAPE = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=6)


@given(st.data())
def test_a_named_cause_is_in_the_numbers(data: st.DataObject) -> None:
    """Any two arrays, not numbers among them, give a known cause or none; a named factor is really there."""
    actual = data.draw(hnp.arrays(np.float64, ANY_SHAPE, elements=FLOATS))
    expected = data.draw(hnp.arrays(np.float64, st.just(actual.shape) | ANY_SHAPE, elements=FLOATS))
    cause = likely_cause(actual, expected, Hints(n=3, classes=7))
    assert cause in {"", *CAUSES}
    factors = {"sign flipped": -1, "factor 2": 2, "factor 1/2": 1 / 2, "factor n": 3, "factor 1/C": 1 / 7}
    if cause in factors:
        assert np.allclose(actual, factors[cause] * expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())


# Where numbers show nothing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actual", "expected", "hints"),
    [
        (np.array(2.0), np.array(1.0), NO_HINTS),
        (np.array([0.0, -1.0, -1.0, 0.0]), np.array([0.0, 1.0, 1.0, 0.0]), NO_HINTS),
        (np.full((4, 3), 0.5), np.full((4, 3), 0.25), NO_HINTS),
        (np.zeros((3, 4)), np.zeros((4, 3)), NO_HINTS),
        (np.array([1, 1, 1, 1, 1, 1]), np.array([0, 0, 0, 0, 0, 0]), NO_HINTS),
        (np.array([]), np.array([]), NO_HINTS),
        (np.array(1 / 7), np.array(1), Hints(classes=7)),
        (np.array([1.23451, 6.1234e-3, 3.7123e-3]) * (2 + 1e-5), np.array([1.23451, 6.1234e-3, 3.7123e-3]), NO_HINTS),
        (np.array([np.nan, np.inf, 0.2]), np.array([0.2, 0.155, 0.385]), NO_HINTS),
        (np.array([-0.2, -np.inf, -0.31]), np.array([0.2, np.inf, 0.31]), NO_HINTS),
        (np.array([np.nan, 0.31, 0.77]), np.array([0.2, 0.155, 0.385]), NO_HINTS),
    ],
    ids=[
        "round",
        "binary",
        "constant",
        "zeros",
        "one label",
        "empty",
        "uniform",
        "one large",
        "nan and inf",
        "inf",
        "nan",
    ],
)
def test_uninformative_numbers_have_no_cause(actual: Array, expected: Array, hints: Hints) -> None:
    """Zeros, constants and round numbers are hit by accident, so nothing is named."""
    assert likely_cause(actual, expected, hints) == ""


def test_a_few_round_numbers_weigh_as_much_as_one_long_one() -> None:
    """Worked examples have round numbers: three of them show a factor, and two do not."""
    assert likely_cause(np.array([2.0, 4.0, 6.0]), np.array([1.0, 2.0, 3.0])) == "factor 2"
    assert likely_cause(np.array([0.3, -0.7, 1.1]), np.array([-0.3, 0.7, -1.1])) == "sign flipped"
    assert likely_cause(np.array([2.0, 4.0]), np.array([1.0, 2.0])) == ""
    assert likely_cause(np.array([0.2, 0.2]), np.array([0.1, 0.1])) == ""


def test_few_numbers_must_agree_closely() -> None:
    """A number is a factor's only to what float32 rounds; an array may be a little off."""
    assert likely_cause(np.array(0.7123 * (2 + 2e-6)), np.array(0.7123)) == "factor 2"
    assert likely_cause(np.array(0.7123 * (2 + 2e-5)), np.array(0.7123)) == ""
    a = np.random.default_rng(0).normal(size=(4, 3))
    assert likely_cause(a * (2 + 2e-5), a) == "factor 2"
    assert likely_cause(a * (2 + 2e-3), a) == ""


def test_a_small_penalty_must_explain_the_difference() -> None:
    """Numbers that merely lie as near to the unpenalised gradient as to the right one do not lack the penalty."""
    a, penalty = np.random.default_rng(0).uniform(1, 2, size=(2, 4, 3))
    hints = Hints(penalty=3e-4 * penalty)
    assert likely_cause(a - 3e-4 * penalty, a, hints) == "penalty missing"
    assert likely_cause(a - 3.3e-4 * penalty, a, hints) == ""


def test_contradicting_causes_name_none() -> None:
    """Where two causes explain the numbers alike, neither is named."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=(4, 4))
    assert likely_cause((a - a.T).T, a - a.T) == ""  # transposed, or its sign flipped
    assert likely_cause(2 * a, a, Hints(n=2)) == ""  # 2, or n
    assert likely_cause(2 * a, a, Hints(n=3)) == "factor 2"


def test_a_short_vector_reversed_may_be_shuffled() -> None:
    """Three components in reverse are one of five ways to shuffle them, and so on; four sorted ones are not."""
    a = np.array([0.31731, 0.77239, 0.12857])
    assert likely_cause(a[::-1], a) == ""
    assert likely_cause(a[::-1], a, Hints(alternatives={"reversed": a[::-1]})) == "reversed"
    square = np.array([[0.31731, 0.77239], [0.12857, 0.55512]])
    assert likely_cause(square.T, square) == ""
    row = np.array([[0.31731, 0.77239, 0.12857, 0.55512]])
    assert likely_cause(np.roll(row, 1, axis=1), row, Hints(classes=4)) == ""
    variances = np.array([4.11712, 2.32345, 1.71239, 0.61377])
    assert likely_cause(variances[::-1], variances) == "reversed"


def test_saturated_probabilities_say_nothing_of_logits() -> None:
    """Ones where large logits are expected are the sigmoid of anything large."""
    logits = np.array([40.2, 31.7, 55.1, 27.9])
    assert likely_cause(np.ones(4), logits) == ""
    assert likely_cause(np.tanh(logits), logits) == ""
    mixed = np.array([8.13, 9.2, 0.51])
    assert likely_cause(1 / (1 + np.exp(-mixed)), mixed) == ""


def test_float32_is_named_only_where_more_was_asked() -> None:
    """Errors of float32's size in float32 numbers are its fault if the author asks for 1e-8, and in float64 are not."""
    rng = np.random.default_rng(1)
    for _ in range(DRAWS):
        expected = rng.normal(size=(5, 4))
        single = expected.astype(np.float32)
        assert likely_cause(single, expected, rtol=1e-8) == "float32 precision"
        assert likely_cause(single.astype(np.float64), expected, rtol=1e-8) == "float32 precision"
        assert likely_cause(single, expected, rtol=1e-4) == ""
        assert likely_cause(expected * (1 + 1e-7 * rng.normal(size=(5, 4))), expected, rtol=1e-8) == ""
    with pytest.raises(CheckFailure, match="float32"):
        close(single, expected, rtol=1e-8)


@pytest.mark.parametrize(
    ("hints", "message"),
    [
        (lambda: Hints(alternatives={"penalty mising": np.ones(2)}), "did you mean penalty missing"),
        (lambda: Hints(n=0), "n = 0 is not a count"),
        (lambda: Hints(classes=-1), "classes = -1 is not a count"),
        (lambda: Hints(penalty=np.ones(3)).fit((2,)), r"penalty has shape \(3,\)"),
        (lambda: Hints(alternatives={"reversed": "no"}).fit((2,)), "not an array of numbers"),
        (lambda: Hints(penalty=(np.ones(3),)).part(1), "1 is missing"),
    ],
    ids=["unknown cause", "n", "classes", "penalty's shape", "alternative", "part"],
)
def test_wrong_hints_are_the_authors_error(hints: Callable[[], Any], message: str) -> None:
    """A hint that cannot be meant is refused, with what is wrong."""
    with pytest.raises(SpecError, match=message):
        hints()


@pytest.mark.parametrize("hints", [{"penalty": np.ones(3)}, {"alternatives": {"unknown": 1.0}}], ids=str)
def test_wrong_hints_are_refused_where_the_answer_is_right(hints: dict[str, Any]) -> None:
    """The reference's own run, in which every check passes, finds an author's wrong hint."""
    with pytest.raises(SpecError):
        close(np.ones(2), np.ones(2), **hints)
