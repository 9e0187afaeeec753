"""symbolic and derivation: formulas of the student's, as text, against the author's.

Two formulas are taken for equal if they agree at random points of the domain to nearly all digits of float64. The
student's text is read by `notation`, which evaluates nothing of it but the formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from autograder.checks.causes import Array, likely_cause
from autograder.checks.expression import Expression, evaluate
from autograder.checks.failure import CheckFailure, Place, type_name
from autograder.checks.notation import UnreadableError, readings
from autograder.errors import SpecError

_POINTS: Final = 32
_RTOL: Final = 1e-9
_ANYWHERE: Final = (-3.0, 3.0)


@dataclass(frozen=True)
class Variables:
    """The variables of a formula, and the open interval from which each is drawn, all finite."""

    symbols: Sequence[str]
    domain: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.domain:
            low, high = self.domain[name]
            if name not in self.symbols or not -np.inf < low < high < np.inf:
                raise SpecError(f"domain gives {name!r} from {low} to {high}; give symbols finite intervals.")

    def draw(self, rng: np.random.Generator | None) -> dict[str, Array]:
        """Random points in the middle 98 % of each interval, where no formula is at its worst."""
        rng = np.random.default_rng(0) if rng is None else rng
        points = {}
        for name in self.symbols:
            low, high = self.domain.get(name, _ANYWHERE)
            points[name] = low + (high - low) * rng.uniform(0.01, 0.99, size=_POINTS)
        return points


def symbolic(
    actual: Any,
    expected: str,
    *,
    symbols: Sequence[str],
    domain: Mapping[str, tuple[float, float]] | None = None,
    rng: np.random.Generator | None = None,
    subject: str = "result",
) -> None:
    r"""Fail unless actual is a formula that is equivalent to expected, in whatever form.

    Args:
        actual: what the student's code returned: any data; right is a str in Python notation (`p*(1 - p)`, `np.log(p)`,
            ** or ^ for powers) or simple LaTeX (`\frac{p - y}{p(1 - p)}`, `\log p`, `\sigma`, `\cdot`). Where
            mathematicians differ (1/2x, log 2x), any reading that is right counts.
        expected: the author's formula, in the same notation.
        symbols: the names of the variables.
        domain: by symbol, the interval in which the formulas must agree; by default from -3 to 3.
        rng: where the points are drawn from; by default they are always the same.
        subject: what the student calls the formula: a literal, shown.

    Raises:
        CheckFailure: it is not.
        SpecError: expected is no formula in these symbols, or not defined in the domain.
    """
    __tracebackhide__ = True
    points = Variables(symbols, domain or {}).draw(rng)
    _compare(actual, _expected_values(expected, points), points, Place("symbolic", subject))


def derivation(
    actual: Any,
    expected: Mapping[str, str],
    step: str,
    *,
    symbols: Sequence[str],
    domain: Mapping[str, tuple[float, float]] | None = None,
    products: Mapping[str, Sequence[str]] | None = None,
    rng: np.random.Generator | None = None,
) -> None:
    """Fail unless one step of a derivation is right; the failure names the first wrong step of all.

    Args:
        actual: what the student's code returned: any data; right is a dict of formulas, by the names of the steps.
            Other entries are not looked at.
        expected: the author's formulas by step, in the order of the derivation.
        step: the step that is tested.
        symbols: as in `symbolic`.
        domain: as in `symbolic`.
        products: by step, the earlier steps whose product it is, as the chain rule has it. Such a step is also right
            if it is the product of the student's own, and at most one of those is wrong: one mistake costs one step.
        rng: as in `symbolic`.

    Raises:
        CheckFailure: it is not.
        SpecError: the author's arguments do not fit together.
    """
    __tracebackhide__ = True
    chain = _Chain(actual, expected, products or {}, Variables(symbols, domain or {}).draw(rng))
    failure = chain.failure(step)
    if failure is not None:
        first = next(name for name in expected if chain.failure(name) is not None)
        raise CheckFailure(failure.finding.model_copy(update={"first_wrong": first}))


class _Chain:
    """The steps of a derivation, the student's beside the author's."""

    def __init__(
        self,
        actual: Any,
        expected: Mapping[str, str],
        products: Mapping[str, Sequence[str]],
        points: dict[str, Array],
    ) -> None:
        if type(actual) is not dict:
            Place("symbolic", "the derivation").fail("type", got_type=type_name(actual), expected_types=("dict",))
        for name in (*products, *(part for parts in products.values() for part in parts)):
            if name not in expected:
                raise SpecError(f"products names {name!r}, which is not a step; the steps are {', '.join(expected)}.")
        self._actual = {key: value for key, value in actual.items() if type(key) is str}
        self._expected = {name: _expected_values(text, points) for name, text in expected.items()}
        self._products = products
        self._points = points

    def failure(self, step: str) -> CheckFailure | None:
        """What is wrong with a step, or None."""
        try:
            self._check(step)
        except CheckFailure as failure:
            return failure
        return None

    def _check(self, step: str) -> None:
        place = Place("symbolic", step)
        if step not in self._expected:
            raise SpecError(f"{step!r} is not a step; the steps are {', '.join(self._expected)}.")
        if step not in self._actual:
            place.fail("missing part")
        if not self._follows(step):
            _compare(self._actual[step], self._expected[step], self._points, place)

    def _follows(self, step: str) -> bool:
        """Whether the step is the product of the student's own factors, of which at most one is wrong."""
        factors = self._products.get(step, ())
        if not factors or sum(self.failure(name) is not None for name in factors) > 1:
            return False
        try:
            own = [_own_values(self._actual[name], self._points, Place("symbolic", name)) for name in factors]
            claims = _own_values(self._actual[step], self._points, Place("symbolic", step))
        except (CheckFailure, KeyError):
            return False
        # a factor that can be read in two ways is taken in the first
        product = np.prod([values[0] for values in own], axis=0)
        return bool(np.isfinite(product).all()) and any(_agree(claim, product) for claim in claims)


def _expected_values(text: str, points: dict[str, Array]) -> Array:
    try:
        values = _at(readings(text, points)[0], points)
    except UnreadableError as error:
        raise SpecError(f"expected = {text!r} is no formula at character {error.position} ({error.reason}).") from None
    if not np.isfinite(values).all():
        raise SpecError(f"expected = {text!r} is not defined in the whole domain; narrow the domain.")
    return values


def _own_values(actual: Any, points: dict[str, Array], place: Place) -> list[Array]:
    """The student's formula at the points, in each of its readings."""
    if type(actual) is not str:
        place.fail("type", got_type=type_name(actual), expected_types=("str",))
    try:
        return [_at(reading, points) for reading in readings(actual, points)]
    except UnreadableError as error:
        place.fail("unreadable", reason=error.reason, position=error.position, symbols=tuple(points))


def _compare(actual: Any, expected: Array, points: dict[str, Array], place: Place) -> None:
    claims = _own_values(actual, points, place)
    if any(_agree(claim, expected) for claim in claims):
        return
    if not np.isfinite(claims[0]).all():
        place.fail("undefined")
    place.fail("not equivalent", cause=likely_cause(claims[0], expected))


def _at(expression: Expression, points: dict[str, Array]) -> Array:
    """The expression's value at each point, a constant's too."""
    return np.broadcast_to(evaluate(expression, points), (_POINTS,)).copy()


def _agree(claim: Array, expected: Array) -> bool:
    if not np.isfinite(claim).all():
        return False
    return bool((np.abs(claim - expected) <= _RTOL * (1.0 + np.abs(expected))).all())
