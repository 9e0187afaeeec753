"""The hidden tests of gradient_hessian: their inputs are drawn for each submission."""

from collections.abc import Callable
from types import ModuleType
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

from autograder import checks

Field = Callable[[Any], np.ndarray]


# What comes back -------------------------------------------------------------------------------------------


def as_array(result: Any, shape: tuple[int, ...], subject: str) -> np.ndarray:
    """Return a result as an array of this shape, for tests that look at some of its entries; fail if it is none."""
    checks.shape(result, shape, subject=subject)
    return np.asarray(result)


def as_pair(result: Any) -> tuple[Any, Any]:
    """Return a result's two parts; fail if it is not a pair."""
    assert isinstance(result, (tuple, list)), f"a {type(result).__name__} came back"
    assert len(result) == 2, f"{len(result)} values came back"
    return result[0], result[1]


def assert_direction(actual: list[Any], expected: list[np.ndarray], subject: str) -> None:
    """Fail unless the parts of actual, taken together, are those of expected times one positive number."""
    parts = [as_array(got, wanted.shape, subject).ravel() for got, wanted in zip(actual, expected, strict=True)]
    wanted = np.concatenate([part.ravel() for part in expected])
    got = np.concatenate(parts)
    size = np.abs(got).max()
    assert np.isfinite(size), f"{subject} is not finite"
    assert size > 0, f"{subject} is zero everywhere"
    checks.close(got / np.linalg.norm(got / size) / size, wanted / np.linalg.norm(wanted), subject=subject)


# What goes in ----------------------------------------------------------------------------------------------


def away_from_zero(rng: np.random.Generator, low: float, high: float, size: Any = None) -> Any:
    """Draw numbers of either sign whose sizes lie between low and high."""
    return rng.choice([-1.0, 1.0], size=size) * rng.uniform(low, high, size=size)


def draw_points(rng: np.random.Generator) -> list[np.ndarray]:
    """Draw points of f's domain: x1 on both sides of 1, where log x1 changes its sign, and x3 of both signs."""
    return [
        np.array([x1, away_from_zero(rng, 1.0, 3.0), x3])
        for x1 in (rng.uniform(0.3, 0.7), rng.uniform(1.5, 3.0))
        for x3 in (-rng.uniform(0.4, 0.7), rng.uniform(1.4, 2.0))
    ]


def draw_points_outside(rng: np.random.Generator) -> list[np.ndarray]:
    """Draw points that f does not take: x1 negative, x1 zero, x3 zero; and two of another shape."""
    wrong = []
    for index, value in ((0, -rng.uniform(0.5, 2.0)), (0, 0.0), (2, 0.0)):
        x = rng.uniform(0.5, 2.0, size=3)
        x[index] = value
        wrong.append(x)
    return [*wrong, rng.uniform(0.5, 2.0, size=4), rng.uniform(0.5, 2.0, size=(3, 1))]


def draw_equations(rng: np.random.Generator, m: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw A (m, n), b (m,) and x (n,), with residuals that are not small."""
    A, x = rng.normal(size=(m, n)), rng.normal(size=n)
    return A, A @ x - away_from_zero(rng, 0.5, 2.0, size=m), x


def draw_logits(rng: np.random.Generator) -> np.ndarray:
    """Draw four to six logits that leave every class a probability worth speaking of."""
    return rng.uniform(-1.5, 1.5, size=rng.integers(4, 7))


def draw_network(rng: np.random.Generator, h: int, m: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Draw W1 (h, m), w2 (h,), x (m,) and y: no tanh is saturated, and the output misses y by 0.5 or more."""
    x, w2 = away_from_zero(rng, 0.5, 1.5, size=m), away_from_zero(rng, 0.5, 1.5, size=h)
    W1 = rng.normal(size=(h, m))
    W1 += np.outer(away_from_zero(rng, 0.3, 1.2, size=h) - W1 @ x, x) / (x @ x)
    return W1, w2, x, float(w2 @ np.tanh(W1 @ x) + away_from_zero(rng, 0.5, 1.5))


class Bowl:
    """A convex function by its gradient A (x - c) + bend (x - c)^3, entry by entry; the minimum is at c."""

    def __init__(self, rng: np.random.Generator, n: int, bend: float = 0.0) -> None:
        Q = np.linalg.qr(rng.normal(size=(n, n)))[0]
        self.A = Q @ np.diag(rng.uniform(1.0, 3.0, size=n)) @ Q.T
        self.c = away_from_zero(rng, 1.0, 2.0, size=n).astype(np.float16).astype(np.float64)  # exact in float32 too
        self.start = self.c + away_from_zero(rng, 1.0, 2.0, size=n)
        self.bend = bend

    def made_even(self, rng: np.random.Generator) -> "Bowl":
        """Make it curve alike in all directions, and every entry of the gradient at the start as large as the next.

        There the Euclidean norm is sqrt(n) times the largest entry, and who confuses them stops early.
        """
        n = len(self.c)
        self.A = rng.uniform(1.8, 2.2) * np.eye(n)
        self.start = self.c + rng.uniform(1.0, 2.0) * rng.choice([-1.0, 1.0], size=n)
        return self

    def gradient(self, x: Any) -> np.ndarray:
        """Derive the function at x, shape (n,)."""
        with np.errstate(all="ignore"):
            d = np.asarray(x, dtype=np.float64) - self.c
            return self.A @ d + self.bend * d**3

    def hessian(self, x: Any) -> np.ndarray:
        """Derive the gradient at x, shape (n, n)."""
        d = np.asarray(x, dtype=np.float64) - self.c
        return self.A + np.diag(3 * self.bend * d**2)


def norm_after(method: Callable[..., tuple[np.ndarray, int]], steps: int, gradient: Field, *given: Any) -> float:
    """Run the reference's method for so many steps, and compute the gradient's norm there."""
    x, _ = method(gradient, *given, tolerance=0.0, max_steps=steps)
    return float(np.linalg.norm(gradient(x)))


def draw_slope(rng: np.random.Generator, beyond: float = 0.0) -> tuple[Field, np.ndarray, np.ndarray]:
    """Draw a gradient that has one value around x0 and is zero, or `beyond`, elsewhere; x0; and that value.

    A step to either side leads out of there: who steps the wrong way is still paid for what else they do right.
    """
    x0, slope = away_from_zero(rng, 1.0, 2.0, size=3), away_from_zero(rng, 1.0, 2.0, size=3)

    def gradient(x: Any) -> np.ndarray:
        near = np.abs(np.asarray(x, dtype=np.float64) - x0).max() < 0.01
        return slope.copy() if near else np.full(3, beyond)

    return gradient, x0.copy(), slope


def close_to_either_side(x: Any, x0: np.ndarray, step: np.ndarray) -> None:
    """Fail unless x is x0 plus or minus the step."""
    moved = as_array(x, x0.shape, "x") - x0
    checks.close(np.where(moved @ step < 0, -1.0, 1.0) * moved, step, subject="the step")


# f, its gradient and its Hessian ---------------------------------------------------------------------------


def assert_entries(rng: np.random.Generator, reference: ModuleType, entries: list[tuple[int, int]]) -> None:
    """Fail unless these entries of f_hessian are right: each by itself, at all points together."""
    points = draw_points(rng)
    expected = np.array([reference.f_hessian(x) for x in points])
    actual = np.array([as_array(f_hessian(x), (3, 3), "f_hessian") for x in points])
    for i, j in entries:
        subject = f"entry ({i + 1}, {j + 1}) of f_hessian"
        checks.close(actual[:, i, j], expected[:, i, j], subject=subject, atol=1e-6)


@pytest.mark.points(3)
@pytest.mark.hint("Compute the three terms one by one; log is the natural logarithm, and x3 may be negative.")
def test_f_values(rng: np.random.Generator, reference: ModuleType) -> None:
    """The value of f is right at points all over its domain."""
    points = draw_points(rng)
    expected = np.array([reference.f(x) for x in points])
    checks.close([f(x) for x in points], expected, subject="f")


@pytest.mark.points(1)
@pytest.mark.requires("test_f_values")
@pytest.mark.hint("Keep the checks that the stub brings: x has shape (3,), x1 is positive and x3 is not 0.")
def test_f_errors(rng: np.random.Generator) -> None:
    """Outside its domain, and for an x of another shape, f raises ValueError."""
    for x in draw_points_outside(rng):
        checks.raises(ValueError, f, x)


@pytest.mark.points(3)
@pytest.mark.hint("Hold two variables fixed: which terms contain x1, and which x2? One term contains both.")
def test_f_gradient_by_x1_and_x2(rng: np.random.Generator, reference: ModuleType) -> None:
    """The partial derivatives of f by x1 and by x2 are right."""
    for x in draw_points(rng):
        expected = reference.f_gradient(x)
        checks.close(as_array(f_gradient(x), (3,), "f_gradient")[:2], expected[:2], subject="f_gradient by x1 and x2")


@pytest.mark.points(3)
@pytest.mark.hint("Two terms contain x3. Write 1/x3 as a power before you derive it, and mind the two signs.")
def test_f_gradient_by_x3(rng: np.random.Generator, reference: ModuleType) -> None:
    """The partial derivative of f by x3 is right."""
    points = draw_points(rng)
    expected = np.array([reference.f_gradient(x)[2] for x in points])
    actual = [as_array(f_gradient(x), (3,), "f_gradient")[2] for x in points]
    checks.close(actual, expected, subject="f_gradient by x3")


@pytest.mark.points(1)
@pytest.mark.requires("test_f_gradient_by_x1_and_x2")
@pytest.mark.hint("Keep the checks that the stub brings: x has shape (3,), x1 is positive and x3 is not 0.")
def test_f_gradient_errors(rng: np.random.Generator) -> None:
    """Outside the domain, and for an x of another shape, f_gradient raises ValueError."""
    for x in draw_points_outside(rng):
        checks.raises(ValueError, f_gradient, x)


@pytest.mark.points(4)
@pytest.mark.hint(
    "On the diagonal each partial derivative is derived once more by its own variable: mind the sign and the power "
    "in the derivative of a negative power."
)
def test_f_hessian_diagonal(rng: np.random.Generator, reference: ModuleType) -> None:
    """The second derivatives of f by one variable, the diagonal of its Hessian, are right."""
    assert_entries(rng, reference, [(0, 0), (1, 1), (2, 2)])


@pytest.mark.points(4)
@pytest.mark.hint(
    "Entry (i, j) and entry (j, i) are the same mixed derivative: check that each of them stands in both places."
)
def test_f_hessian_mixed(rng: np.random.Generator, reference: ModuleType) -> None:
    """The mixed second derivatives of f, beside the diagonal of its Hessian, are right."""
    assert_entries(rng, reference, [(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)])


@pytest.mark.points(1)
@pytest.mark.requires("test_f_hessian_mixed")
@pytest.mark.hint("Keep the checks that the stub brings: x has shape (3,), x1 is positive and x3 is not 0.")
def test_f_hessian_errors(rng: np.random.Generator) -> None:
    """Outside the domain, and for an x of another shape, f_hessian raises ValueError."""
    for x in draw_points_outside(rng):
        checks.raises(ValueError, f_hessian, x)


# Least squares ---------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.hint(
    "x_j stands in equation i with the weight A_ij: summing over the equations needs A transposed, and the residual "
    "is Ax - b, in this order."
)
def test_least_squares_gradient_direction(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradient of ||Ax - b||^2 points in the right direction."""
    A, b, x = draw_equations(rng, 7, 4)
    expected = reference.least_squares_gradient(A, b, x)
    assert_direction([least_squares_gradient(A, b, x)], [expected], "the direction of least_squares_gradient")


@pytest.mark.points(3)
@pytest.mark.hint("The squares are summed, neither averaged nor halved: mind what the derivative of a square has.")
def test_least_squares_gradient_values(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradient of ||Ax - b||^2 has the right values."""
    A, b, x = draw_equations(rng, 7, 4)
    expected = reference.least_squares_gradient(A, b, x)
    checks.close(least_squares_gradient(A, b, x), expected, subject="least_squares_gradient", n=len(A))


@pytest.mark.points(2)
@pytest.mark.requires("test_least_squares_gradient_values")
@pytest.mark.hint("Neither squeeze nor flatten: the gradient has shape (n,), also where n or m is 1 or n is above m.")
def test_least_squares_gradient_edges(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradient is right for one equation, for one unknown, and for more unknowns than equations."""
    for m, n in ((1, 4), (5, 1), (3, 6)):
        A, b, x = draw_equations(rng, m, n)
        expected = reference.least_squares_gradient(A, b, x)
        checks.close(least_squares_gradient(A, b, x), expected, subject="least_squares_gradient")


@pytest.mark.points(1)
@pytest.mark.requires("test_least_squares_gradient_values")
@pytest.mark.hint("Keep the checks that the stub brings: an x or a b of shape (n, 1) would broadcast to a matrix.")
def test_least_squares_gradient_errors(rng: np.random.Generator) -> None:
    """An x or a b that does not fit A makes least_squares_gradient raise ValueError."""
    A, b, x = draw_equations(rng, 6, 4)
    for wrong_b, wrong_x in ((b[:-1], x), (b[:, np.newaxis], x), (b, x[1:]), (b, x[:, np.newaxis])):
        checks.raises(ValueError, least_squares_gradient, A, wrong_b, wrong_x)
    checks.raises(ValueError, least_squares_gradient, A[0].copy(), b[:4], x)


@pytest.mark.points(2)
@pytest.mark.hint("The Hessian in x has shape (n, n): which of the products of A with itself has it?")
def test_least_squares_hessian_shape_of_bowl(rng: np.random.Generator, reference: ModuleType) -> None:
    """The Hessian of ||Ax - b||^2 is right up to a positive factor."""
    A, _, _ = draw_equations(rng, 7, 4)
    expected = reference.least_squares_hessian(A)
    assert_direction([least_squares_hessian(A)], [expected], "least_squares_hessian up to a factor")


@pytest.mark.points(2)
@pytest.mark.hint("The squares are summed, neither averaged nor halved: mind what the derivative of a square has.")
def test_least_squares_hessian_values(rng: np.random.Generator, reference: ModuleType) -> None:
    """The Hessian of ||Ax - b||^2 has the right values."""
    A, _, _ = draw_equations(rng, 7, 4)
    expected = reference.least_squares_hessian(A)
    checks.close(least_squares_hessian(A), expected, subject="least_squares_hessian", n=len(A))


@pytest.mark.points(1)
@pytest.mark.requires("test_least_squares_hessian_values")
@pytest.mark.hint("Neither squeeze nor flatten: the Hessian has shape (n, n), also where n or m is 1 or n is above m.")
def test_least_squares_hessian_edges(rng: np.random.Generator, reference: ModuleType) -> None:
    """The Hessian is right for one equation, for one unknown, and for more unknowns than equations."""
    for m, n in ((1, 4), (5, 1), (3, 6)):
        A, _, _ = draw_equations(rng, m, n)
        expected = reference.least_squares_hessian(A)
        checks.close(least_squares_hessian(A), expected, subject="least_squares_hessian")


@pytest.mark.points(1)
@pytest.mark.requires("test_least_squares_hessian_values")
@pytest.mark.hint("Keep the check that the stub brings: A is a matrix.")
def test_least_squares_hessian_errors(rng: np.random.Generator) -> None:
    """An A that is not a matrix makes least_squares_hessian raise ValueError."""
    A, _, _ = draw_equations(rng, 6, 4)
    checks.raises(ValueError, least_squares_hessian, A[0].copy())


# The softmax's Jacobian ------------------------------------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.in_place("z")
@pytest.mark.hint(
    "z_i is in the numerator of p_i and in its denominator: use the quotient rule, and mind its sign. The result is "
    "a matrix of shape (C, C)."
)
def test_softmax_jacobian_diagonal(rng: np.random.Generator, reference: ModuleType) -> None:
    """The derivative of each probability by its own logit, the diagonal of the Jacobian, is right."""
    z = draw_logits(rng)
    C, expected = len(z), np.diag(reference.softmax_jacobian(z))
    actual = np.diag(as_array(softmax_jacobian(z), (C, C), "softmax_jacobian"))
    checks.close(actual, expected, subject="the diagonal of softmax_jacobian")


@pytest.mark.points(3)
@pytest.mark.in_place("z")
@pytest.mark.hint("Raising one logit lowers every other probability: z_j is in the denominator of all of them.")
def test_softmax_jacobian_beside_diagonal(rng: np.random.Generator, reference: ModuleType) -> None:
    """The derivative of each probability by each other logit is right."""
    z = draw_logits(rng)
    C, beside = len(z), ~np.eye(len(z), dtype=bool)
    expected = reference.softmax_jacobian(z)[beside]
    actual = as_array(softmax_jacobian(z), (C, C), "softmax_jacobian")[beside]
    checks.close(actual, expected, subject="softmax_jacobian beside its diagonal")


@pytest.mark.points(1)
@pytest.mark.in_place("z")
@pytest.mark.requires("test_softmax_jacobian_diagonal")
@pytest.mark.hint("exp overflows for large logits: softmax stays the same if the maximum is taken off every logit.")
def test_softmax_jacobian_large_logits(rng: np.random.Generator, reference: ModuleType) -> None:
    """The diagonal of the Jacobian is finite and right for logits near 1000 and near -1000."""
    for offset in (1000.0, -1000.0):
        z = offset + rng.integers(-16, 17, size=5) / 16  # float32 holds these exactly
        expected = np.diag(reference.softmax_jacobian(z))
        actual = np.diag(as_array(softmax_jacobian(z), (5, 5), "softmax_jacobian"))
        checks.close(actual, expected, subject="the diagonal of softmax_jacobian")


@pytest.mark.points(1)
@pytest.mark.in_place("z")
@pytest.mark.requires("test_softmax_jacobian_diagonal")
@pytest.mark.hint("A single class has probability 1 whatever its logit; the result is a matrix of one row and column.")
def test_softmax_jacobian_one_class(rng: np.random.Generator) -> None:
    """The Jacobian for a single class is a matrix that holds 0."""
    checks.close(softmax_jacobian(rng.normal(size=1)), np.zeros((1, 1)), subject="softmax_jacobian", atol=1e-6)


@pytest.mark.points(1)
@pytest.mark.in_place("z")
@pytest.mark.requires("test_softmax_jacobian_diagonal")
@pytest.mark.hint("An in-place operation such as z -= ... changes the caller's array: make a new one.")
def test_softmax_jacobian_leaves_its_argument(rng: np.random.Generator) -> None:
    """The logits are the same after softmax_jacobian as before."""
    z = draw_logits(rng)
    with checks.unchanged(z, names=("z",)):
        softmax_jacobian(z)


@pytest.mark.points(1)
@pytest.mark.requires("test_softmax_jacobian_diagonal")
@pytest.mark.hint("Keep the checks that the stub brings: z has shape (C,) and is not empty.")
def test_softmax_jacobian_errors(rng: np.random.Generator) -> None:
    """A matrix of logits, or none at all, makes softmax_jacobian raise ValueError."""
    for z in (rng.normal(size=(2, 3)), rng.normal(size=(3, 1)), rng.normal(size=0)):
        checks.raises(ValueError, softmax_jacobian, z)


# The chain rule --------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.hint(
    "Both gradients hang on the derivative of the square, and dW1 also on w2, on the slope of tanh at each hidden "
    "value, and on x: mind the sign of the residual and that nothing is left out."
)
def test_chain_gradient_direction(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradients in W1 and w2, taken together, point in the right direction."""
    network = draw_network(rng, 4, 3)
    expected = reference.chain_gradient(*network)
    assert_direction(list(as_pair(chain_gradient(*network))), list(expected), "the direction of chain_gradient")


@pytest.mark.points(3)
@pytest.mark.hint("The output is linear in w2: what multiplies it? The rest is the derivative of the square.")
def test_chain_gradient_w2(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradient in w2 is right and has the shape of w2."""
    network = draw_network(rng, 4, 3)
    expected = reference.chain_gradient(*network)[1]
    checks.close(as_pair(chain_gradient(*network))[1], expected, subject="dw2")


@pytest.mark.points(4)
@pytest.mark.hint(
    "Entry (i, j) of W1 moves hidden value i alone, by x_j times the slope of tanh there: the slope is that at W1 x, "
    "and dW1 has the shape of W1."
)
def test_chain_gradient_w1(rng: np.random.Generator, reference: ModuleType) -> None:
    """The gradient in W1 is right and has the shape of W1."""
    network = draw_network(rng, 4, 3)
    expected = reference.chain_gradient(*network)[0]
    checks.close(as_pair(chain_gradient(*network))[0], expected, subject="dW1")


@pytest.mark.points(1)
@pytest.mark.requires("test_chain_gradient_w1")
@pytest.mark.hint("Neither squeeze nor flatten: dW1 has shape (h, m) and dw2 shape (h,), also where h or m is 1.")
def test_chain_gradient_edges(rng: np.random.Generator, reference: ModuleType) -> None:
    """Both gradients are right for one hidden value, for one feature, and for more features than hidden values."""
    for h, m in ((1, 3), (4, 1), (2, 5)):
        network = draw_network(rng, h, m)
        expected = reference.chain_gradient(*network)
        checks.close(as_pair(chain_gradient(*network)), expected, names=("dW1", "dw2"))


@pytest.mark.points(1)
@pytest.mark.requires("test_chain_gradient_w1")
@pytest.mark.hint("Keep the checks that the stub brings: w2 has one entry a row of W1, and x one a column.")
def test_chain_gradient_errors(rng: np.random.Generator) -> None:
    """A w2 or an x that does not fit W1 makes chain_gradient raise ValueError."""
    W1, w2, x, y = draw_network(rng, 4, 3)
    for wrong_w2, wrong_x in ((w2[1:], x), (w2[:1], x), (w2, x[1:]), (w2, x[:, np.newaxis])):
        checks.raises(ValueError, chain_gradient, W1, wrong_w2, wrong_x, y)


# Gradient descent ------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.in_place("x0")
@pytest.mark.hint("A step is step_size times the gradient, not divided by its norm, and from where the last one ended.")
def test_gradient_descent_step(rng: np.random.Generator) -> None:
    """A step of gradient_descent is as long as step_size times the gradient, on the gradient's line."""
    gradient, x0, slope = draw_slope(rng)
    step_size = rng.uniform(0.1, 0.5)
    x, _ = as_pair(gradient_descent(gradient, x0.copy(), step_size))
    close_to_either_side(x, x0, step_size * slope)


@pytest.mark.points(2)
@pytest.mark.in_place("x0")
@pytest.mark.hint(
    "Each step goes against the gradient at the current x: print its norm after each. If it grows you walk uphill, or "
    "the steps are too long."
)
def test_gradient_descent_minimum(rng: np.random.Generator) -> None:
    """Where the steps are small enough, gradient_descent finds the minimum."""
    bowl = Bowl(rng, 3)
    x, _ = as_pair(gradient_descent(bowl.gradient, bowl.start, rng.uniform(0.2, 0.3), 1e-4, 500))
    checks.close(x, bowl.c, subject="x", atol=1e-2)


@pytest.mark.points(3)
@pytest.mark.in_place("x0")
@pytest.mark.requires("test_gradient_descent_minimum")
@pytest.mark.hint(
    "Before each step the Euclidean norm of the gradient (not its square, its largest entry or the length of the "
    "step) is tested against the tolerance; steps counts the updates of x."
)
def test_gradient_descent_stops(rng: np.random.Generator, reference: ModuleType) -> None:
    """It stops where the gradient's norm is first below the tolerance, and counts the updates until there."""
    for bowl in (Bowl(rng, 1), Bowl(rng, 3), Bowl(rng, 4).made_even(rng)):
        steps = int(rng.integers(4, 10))
        given = bowl.start.copy(), rng.uniform(0.2, 0.25)
        norms = [norm_after(reference.gradient_descent, k, bowl.gradient, *given) for k in (steps - 1, steps)]
        tolerance = np.sqrt(norms[0] * norms[1])  # far from both: rounding decides nothing
        expected = reference.gradient_descent(bowl.gradient, *given, tolerance)
        checks.close(gradient_descent(bowl.gradient, *given, tolerance, 100), expected, names=("x", "steps"))


@pytest.mark.points(1)
@pytest.mark.in_place("x0")
@pytest.mark.requires("test_gradient_descent_minimum")
@pytest.mark.hint("After max_steps updates return what you have: it is not an error that the gradient is not small.")
def test_gradient_descent_max_steps(rng: np.random.Generator, reference: ModuleType) -> None:
    """After max_steps updates, gradient_descent returns the point where it is, and their number."""
    bowl = Bowl(rng, 2)
    given = bowl.start.copy(), rng.uniform(0.1, 0.2)
    for max_steps in (int(rng.integers(3, 7)), 0):
        expected = reference.gradient_descent(bowl.gradient, *given, 1e-4, max_steps)
        actual = as_pair(gradient_descent(bowl.gradient, given[0].copy(), given[1], 1e-4, max_steps))
        checks.close(actual, expected, names=("x", "steps"))


@pytest.mark.points(1)
@pytest.mark.in_place("x0")
@pytest.mark.requires("test_gradient_descent_step")
@pytest.mark.hint("Test the gradient before the first step too: at a minimum there is none to take, and steps is 0.")
def test_gradient_descent_starts_at_minimum(rng: np.random.Generator) -> None:
    """From the minimum itself, gradient_descent takes no step."""
    bowl = Bowl(rng, 3)
    checks.close(gradient_descent(bowl.gradient, bowl.c.copy(), 0.1), (bowl.c.copy(), 0), names=("x", "steps"))


@pytest.mark.points(2)
@pytest.mark.in_place("x0")
@pytest.mark.requires("test_gradient_descent_step")
@pytest.mark.hint(
    "A comparison with NaN is False, so a loop can go on for ever with it: test with np.isfinite and raise "
    "FloatingPointError, for infinities as for NaN."
)
def test_gradient_descent_not_finite(rng: np.random.Generator) -> None:
    """Where the steps diverge, or leave the function's domain, gradient_descent raises FloatingPointError."""
    bowl = Bowl(rng, 2)
    checks.raises(
        FloatingPointError, gradient_descent, bowl.gradient, bowl.start, rng.uniform(15.0, 20.0), max_steps=1000
    )
    gradient, x0, _ = draw_slope(rng, beyond=np.nan)
    checks.raises(FloatingPointError, gradient_descent, gradient, x0, rng.uniform(0.1, 0.5), max_steps=1000)
    # the last step is a step too: after it there is no gradient that would be seen to be infinite
    checks.raises(FloatingPointError, gradient_descent, lambda x: np.full(2, 100.0), np.zeros(2), 1e307, max_steps=1)


@pytest.mark.points(1)
@pytest.mark.in_place("x0")
@pytest.mark.requires("test_gradient_descent_step")
@pytest.mark.hint("x = x0 is a second name for the same array, and x -= ... changes it: begin with a copy.")
def test_gradient_descent_leaves_x0(rng: np.random.Generator) -> None:
    """The start is the same after gradient_descent as before."""
    bowl = Bowl(rng, 2)
    with checks.unchanged(bowl.start, names=("x0",)):
        gradient_descent(bowl.gradient, bowl.start, 0.25, tolerance=0.5, max_steps=100)


@pytest.mark.points(1)
@pytest.mark.requires("test_gradient_descent_step")
@pytest.mark.hint("Keep the checks that the stub brings: neither step_size nor tolerance may be negative.")
def test_gradient_descent_errors(rng: np.random.Generator) -> None:
    """A negative step_size or tolerance makes gradient_descent raise ValueError."""
    bowl = Bowl(rng, 2)
    checks.raises(ValueError, gradient_descent, bowl.gradient, bowl.start, -rng.uniform(0.1, 0.2))
    checks.raises(ValueError, gradient_descent, bowl.gradient, bowl.start, 0.1, tolerance=-rng.uniform(0.1, 0.2))


# Newton's method -------------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.in_place("x0")
@pytest.mark.hint(
    "A step is the solution of a linear system: the Hessian times it is the gradient. No step_size is in it."
)
def test_newton_step(rng: np.random.Generator) -> None:
    """A step of newton is the solution of the linear system of the Hessian and the gradient, or its negative."""
    gradient, x0, slope = draw_slope(rng)
    curvature = Bowl(rng, 3).A
    x, _ = as_pair(newton(gradient, lambda x: curvature.copy(), x0.copy()))
    close_to_either_side(x, x0, np.linalg.solve(curvature, slope))


@pytest.mark.points(2)
@pytest.mark.in_place("x0")
@pytest.mark.hint(
    "Each step solves a linear system with the Hessian and the gradient at the current x, and takes the solution off "
    "x: mind the sign, and that both are computed anew in each step."
)
def test_newton_minimum(rng: np.random.Generator) -> None:
    """The minimum of a convex function, which is not a parabola, is found by newton."""
    bowl = Bowl(rng, 3, bend=rng.uniform(0.3, 0.6))
    x, _ = as_pair(newton(bowl.gradient, bowl.hessian, bowl.start, tolerance=1e-4))
    checks.close(x, bowl.c, subject="x", atol=1e-2)


@pytest.mark.points(2)
@pytest.mark.in_place("x0")
@pytest.mark.requires("test_newton_minimum")
@pytest.mark.hint(
    "The rules are those of gradient_descent: test the gradient's norm before each step and count the updates. With "
    "the full step, solved from the current Hessian, few are needed, and for a parabola one."
)
def test_newton_steps(rng: np.random.Generator, reference: ModuleType) -> None:
    """It takes the steps of Newton's method, one of them for a parabola, and counts them."""
    even = Bowl(rng, 9).made_even(rng)
    for bowl, steps in ((Bowl(rng, 3), 1), (even, 1), (Bowl(rng, 1, 0.5), 2), (Bowl(rng, 3, 0.5), 2)):
        given = bowl.hessian, bowl.start.copy()
        before = norm_after(reference.newton, steps - 1, bowl.gradient, *given)
        after = norm_after(reference.newton, steps, bowl.gradient, *given)
        # far from both: rounding decides nothing
        tolerance = before * (0.6 if bowl is even else np.sqrt(max(after / before, 1e-4)))
        expected = reference.newton(bowl.gradient, *given, tolerance)
        checks.close(newton(bowl.gradient, *given, tolerance), expected, names=("x", "steps"))


@pytest.mark.points(1)
@pytest.mark.in_place("x0")
@pytest.mark.requires("test_newton_minimum")
@pytest.mark.hint("After max_steps updates return what you have: it is not an error that the gradient is not small.")
def test_newton_max_steps(rng: np.random.Generator, reference: ModuleType) -> None:
    """After max_steps updates, newton returns the point where it is, and their number."""
    bowl = Bowl(rng, 2, bend=rng.uniform(0.3, 0.6))
    expected = reference.newton(bowl.gradient, bowl.hessian, bowl.start.copy(), 1e-6, 2)
    actual = as_pair(newton(bowl.gradient, bowl.hessian, bowl.start.copy(), 1e-6, 2))
    checks.close(actual, expected, names=("x", "steps"))


@pytest.mark.points(2)
@pytest.mark.in_place("x0")
@pytest.mark.requires("test_newton_step")
@pytest.mark.hint(
    "Where the Hessian is singular there is no step: a pseudo-inverse or a ridge that finds one anyway hides that. "
    "Raise ValueError."
)
def test_newton_singular_hessian(rng: np.random.Generator) -> None:
    """A singular Hessian makes newton raise ValueError."""
    bowl, flat = Bowl(rng, 3), int(rng.integers(3))

    def hessian(x: Any) -> np.ndarray:
        H = bowl.hessian(x)
        H[flat] = H[:, flat] = 0.0  # exactly singular, in float32 too
        return H

    checks.raises(ValueError, newton, bowl.gradient, hessian, bowl.start)


@pytest.mark.points(1)
@pytest.mark.in_place("x0")
@pytest.mark.requires("test_newton_step")
@pytest.mark.hint(
    "A comparison with NaN is False, so a loop can go on with it to the end: test with np.isfinite and raise "
    "FloatingPointError."
)
def test_newton_not_finite(rng: np.random.Generator) -> None:
    """Where a step leaves the function's domain, newton raises FloatingPointError."""
    gradient, x0, _ = draw_slope(rng, beyond=np.nan)
    curvature = Bowl(rng, 3).A
    checks.raises(FloatingPointError, newton, gradient, lambda x: curvature.copy(), x0)
    checks.raises(FloatingPointError, newton, gradient, lambda x: curvature * np.nan, x0, max_steps=1)


@pytest.mark.points(1)
@pytest.mark.in_place("x0")
@pytest.mark.requires("test_newton_step")
@pytest.mark.hint("x = x0 is a second name for the same array, and x -= ... changes it: begin with a copy.")
def test_newton_leaves_x0(rng: np.random.Generator) -> None:
    """The start is the same after newton as before."""
    bowl = Bowl(rng, 2)
    with checks.unchanged(bowl.start, names=("x0",)):
        newton(bowl.gradient, bowl.hessian, bowl.start, tolerance=0.1)


@pytest.mark.points(1)
@pytest.mark.requires("test_newton_step")
@pytest.mark.hint("Keep the check that the stub brings: tolerance may not be negative.")
def test_newton_errors(rng: np.random.Generator) -> None:
    """A negative tolerance makes newton raise ValueError."""
    bowl = Bowl(rng, 2)
    checks.raises(ValueError, newton, bowl.gradient, bowl.hessian, bowl.start, tolerance=-rng.uniform(0.1, 0.2))
