"""symbolic and derivation: formulas of the student's, as text, against the author's.

The student's text is read by `notation`, which evaluates nothing of it but the formula, and `equivalence` decides:
exactly for rational functions, else by intervals in high precision. Both need the standard library alone, so that a
student's own machine comes to the same verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from autograder.checks.domain import Domain
from autograder.checks.equivalence import OutsideDomainError, Verdict, decide
from autograder.checks.expression import Expression, Product
from autograder.checks.failure import CheckFailure, Place, Problem, type_name
from autograder.checks.notation import readings
from autograder.checks.slips import find_slip
from autograder.checks.tokens import UnreadableError
from autograder.errors import SpecError


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
            ** or ^ for powers) or simple LaTeX (`\frac{p - y}{p(1 - p)}`, `\log p`, `\sigma`, `|x|`). Where
            mathematicians differ (1/2x, log 2x), any reading that is right counts.
        expected: the author's formula, in the same notation.
        symbols: the names of the variables: `x`, `theta`, `x1` (which may be written x_1 and x_{1}).
        domain: by symbol, the open interval in which the formulas must agree, its ends finite or infinite; by default
            from -3 to 3. What is outside does not count; inside, the formula must be defined everywhere.
        rng: where the points are drawn from; by default they depend on the formulas alone.
        subject: what the student calls the formula: a literal, shown.

    Raises:
        CheckFailure: it is not.
        SpecError: expected is no formula in these symbols, or not defined in the domain.
    """
    __tracebackhide__ = True
    where = _Where(Domain(tuple(symbols), domain or {}), rng)
    where.check(actual, where.own(expected), Place("symbolic", subject))


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
    chain = _Chain(actual, expected, products or {}, _Where(Domain(tuple(symbols), domain or {}), rng))
    failure = chain.failure(step)
    if failure is not None:
        first = next(name for name in expected if chain.failure(name) is not None)
        raise CheckFailure(failure.finding.model_copy(update={"first_wrong": first}))


class _Where:
    """Where formulas are compared.

    Args:
        domain: the symbols, and their intervals.
        rng: of the points, or None.
    """

    def __init__(self, domain: Domain, rng: np.random.Generator | None) -> None:
        self._domain = domain
        self._seed = b"" if rng is None else rng.integers(2**32, size=4, dtype=np.uint32).astype("<u4").tobytes()

    def own(self, text: str) -> Expression:
        """The author's formula.

        Raises:
            SpecError: it cannot be read, or is not defined in the whole domain.
        """
        intervals = tuple((name, *ends) for name, ends in sorted(self._domain.intervals.items()))
        return _read_own(text, tuple(self._domain.symbols), intervals)

    def read(self, actual: Any, place: Place) -> list[Expression]:
        """The student's formula, in each of its readings; fails if it is none."""
        if type(actual) is not str:
            place.fail("type", got_type=type_name(actual), expected_types=("str",))
        symbols = tuple(self._domain.symbols)
        try:
            return readings(actual, symbols)
        except UnreadableError as error:
            place.fail("unreadable", reason=error.reason, position=error.position, symbols=symbols)

    def check(
        self, actual: Any, expected: Expression, place: Place, steps: Mapping[str, Expression] | None = None
    ) -> None:
        """Fail unless the student's formula is equivalent to the author's in one of its readings."""
        claims = self.read(actual, place)
        verdicts = []
        for claim in claims:
            verdicts.append(self.decide(claim, expected))
            if verdicts[-1] is Verdict.EQUIVALENT:
                return
        if verdicts[0] is Verdict.UNDECIDED:
            place.fail("undecided")
        slip = find_slip(claims[0], expected, self._domain, self._seed, steps or {})
        problem: Problem = "undefined" if verdicts[0] is Verdict.UNDEFINED else "not equivalent"
        place.fail(problem, cause=slip.cause, part=slip.part)

    def decide(self, claim: Expression, expected: Expression) -> Verdict:
        """What a formula is beside the author's.

        Raises:
            SpecError: the author's is not defined in the whole domain.
        """
        try:
            return decide(claim, expected, self._domain, self._seed)
        except OutsideDomainError:
            raise SpecError("expected is not defined in the whole domain; narrow the domain.") from None

    def follows(self, claim: Expression, factors: Sequence[Expression]) -> bool:
        """Whether a formula is the product of the student's own factors."""
        try:
            return decide(claim, Product(tuple(factors)), self._domain, self._seed) is Verdict.EQUIVALENT
        except OutsideDomainError:
            return False


@lru_cache(maxsize=256)
def _read_own(text: str, symbols: tuple[str, ...], intervals: tuple[tuple[str, float, float], ...]) -> Expression:
    try:
        expression = readings(text, symbols)[0]
    except UnreadableError as error:
        raise SpecError(f"expected = {text!r} is no formula at character {error.position} ({error.reason}).") from None
    domain = Domain(symbols, {name: (low, high) for name, low, high in intervals})
    try:
        sound = decide(expression, expression, domain, b"") is Verdict.EQUIVALENT
    except OutsideDomainError:
        sound = False
    if not sound:
        raise SpecError(f"expected = {text!r} is not defined in the whole domain; narrow the domain.")
    return expression


class _Chain:
    """The steps of a derivation, the student's beside the author's."""

    def __init__(
        self, actual: Any, expected: Mapping[str, str], products: Mapping[str, Sequence[str]], where: _Where
    ) -> None:
        if type(actual) is not dict:
            Place("symbolic", "the derivation").fail("type", got_type=type_name(actual), expected_types=("dict",))
        for name in (*products, *(part for parts in products.values() for part in parts)):
            if name not in expected:
                raise SpecError(f"products names {name!r}, which is not a step; the steps are {', '.join(expected)}.")
        self._actual = {key: value for key, value in actual.items() if type(key) is str}
        self._expected = {name: where.own(text) for name, text in expected.items()}
        self._products = products
        self._where = where
        self._found: dict[str, CheckFailure | None] = {}

    def failure(self, step: str) -> CheckFailure | None:
        """What is wrong with a step, or None."""
        if step not in self._found:
            try:
                self._check(step)
                self._found[step] = None
            except CheckFailure as failure:
                self._found[step] = failure
        return self._found[step]

    def _check(self, step: str) -> None:
        place = Place("symbolic", step)
        if step not in self._expected:
            raise SpecError(f"{step!r} is not a step; the steps are {', '.join(self._expected)}.")
        if step not in self._actual:
            place.fail("missing part")
        if not self._follows(step):
            others = {name: formula for name, formula in self._expected.items() if name != step}
            self._where.check(self._actual[step], self._expected[step], place, others)

    def _follows(self, step: str) -> bool:
        """Whether the step is the product of the student's own factors, of which just one is wrong."""
        factors = self._products.get(step, ())
        if sum(self.failure(name) is not None for name in factors) != 1:
            return False
        try:
            # a factor that can be read in two ways is taken in the first
            own = [self._where.read(self._actual[name], Place("symbolic", name))[0] for name in factors]
            claims = self._where.read(self._actual[step], Place("symbolic", step))
        except (CheckFailure, KeyError):
            return False
        return any(self._where.follows(claim, own) for claim in claims)
