"""What is off in a formula that is not equivalent: a sign, a factor, a forgotten inner derivative.

Each slip is a guess at what the student's formula would be if that one thing had gone wrong. It is named if the formula
looks like the guess; the likelier slips are tried first. A name beside it is the author's, of a symbol or of a step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, islice, permutations
from typing import Final

from autograder.checks.domain import Domain
from autograder.checks.equivalence import look_alike
from autograder.checks.expression import (
    ONE,
    Call,
    Expression,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
    negated,
    rational_value,
    substitute,
    walk,
)

SLIPS: Final[Mapping[str, str]] = {
    "constant factor": "it looks as if it were off by a constant factor",
    "upside down": "it looks upside down (one over the formula)",
    "inner derivative missing": "it looks as if the factor {part} were forgotten",
    "inner derivative twice": "it looks as if it were multiplied by {part} once too often",
    "factor missing": "it looks as if a factor {part} were missing",
    "factor too many": "it looks as if there were a factor {part} too many",
    "wrong variable": "it looks as if one variable stood for another",
    "sign of a term": "it looks as if the sign of one term were flipped",
}
"""The causes that formulas have beside those that numbers have too, and what a student is told of each."""

_FACTORS: Final = {
    Fraction(-1): "sign flipped", Fraction(2): "factor 2", Fraction(1, 2): "factor 1/2",
    **dict.fromkeys([Fraction(-2), Fraction(-1, 2)], "constant factor"),
    **{Fraction(1, k): "constant factor" for k in (3, 4, 10)}, **{Fraction(k): "constant factor" for k in (3, 4, 10)},
}  # fmt: skip
_MAX_SIZE: Final = 150
"""Of both formulas together, in parts: longer ones are not worth the search."""
_MAX_TERMS: Final = 16
_MAX_PAIRS: Final = 30


@dataclass(frozen=True)
class Slip:
    """What is off.

    Args:
        cause: a key of causes.CAUSES or of SLIPS; empty if nothing was found.
        part: the symbol or the step that the cause speaks of, if it does.
    """

    cause: str = ""
    part: str = ""


def find_slip(
    claim: Expression, expected: Expression, domain: Domain, seed: bytes, steps: Mapping[str, Expression]
) -> Slip:
    """The likeliest slip that leads from the right formula to the student's.

    Args:
        claim: the student's formula, which is not equivalent.
        expected: the author's.
        domain: of both.
        seed: of the points at which guesses are tried.
        steps: the other steps of the derivation, by name.
    """
    if sum(1 for formula in (claim, expected) for _ in walk(formula)) > _MAX_SIZE:
        return Slip()
    for slip, left, right in _guesses(claim, expected, domain, steps):
        if look_alike(left, right, domain, seed):
            return slip
    return Slip()


def _guesses(
    claim: Expression, expected: Expression, domain: Domain, steps: Mapping[str, Expression]
) -> Iterator[tuple[Slip, Expression, Expression]]:
    """Slips, each with two formulas that look alike if it was made."""
    zero = Number(Fraction(0))
    yield Slip(), claim, zero  # zero is nobody's product
    for factor, cause in _FACTORS.items():
        yield Slip(cause), claim, Product((Number(factor), expected))
    if rational_value(claim) is None:
        yield Slip("upside down"), claim, Product((ONE,), (expected,))
        for name, step in steps.items():
            if rational_value(step) is None:
                yield Slip("inner derivative missing", name), Product((claim, step)), expected
    for name, step in steps.items():
        if rational_value(step) is None:
            yield Slip("inner derivative twice", name), claim, Product((expected, step))
    for name in domain.symbols:
        yield Slip("factor missing", name), Product((claim, Symbol(name))), expected
        yield Slip("factor too many", name), claim, Product((expected, Symbol(name)))
    for renamed in islice(_renamings(domain.symbols), _MAX_PAIRS):
        yield Slip("wrong variable"), claim, substitute(expected, renamed)
    for corrected in islice(_with_one_term_flipped(claim), _MAX_TERMS):
        yield Slip("sign of a term"), corrected, expected


def _renamings(names: Sequence[str]) -> Iterator[dict[str, Expression]]:
    for one, other in permutations(names, 2):
        yield {one: Symbol(other)}
    for one, other in combinations(names, 2):
        yield {one: Symbol(other), other: Symbol(one)}


def _with_one_term_flipped(expression: Expression) -> Iterator[Expression]:
    """The formula with the sign of one term of one of its sums turned, for each term in turn."""
    match expression:
        case Sum(terms):
            for index, term in enumerate(terms):
                yield Sum((*terms[:index], negated(term), *terms[index + 1 :]))
            for index, term in enumerate(terms):
                for changed in _with_one_term_flipped(term):
                    yield Sum((*terms[:index], changed, *terms[index + 1 :]))
        case Product(factors, divisors):
            for index, factor in enumerate(factors):
                for changed in _with_one_term_flipped(factor):
                    yield Product((*factors[:index], changed, *factors[index + 1 :]), divisors)
            for index, divisor in enumerate(divisors):
                for changed in _with_one_term_flipped(divisor):
                    yield Product(factors, (*divisors[:index], changed, *divisors[index + 1 :]))
        case Power(base, exponent):
            for changed in _with_one_term_flipped(base):
                yield Power(changed, exponent)
        case Call(function, arguments):
            for index, argument in enumerate(arguments):
                for changed in _with_one_term_flipped(argument):
                    yield Call(function, (*arguments[:index], changed, *arguments[index + 1 :]))
