"""Whether two formulas are the same real number at every point of a domain.

Three means, each as far as it is sure:

- *Exactly*, for rational functions: their fingerprints (see `fingerprint`) decide whether they are one.
- *By intervals*, at points of the domain and in decimals of growing precision: two values whose intervals do not
  overlap are of formulas that differ, and this is a proof. Values that agree to 30 digits at all points are taken for
  equal.
- *By signs*: a divisor that is positive at one point and negative at another is zero somewhere between them, since a
  domain is connected and the formulas are continuous wherever they are defined.

The author's formula may have gaps, single points where it divides by zero or takes the logarithm of zero. There nothing
is asked.

Where an abs, max or min changes its branch, and where a root or a logarithm ends, `regions` looks for points of each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from itertools import islice
from typing import Final

from autograder.checks.domain import Domain, Draw, Point, as_intervals, between
from autograder.checks.expression import Expression
from autograder.checks.fingerprint import Field, is_rational
from autograder.checks.interval import Arithmetic, GapError, Interval, UndefinedError, UnsureError
from autograder.checks.program import Program
from autograder.checks.regions import Regions

_PRECISIONS: Final = (50, 120, 320)
_TIGHT: Final = Decimal("1e-30")
"""Agreement, as a share of the value."""
_NEGLIGIBLE: Final = Decimal("1e-100")
"""What counts as zero at the highest precision."""
_EFFORT: Final = 30_000
"""The cost of all evaluations in one decision, in additions of two intervals: an eighth of a second or so."""
_POINTS: Final = (24, 160)
_UNSURE: Final = 0.2
"""How many points may remain undecided for each that is decided: far out all digits of cosh^2 - sinh^2 may cancel."""
_LONG: Final = 1_000
"""Above this cost a formula that differs is not looked at further, though it may also be undefined somewhere."""
_HALVINGS: Final = 60
_GAPS: Final = 0.25
"""A formula with a larger share of points in gaps is undefined in a part of the domain, not at single points."""
_CLAIM, _EXPECTED = 0, 1


class Verdict(Enum):
    """What is decided of a formula beside the author's."""

    EQUIVALENT = "equivalent"
    DIFFERENT = "not equivalent"
    UNDEFINED = "undefined"
    UNDECIDED = "undecided"


class OutsideDomainError(Exception):
    """The author's own formula is not defined in the domain, but for single points."""


def decide(claim: Expression, expected: Expression, domain: Domain, seed: bytes) -> Verdict:
    """Compare a formula with the author's.

    Args:
        claim: the formula in question.
        expected: the author's, defined in the whole domain but for gaps.
        domain: where they must agree.
        seed: of the points; what the claim's author could not know.

    Raises:
        OutsideDomainError: expected has no value in a part of the domain.
    """
    seed = hashlib.sha256(seed + repr((claim, expected)).encode()).digest()
    comparison = _Comparison(Program(claim), Program(expected), domain, Draw(seed))
    identity = _identity(claim, expected, Field(seed))
    return Verdict.UNDEFINED if identity is Verdict.UNDEFINED else comparison.verdict(identity)


def look_alike(claim: Expression, other: Expression, domain: Domain, seed: bytes) -> bool:
    """Whether two formulas agree at a few random points: enough for a hint, not for a verdict."""
    programs = Program(claim), Program(other)
    agreeing, arithmetic = 0, Arithmetic(_PRECISIONS[0])
    names = sorted(programs[0].symbols | programs[1].symbols)
    for point in islice(domain.points(names, Draw(seed)), 6):
        try:
            left, right = (program.run(arithmetic, as_intervals(point)) for program in programs)
        except ArithmeticError:
            continue
        if not left.overlaps(right):
            return False
        agreeing += _is_tight(arithmetic, left, right)
    return agreeing >= (4 if names else 1)


def _identity(claim: Expression, expected: Expression, field: Field) -> Verdict:
    """What the fingerprints prove."""
    try:
        right = field.fingerprint(expected)
    except UndefinedError:
        raise OutsideDomainError from None
    try:
        left = field.fingerprint(claim)
    except UndefinedError:
        return Verdict.UNDEFINED
    if left is None or right is None:
        return Verdict.UNDECIDED
    if left == right:
        return Verdict.EQUIVALENT
    return Verdict.DIFFERENT if is_rational(claim) and is_rational(expected) else Verdict.UNDECIDED


class _Comparison:
    """Two formulas at the points of a domain."""

    def __init__(self, claim: Program, expected: Program, domain: Domain, draw: Draw) -> None:
        self._claim, self._expected, self._domain, self._draw = claim, expected, domain, draw
        self._names = sorted(claim.symbols | expected.symbols)
        self._signs: dict[tuple[int, int], dict[bool, Point]] = {}
        self._ladder = [Arithmetic(digits) for digits in _PRECISIONS[:-1]]
        self._ladder.append(Arithmetic(_PRECISIONS[-1], _NEGLIGIBLE))
        self._cost = claim.cost + expected.cost
        self._left = max(_EFFORT * 3 // 2, 10 * self._cost)

    def verdict(self, known: Verdict) -> Verdict:
        """The verdict, given what is known of the two as identities."""
        found = dict.fromkeys(Verdict, 0)
        gaps = 0
        for point in self._points():
            try:
                found[self._at(point, known)] += 1
                if self._left < 0 or (found[Verdict.DIFFERENT] and self._cost > _LONG):
                    break
            except GapError:
                gaps += 1
            except UndefinedError:
                return Verdict.UNDEFINED
        if gaps > sum(found.values()) * _GAPS:
            raise OutsideDomainError
        if any(self._has_own_zero(place, signs) for (owner, place), signs in self._signs.items() if owner == _CLAIM):
            return Verdict.UNDEFINED
        if known is not Verdict.UNDECIDED:
            return known
        if found[Verdict.DIFFERENT]:
            return Verdict.DIFFERENT
        unsure = found[Verdict.UNDECIDED] > found[Verdict.EQUIVALENT] * _UNSURE
        return Verdict.UNDECIDED if unsure or not found[Verdict.EQUIVALENT] else Verdict.EQUIVALENT

    def _points(self) -> Iterator[Point]:
        fewest, most = _POINTS
        enough = max(fewest, min(most, _EFFORT // self._cost))
        yield from islice(self._domain.points(self._names, self._draw), enough)
        yield from Regions([self._claim, self._expected], self._domain, self._draw).points(_EFFORT // 2)

    def _at(self, point: Point, known: Verdict) -> Verdict:
        """What the two are at a point: equivalent, different or undecided.

        Raises:
            GapError: the author's formula has a gap there.
            UndefinedError: it has none, and the claim has no value there.
            OutsideDomainError: the author's formula is not defined there, and this is no gap.
        """
        for arithmetic in self._ladder:
            if arithmetic is not self._ladder[0]:
                # a higher precision is for few points: each costs several times the last
                self._left -= self._cost * arithmetic.digits // 40
            try:
                wanted = self._run(_EXPECTED, arithmetic, point)
            except GapError:
                raise
            except UndefinedError:
                raise OutsideDomainError from None
            except UnsureError:
                continue
            try:
                got = self._run(_CLAIM, arithmetic, point)
            except UnsureError:
                continue
            except UndefinedError:
                raise UndefinedError from None
            if known is not Verdict.UNDECIDED:
                return known
            if not got.overlaps(wanted):
                return Verdict.DIFFERENT
            if _is_tight(arithmetic, got, wanted):
                return Verdict.EQUIVALENT
        return Verdict.UNDECIDED

    def _run(self, which: int, arithmetic: Arithmetic, point: Point) -> Interval:
        program = (self._claim, self._expected)[which]
        found = program.run_all(arithmetic, as_intervals(point))
        for place in program.divisors:
            if not found[place].holds_zero():
                self._signs.setdefault((which, place), {}).setdefault(found[place].low > 0, point)
        return program.result_of(found)

    # Zeros of divisors -------------------------------------------------------------------------------------

    def _has_own_zero(self, place: int, signs: dict[bool, Point]) -> bool:
        """Whether a divisor of the claim is zero somewhere that is no gap of the author's formula."""
        if len(signs) < 2:
            return False
        below, above = signs[False], signs[True]
        arithmetic = self._ladder[0]
        for _ in range(_HALVINGS):
            middle = between(below, above)
            try:
                value = self._claim.run_all(arithmetic, as_intervals(middle))[place]
            except ArithmeticError:
                return self._is_defined(as_intervals(middle))
            below, above = (below, middle) if value.low > 0 else (middle, above)
        ends = {name: sorted((below[name], above[name])) for name in below}
        return self._is_defined({name: Interval(low, high) for name, (low, high) in ends.items()})

    def _is_defined(self, values: dict[str, Interval]) -> bool:
        """Whether the author's formula is surely defined in all of a box."""
        try:
            self._expected.run(self._ladder[0], values)
        except ArithmeticError:
            return False
        return True


def _is_tight(arithmetic: Arithmetic, got: Interval, wanted: Interval) -> bool:
    """Whether both intervals are so narrow that overlapping means agreement."""
    if arithmetic.is_narrow(got, _TIGHT) and arithmetic.is_narrow(wanted, _TIGHT):
        return True
    # both are zero, as far as can be seen
    return arithmetic.digits == _PRECISIONS[-1] and max(got.magnitude, wanted.magnitude) < _NEGLIGIBLE
