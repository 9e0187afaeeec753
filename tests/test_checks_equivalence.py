"""Tests of autograder.checks.equivalence: pairs with their truth, rewritings, small changes, hostile formulas."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from pathlib import Path

import expression_pairs
import formulas
import hostile_formulas
import pytest
from expression_pairs import DIFFERENT, EQUIVALENT, UNDEFINED
from formulas import DOMAIN, FORMULAS, SYMBOLS, changes, rewritings, somewhere_within, to_latex, to_python
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from autograder.checks import CheckFailure, symbolic
from autograder.checks.domain import Domain
from autograder.checks.equivalence import OutsideDomainError, Verdict, decide
from autograder.checks.expression import Expression
from autograder.checks.notation import readings

TRUTHS = [("", EQUIVALENT), ("not equivalent", DIFFERENT), ("undefined", UNDEFINED)]
PAIRS = [
    (claim, expected, domain, truth)
    for truth, groups in TRUTHS
    for domain, pairs in groups
    for claim, expected in pairs
]
PRINTED = [pair for pair in PAIRS[::3] if "1e-20" not in pair[0]]  # which has too many digits as a fraction
CALM = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def judge(claim: str, expected: str, domain: expression_pairs.Domain) -> str:
    """What symbolic says of a claim; nothing if it passes."""
    try:
        symbolic(claim, expected, symbols=tuple(domain), domain=domain)
    except CheckFailure as failure:
        return failure.finding.problem
    return ""


def read(text: str, *symbols: str) -> Expression:
    """The text's first reading."""
    return readings(text, symbols or SYMBOLS)[0]


def verdict(claim: str, expected: str, **domain: tuple[float, float]) -> Verdict:
    """What is decided of a claim in the domain's symbols."""
    names = tuple(domain)
    return decide(read(claim, *names), read(expected, *names), Domain(names, domain), b"")


# Pairs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("claim", "expected", "domain", "truth"), PAIRS, ids=range(len(PAIRS)))
def test_no_pair_is_judged_wrongly(claim: str, expected: str, domain: expression_pairs.Domain, truth: str) -> None:
    """Each pair is what its author wrote that it is."""
    assert judge(claim, expected, domain) == truth


@pytest.mark.parametrize(("claim", "expected", "domain", "truth"), PRINTED, ids=range(len(PRINTED)))
def test_notation_changes_no_verdict(claim: str, expected: str, domain: expression_pairs.Domain, truth: str) -> None:
    """A third of the pairs, printed in the other notations, and the author's against itself."""
    tree = read(claim, *domain)
    assert judge(to_python(tree), to_latex(read(expected, *domain)), domain) == truth
    assert judge(to_latex(tree), to_python(read(expected, *domain)), domain) == truth
    assert judge(to_latex(read(expected, *domain)), expected, domain) == ""


def test_pairs_are_many_and_in_both_notations() -> None:
    """There are more than 200 different pairs, and many of each kind."""
    assert len({(claim, expected) for claim, expected, _, _ in PAIRS}) >= 200
    assert sum("\\" in claim + expected for claim, expected, _, _ in PAIRS) >= 30
    assert all(sum(truth == kind for *_, truth in PAIRS) >= 30 for kind, _ in TRUTHS)


# Points ------------------------------------------------------------------------------------------------------


def test_verdict_does_not_depend_on_the_seed() -> None:
    """A narrow branch, a far one and a thousandth part are found from wherever points are drawn."""
    for seed in range(10):
        for claim, expected in [
            ("max(p, 0.0001)", "p"),
            ("p + max(0, 0.001 - abs(p - 0.61))", "p"),
            ("p + 10^-25", "p"),
        ]:
            domain = Domain(("p",), {"p": (0, 1)})
            assert decide(read(claim, "p"), read(expected, "p"), domain, bytes([seed])) is Verdict.DIFFERENT


def test_gaps_of_the_authors_formula_are_nobodys_mistake() -> None:
    """Where the author's own formula divides by zero nothing is asked; elsewhere the student's must be defined."""
    real = (-math.inf, math.inf)
    assert verdict("1/(2x)", "0.5/x", x=(-3, 3)) is Verdict.EQUIVALENT
    assert verdict("x/(x*x)", "1/x", x=real) is Verdict.EQUIVALENT
    assert verdict("(x-0.3)/(x*(x-0.3))", "1/x", x=(-3, 3)) is Verdict.UNDEFINED
    assert verdict("log(x^2)", "2*log(abs(x))", x=real) is Verdict.EQUIVALENT
    assert verdict("2*log(x)", "2*log(abs(x))", x=real) is Verdict.UNDEFINED


@pytest.mark.parametrize("expected", ["log(x)", "sqrt(x)", "1/(x - x)", "1/max(x, 0)"])
def test_an_authors_formula_without_values_is_an_error(expected: str) -> None:
    """A formula that is undefined in a part of the domain cannot be compared with."""
    with pytest.raises(OutsideDomainError):
        verdict("x", expected, x=(-3, 3))


def test_what_cannot_be_told_is_said() -> None:
    """A formula whose terms cancel to more digits than are computed is neither right nor wrong."""
    claim = "p + (10^60)^60*log(2) - log(2)*(10^60)^60*(1 + log(1)*p) + sin(log(2)) - sin(log(2))"
    assert verdict(claim.replace("(10^60)^60", "(10^60)^60*cos(p)"), "p - 1", p=(0, 1)) is Verdict.UNDECIDED


def test_constants_are_compared_too() -> None:
    """A domain without symbols has one point."""
    assert verdict("sin(pi/6)", "1/2") is Verdict.EQUIVALENT
    assert verdict("log(2)", "0.693147180559945309") is Verdict.DIFFERENT


# Rewritings and changes --------------------------------------------------------------------------------------


@CALM
@given(FORMULAS, st.data())
def test_rewritings_stay_equivalent(formula: Expression, data: st.DataObject) -> None:
    """Commuted, associated, expanded, over a common denominator, in either notation: the formula is the same."""
    rewritten = formula
    for _ in range(data.draw(st.integers(1, 4))):
        rewritten = somewhere_within(rewritten, rewritings, lambda most: data.draw(st.integers(0, most)))
    write, write_expected = data.draw(st.permutations([to_python, to_latex]))
    text = write(rewritten)
    assume(len(text) < 1500)
    assert judge(text, write_expected(formula), DOMAIN) == ""


@CALM
@given(FORMULAS, st.data())
def test_small_changes_are_told_apart(formula: Expression, data: st.DataObject) -> None:
    """A sign, a factor, an exponent or a term that is wrong anywhere, where Python's floats see it too, is found."""
    changed = somewhere_within(formula, changes, lambda most: data.draw(st.integers(0, most)))
    assume(differ(to_python(changed), to_python(formula)))
    write = data.draw(st.sampled_from([to_python, to_latex]))
    assert judge(write(changed), to_python(formula), DOMAIN) in ("not equivalent", "undefined")


def differ(one: str, other: str) -> bool:
    """Whether two formulas, as Python computes them, differ at some point by more than rounding explains."""
    functions = {name: getattr(math, name) for name in ("log", "exp", "sqrt", "sin", "cos")}
    names = functions | {"abs": abs, "max": max, "min": min}
    rng = random.Random(0)
    for _ in range(20):
        point = {name: rng.uniform(low, high) for name, (low, high) in DOMAIN.items()}
        try:
            left, right = (eval(text, {"__builtins__": {}}, names | point) for text in (one, other))
        except (ValueError, ArithmeticError):
            continue
        if abs(left - right) > 1e-10 * max(1, abs(left), abs(right)):
            return True
    return False


# Hostile formulas --------------------------------------------------------------------------------------------


def test_hostile_formulas_end_and_gain_nothing() -> None:
    """Each is judged within two seconds of CPU and a gigabyte, in a process that the kernel would kill; none passes."""
    program = str(Path(hostile_formulas.__file__))
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True, timeout=600)
    verdicts = [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert len(verdicts) == len(hostile_formulas.FORMULAS) >= 150
    assert set(verdicts) == {"not equivalent", "undefined", "unreadable", "undecided"}


def test_the_kernel_would_kill() -> None:
    """What is not bounded ends at the limit, so that the test above shows something."""
    script = "import hostile_formulas as h; h.CPU_S = 1; h.judge = lambda text: str(9**9**9); print(h.judge_alone(''))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(formulas.__file__).parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("ended with")
