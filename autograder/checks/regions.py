"""Points in each region that branches cut out of a domain: where an abs or max turns, a root or a logarithm ends.

Two searches, as a narrow region is seldom met by chance. *Ends*: from a random point, each symbol in turn goes where
the branch's argument is least, or largest, which leads into corners. *Lines*: along one symbol, intervals in place of
points are halved until no branch goes through them, which finds what is narrow in between.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from decimal import Context, Decimal
from itertools import count, pairwise
from typing import Final

from autograder.checks.domain import Domain, Draw, Point, as_intervals, middle_of
from autograder.checks.interval import Arithmetic, Interval, UndefinedError, UnsureError
from autograder.checks.program import Program

_LINES: Final = 2
_CELLS: Final = 160
_SWEEPS: Final = 2
_FINEST: Final = Decimal("1e-13")
_COARSE: Final = Context(prec=28)
_EVERYWHERE: Final = ("undefined",)

Region = tuple[object, ...]


class Regions:
    """The regions of several formulas in one domain.

    Args:
        programs: the formulas.
        domain: of all of them.
        draw: where points are drawn from.
    """

    def __init__(self, programs: Sequence[Program], domain: Domain, draw: Draw) -> None:
        self._names = sorted(frozenset().union(*(program.symbols for program in programs)))
        self._programs = [program for program in programs if program.branches or program.roots]
        self._domain, self._draw = domain, draw
        self._arithmetic = Arithmetic(28)
        self._cost = sum(program.cost for program in self._programs)

    def points(self, effort: int) -> Iterator[Point]:
        """Points that lie in as many regions as an effort finds; none where there are no branches.

        Args:
            effort: the cost of all evaluations together.
        """
        if not self._programs or not self._names:
            return
        yield from self._ends(effort // 2)
        cells = effort // (2 * self._cost * len(self._names) * _LINES)
        if cells > 8:
            for name in self._names:
                for _ in range(_LINES):
                    yield from self._along(name, min(cells, _CELLS))

    # Ends --------------------------------------------------------------------------------------------------

    def _ends(self, effort: int) -> Iterator[Point]:
        """For each branch, a point where its argument is nearly least and one where it is nearly largest."""
        for program in self._programs:
            for place in dict.fromkeys((*program.branches, *program.roots)):
                for largest in (False, True):
                    effort -= program.cost * 10 * _SWEEPS * len(self._names)
                    if effort < 0:
                        return
                    yield self._end(program, place, largest=largest)

    def _end(self, program: Program, place: int, *, largest: bool) -> Point:
        point = {name: self._domain.side(name).anywhere(self._draw) for name in self._names}
        for _ in range(_SWEEPS):
            for name in self._names:
                side = self._domain.side(name)
                choices = [point[name], *side.ends(), side.anywhere(self._draw)]
                rated = [(self._value(program, place, {**point, name: choice}), choice) for choice in choices]
                known = [(value, choice) for value, choice in rated if value is not None]
                if known:
                    point[name] = (max if largest else min)(known)[1]
        return point

    def _value(self, program: Program, place: int, point: Point) -> Decimal | None:
        try:
            return program.run_all(self._arithmetic, as_intervals(point))[place].low
        except ArithmeticError:
            return None

    # Lines -------------------------------------------------------------------------------------------------

    def _along(self, name: str, budget: int) -> Iterator[Point]:
        """Points on a line in the direction of one symbol: two in each region that it meets."""
        base = {other: self._domain.side(other).anywhere(self._draw) for other in self._names}
        order = count()
        cells = [_queued(Interval(low, high), next(order)) for low, high in pairwise(self._domain.side(name).cuts())]
        heapq.heapify(cells)
        met: dict[Region, int] = {}
        while cells and budget > 0:
            budget -= 1
            _, _, cell = heapq.heappop(cells)
            middle = middle_of(cell)
            region = self._region(as_intervals(base) | {name: cell})
            if region is not None and met.setdefault(region, 0) < 2:
                met[region] += 1
                yield {**base, name: middle}
            if region is None and not self._arithmetic.is_narrow(cell, _FINEST):
                for half in (Interval(cell.low, middle), Interval(middle, cell.high)):
                    heapq.heappush(cells, _queued(half, next(order)))

    def _region(self, values: dict[str, Interval]) -> Region | None:
        """On which side of every branch a cell lies, or None if a branch goes through it."""
        region: list[object] = []
        for program in self._programs:
            try:
                found = program.run_all(self._arithmetic, values)
            except UndefinedError:
                return _EVERYWHERE
            except UnsureError:
                return None
            for place in (*program.branches, *program.roots):
                if found[place].holds_zero() and found[place].high != found[place].low:
                    return None
                region.append(found[place].low > 0)
        return tuple(region)


def _queued(cell: Interval, order: int) -> tuple[Decimal, int, Interval]:
    """A cell in the queue of those to be looked at, the widest first."""
    return _COARSE.subtract(cell.low, cell.high), order, cell
