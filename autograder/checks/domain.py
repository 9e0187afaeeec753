"""Where formulas must agree: an open interval for each symbol, and the points in it at which they are looked at.

Points lie where formulas differ: at whole numbers, near both ends, near zero and far out, each in several scales, and
anywhere. They are drawn from a hash of the formulas themselves, so that no formula can be written to agree at them
alone.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Final

from autograder.checks.interval import Interval
from autograder.errors import SpecError

Point = Mapping[str, Decimal]

_EXACT: Final = Context(prec=60)
_NAME: Final = re.compile(r"[A-Za-z]+(_?[A-Za-z0-9]+)?")
_ANYWHERE: Final = (-3.0, 3.0)
_WINDOW: Final = 3
"""How far from an interval's finite end, or from zero, random points go where it has no other end."""
_SPECIAL: Final = [Decimal(text) for text in ("0", "1", "-1", "0.5", "2", "-2", "-0.5", "3", "-3", "10", "0.1")]
_SCALES: Final = (1, 2, 3, 6, 9, 12)
_FAR: Final = (1, 2, 4, 6)


class Draw:
    """A stream of random numbers that a seed determines, on every machine and in every version alike."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._count = 0

    def below(self, bound: int) -> int:
        """A whole number from 0 to bound - 1, for bounds far below 2^256."""
        self._count += 1
        return int.from_bytes(hashlib.sha256(self._seed + self._count.to_bytes(8, "big")).digest(), "big") % bound

    def share(self) -> Decimal:
        """A number in (0, 1) of 15 digits."""
        return Decimal(1 + self.below(10**15 - 1)).scaleb(-15)


@dataclass(frozen=True)
class Side:
    """One symbol's open interval; either end may be infinite."""

    low: Decimal
    high: Decimal

    def holds(self, value: Decimal) -> bool:
        return self.low < value < self.high

    def window(self) -> tuple[Decimal, Decimal]:
        """The finite part in which random points lie."""
        low, high = self.low, self.high
        if low.is_finite() and high.is_finite():
            return low, high
        if low.is_finite():
            return low, _EXACT.add(low, _WINDOW)
        return (_EXACT.subtract(high, _WINDOW), high) if high.is_finite() else (Decimal(-_WINDOW), Decimal(_WINDOW))

    def anywhere(self, draw: Draw) -> Decimal:
        low, high = self.window()
        return _EXACT.add(low, _EXACT.multiply(_EXACT.subtract(high, low), draw.share()))

    def special(self) -> list[Decimal]:
        """Small whole numbers and the middle, as far as they are in the interval."""
        low, high = self.window()
        middle = _EXACT.divide(_EXACT.add(low, high), 2)
        return [value for value in dict.fromkeys((*_SPECIAL, middle)) if self.holds(value)]

    def edges(self, draw: Draw) -> list[Decimal]:
        """Near each end, near zero and far out, at several scales, the widest first."""
        low, high = self.window()
        width = min(_EXACT.subtract(high, low), Decimal(1))
        found = []
        for scale in _SCALES:
            step = _EXACT.multiply(width, draw.share().scaleb(1 - scale))
            found += [_EXACT.add(low, step)] if self.low.is_finite() else []
            found += [_EXACT.subtract(high, step)] if self.high.is_finite() else []
            found += [step, step.copy_negate()]
        for scale in _FAR:
            step = draw.share().scaleb(scale)
            found += [] if self.high.is_finite() else [_EXACT.add(max(low, Decimal(0)), step)]
            found += [] if self.low.is_finite() else [_EXACT.subtract(min(high, Decimal(0)), step)]
        return [value for value in found if self.holds(value)]

    def ends(self) -> list[Decimal]:
        """Close to both ends, in three scales, or far out, and zero."""
        low, high = self.cuts()[0], self.cuts()[-1]
        steps = [_EXACT.multiply(_EXACT.subtract(high, low), Decimal(1).scaleb(-scale)) for scale in (2, 5, 9)]
        near = [value for step in steps for value in (_EXACT.add(low, step), _EXACT.subtract(high, step))]
        return [value for value in (*near, Decimal(0)) if self.holds(value)]

    def cuts(self) -> list[Decimal]:
        """Where a walk along the whole interval is cut at first: its ends, or what is as good as infinite."""
        low = self.low if self.low.is_finite() else min(Decimal(-(10**6)), _EXACT.subtract(self.window()[1], 10**6))
        high = self.high if self.high.is_finite() else max(Decimal(10**6), _EXACT.add(self.window()[0], 10**6))
        within = [Decimal(sign * 10**power) for power in (4, 2, 1, 0) for sign in (-1, 1)] + [Decimal(0)]
        return sorted({low, high, *(cut for cut in within if low < cut < high)})


@dataclass(frozen=True)
class Domain:
    """The variables of a formula, and the open interval of each, from -3 to 3 where none is given.

    Raises:
        SpecError: a symbol has no name that formulas can hold, or an interval is empty, or of no symbol.
    """

    symbols: Sequence[str]
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.symbols:
            if not _NAME.fullmatch(name):
                raise SpecError(f"{name!r} is no symbol; give letters, with an index if you like: x, theta, x_1.")
        for name, (low, high) in self.intervals.items():
            if name not in self.symbols or not low < high or math.inf in (low, -high):
                raise SpecError(
                    f"domain gives {name!r} from {low} to {high}; give symbols intervals, the lower end first."
                )

    def side(self, name: str) -> Side:
        """A symbol's interval."""
        low, high = self.intervals.get(name, _ANYWHERE)
        # a float's shortest digits are what its author wrote
        return Side(Decimal(repr(float(low))), Decimal(repr(float(high))))

    def points(self, names: Sequence[str], draw: Draw) -> Iterator[Point]:
        """Points in these symbols, those that tell most first, without end unless there are no symbols."""
        sides = {name: self.side(name) for name in names}
        if not names:
            yield {}
            return
        for _ in range(8):
            yield {name: side.anywhere(draw) for name, side in sides.items()}
        yield from self._varied(sides, draw)
        while True:
            yield {name: side.anywhere(draw) for name, side in sides.items()}

    def _varied(self, sides: Mapping[str, Side], draw: Draw) -> Iterator[Point]:
        """All symbols at one small number; one at a special value or an edge, the others anywhere; all at such."""
        for value in _SPECIAL[:4]:
            yield {name: value if side.holds(value) else side.anywhere(draw) for name, side in sides.items()}
        ladders = {name: side.special()[:4] + side.edges(draw) + side.special()[4:] for name, side in sides.items()}
        for index in range(max(map(len, ladders.values()))):
            for name, ladder in ladders.items():
                if index < len(ladder):
                    yield {other: side.anywhere(draw) for other, side in sides.items()} | {name: ladder[index]}
            yield {name: ladder[draw.below(len(ladder))] for name, ladder in ladders.items()}


def between(one: Point, other: Point) -> Point:
    """The point in the middle."""
    return {name: _EXACT.divide(_EXACT.add(one[name], other[name]), 2) for name in one}


def as_intervals(point: Point) -> dict[str, Interval]:
    """A point as intervals that hold nothing else."""
    return {name: Interval(value, value) for name, value in point.items()}


def middle_of(cell: Interval) -> Decimal:
    """The middle of a finite interval."""
    return _EXACT.divide(_EXACT.add(cell.low, cell.high), 2)
