"""Tests of autograder.checks.gradient: right gradients pass, wrong ones are found and explained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks import CheckFailure, Finding, gradient
from autograder.errors import SpecError


def finding(*arguments: Any, **options: Any) -> Finding:
    """What gradient finds; fails if it finds nothing."""
    with pytest.raises(CheckFailure) as caught:
        gradient(*arguments, **options)
    return caught.value.finding


def lecture(x: np.ndarray) -> float:
    """The lecture's f(x) = 2 x1 x2 - x3 log x1 - 1 / x3."""
    return float(2 * x[0] * x[1] - x[2] * np.log(x[0]) - 1 / x[2])


def lecture_gradient(x: np.ndarray) -> np.ndarray:
    """Its gradient."""
    return np.array([2 * x[1] - x[2] / x[0], 2 * x[0], -np.log(x[0]) + 1 / x[2] ** 2])


@given(st.integers(0, 2**32))
def test_the_lectures_gradient_is_right(seed: int) -> None:
    """The worked gradient passes as an array and as a function, a hundred times more precisely than is asked."""
    x = np.random.default_rng(seed).uniform(0.3, 3, size=3)
    gradient(lecture, lecture_gradient(x), x, rtol=1e-6)
    gradient(lecture, lecture_gradient, x)


@given(st.floats(-8, 8), st.floats(-8, 8), st.integers(0, 2**32))
def test_the_step_follows_the_scale(power: float, value_power: float, seed: int) -> None:
    """A function of inputs and values of any size passes, and its gradient times 1.001 does not."""
    rng = np.random.default_rng(seed)
    scale, height = 10**power, 10**value_power
    x, weights = scale * rng.uniform(0.5, 2, size=(2, 3)), rng.uniform(0.5, 2, size=(2, 3))

    def function(x: np.ndarray) -> float:
        return float(height * (weights * np.exp(x / scale)).sum())

    right = height / scale * weights * np.exp(x / scale)
    gradient(function, right, x)
    assert finding(function, 1.001 * right, x).problem == "values"


def test_entries_of_different_sizes_have_their_own_steps() -> None:
    """A small argument of a logarithm is not stepped over beside a large one."""
    x = np.array([1e-3, 1.0, 10.0])
    gradient(lambda x: np.log(x).sum(), 1 / x, x, atol=0.0)


def test_at_zero_there_is_a_step_too() -> None:
    """All-zero parameters, where students start, have gradients."""
    gradient(lambda w: np.sin(w).sum(), np.ones(4), np.zeros(4))


@pytest.mark.parametrize(
    ("factor", "cause"),
    [
        (-1, "sign flipped"),
        (2, "factor 2"),
        (0.5, "factor 1/2"),
        (8, "factor n"),
        (1 / 40, "factor 1/(n*C)"),
        (1.1, ""),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 12])
def test_wrong_gradients_are_explained(factor: float, cause: str, size: int) -> None:
    """A flipped sign and a listed factor are named, from one entry on; another factor is not."""
    rng = np.random.default_rng(size)
    x, weights = rng.normal(size=size), rng.normal(size=size)
    found = finding(lambda x: float(weights @ np.tanh(x)), factor * weights / np.cosh(x) ** 2, x, n=8, classes=5)
    assert (found.check, found.subject, found.problem, found.cause) == ("gradient", "gradient", "values", cause)
    assert found.differing == size


def test_a_gradient_of_another_shape_is_said() -> None:
    """The gradient has the point's shape, and a transposed one is called that."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4, 3))
    found = finding(lambda x: float((x**3).sum()), (3 * x**2).T, x, subject="dW")
    assert found.sentence() == "dW has shape (3, 4) where (4, 3) was expected; it looks transposed."


def test_a_number_has_a_derivative() -> None:
    """A float is passed as a float and its derivative is a number."""
    gradient(lambda x: np.sin(x) if type(x) is float else None, np.cos, 0.7)
    assert finding(np.sin, -np.cos(0.7), 0.7, subject="df").sentence() == (
        "df differs by a relative error of about 1; it looks as if the sign were flipped."
    )


def test_a_function_in_float32_is_stepped_further() -> None:
    """Values of float32 get larger steps and one digit less; a factor 1.1 is still found."""
    x = np.linspace(0.5, 2, 4)

    def function(x: np.ndarray) -> Any:
        return np.float32(np.exp(x).sum())

    gradient(function, np.exp(x), x)
    assert finding(function, 1.1 * np.exp(x), x).differing == 4


def test_the_point_is_never_changed() -> None:
    """A function that writes to its argument spoils neither the point nor the next call."""
    x = np.array([1.0, 2.0])

    def function(x: np.ndarray) -> float:
        value = float((x**2).sum())
        x[:] = 99.0
        return value

    gradient(function, 2 * x, x)
    assert x.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (lambda x: x, "the function's value has shape (2,) where a number was expected."),
        (lambda x: None, "the function's value is None where a number or an array was expected."),
        (lambda x: np.nan, "the function's value is not finite (NaN or infinite)."),
        (lambda x: True, "the function's value has dtype bool where real numbers were expected."),
        (lambda x: np.inf if x[0] > 1 else 0.0, "the function's value is not finite (NaN or infinite)."),
    ],
    ids=range(5),
)
def test_a_function_must_return_finite_numbers(function: Callable[[Any], Any], sentence: str) -> None:
    """What the function returns is looked at like any answer."""
    assert finding(function, np.ones(2), np.ones(2)).sentence() == sentence


def test_what_the_function_raises_goes_its_way() -> None:
    """An exception of the student's stays one, so that the test run can say where it came from."""
    with pytest.raises(ZeroDivisionError):
        gradient(lambda x: 1 / 0, np.ones(2), np.ones(2))


def test_step_and_tolerances_are_the_authors() -> None:
    """A step in the point's units replaces the default; a zero gradient passes with an absolute tolerance."""
    seen: list[float] = []
    gradient(lambda x: seen.append(x) or x**2, 2.0, 1.0, step=0.25)  # type: ignore[func-returns-value]
    assert seen == [1.0, 1.25, 0.75]
    gradient(lambda x: float((x**4).sum()), np.zeros(2), np.zeros(2), atol=1e-8)
    assert finding(lambda x: x**3, 3.001, 1.0, rtol=1e-5).problem == "values"


@pytest.mark.parametrize("options", [{"step": 0.0}, {"step": np.nan}, {"rtol": -1.0}, {"n": 0}], ids=str)
def test_wrong_options_are_the_authors_error(options: dict[str, Any]) -> None:
    """A step, tolerance or count that is none is refused."""
    with pytest.raises(SpecError):
        gradient(np.sin, np.cos, 0.5, **options)
