"""Tests of autograder.checks.symbolic, derivation and the notation they read."""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks import CheckFailure, Finding, derivation, symbolic
from autograder.checks.notation import readings
from autograder.checks.tokens import MAX_LENGTH, UnreadableError
from autograder.errors import SpecError

SYMBOLS = ("y", "p", "x")
DOMAIN = {"p": (0.0, 1.0)}
STEPS = {
    "dl_dp": "(p - y) / (p (1 - p))",
    "dp_dz": "p (1 - p)",
    "dz_dw": "x",
    "dl_dw": "(p - y) x",
}
PRODUCTS = {"dl_dw": ("dl_dp", "dp_dz", "dz_dw")}
INK = st.text(alphabet="ypx0123456789.+-*/^(){}[]= \\logfracnsigma_eE$", max_size=60)


def check(actual: Any, expected: str, **options: Any) -> None:
    """Compare in the lecture's symbols."""
    symbolic(actual, expected, symbols=SYMBOLS, domain=DOMAIN, **options)


def finding(actual: Any, expected: str = "p - y", **options: Any) -> Finding:
    """What symbolic finds; fails if it finds nothing."""
    with pytest.raises(CheckFailure) as caught:
        check(actual, expected, **options)
    return caught.value.finding


def check_step(actual: Any, step: str) -> None:
    """Check one step of the sample derivation."""
    derivation(actual, STEPS, step, symbols=SYMBOLS, domain=DOMAIN, products=PRODUCTS)


def wrong_steps(**changed: str) -> dict[str, str]:
    """By step, what is said of those that are wrong in the sample derivation with these changes."""
    found = {}
    for step in STEPS:
        try:
            check_step(STEPS | changed, step)
        except CheckFailure as failure:
            found[step] = failure.finding.sentence()
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-(y/p)*p*(1-p) + (1-y)/(1-p)*p*(1-p)", "p - y"),
        ("-y/p + (1-y)/(1-p)", "(p - y)/(p*(1 - p))"),
        ("-y*p**-1 - (1-y)*(p-1)**(-1)", "(p - y)/(p*(1 - p))"),
        ("p - p^2", "p*(1 - p)"),
        ("p-p**2.0", "p*(1 - p)"),
        (r"\frac{p - y}{p\left(1 - p\right)}", "(p - y)/(p*(1 - p))"),
        (r"$-\frac{y}{p} + \dfrac{1-y}{1-p}$", "(p - y)/(p*(1 - p))"),
        (r"\(p \cdot (1 - p) \times x\)", "p*(1 - p)*x"),
        (r"\frac12 p^{2}x", "0.5*p*p*x"),
        (r"\frac1p", "1/p"),
        (r"\frac{1}{p}x", "x/p"),
        ("x p", "p*x"),
        ("px", "p*x"),
        ("2p", "p + p"),
        ("x(p-y)", "p*x - x*y"),
        ("(p-y)x", "p*x - x*y"),
        ("[p - y] x", "p*x - x*y"),
        ("(1-p)(1-y)", "1 - p - y + p*y"),
        ("-p^2", "0 - p*p"),
        ("2^-1", "0.5"),
        ("2^3^2", "512"),
        ("p/y/x", "p/(y*x)"),
        ("p--y", "p+y"),
        ("p*-y", "-p*y"),
        ("+.5e1", "5"),
        ("sigmoid(log(p/(1-p)))", "p"),
        (r"\sigma(\ln\frac{p}{1-p})", "p"),
        (r"\operatorname{sigmoid}(\log p - \log(1-p))", "p"),
        ("np.log(p) + math.exp(x)", "log(p) + exp(x)"),
        (r"\log^2 p", "log(p)*log(p)"),
        (r"\log{p}x", "log(p)*x"),
        ("ylogp", "y*log(p)"),
        ("-y log p - (1 - y) log(1 - p)", "-y*log(p) - (1-y)*log(1-p)"),
        (r"\sqrt{p^2}", "p"),
        ("p\N{MIDDLE DOT}x \N{MINUS SIGN} y", "p*x - y"),
        ("p\n  - y", "p-y"),
        (r"\\frac{y}{p} \\cdot x", "x*y/p"),  # r, and two backslashes
        ("p - p\N{SUPERSCRIPT TWO}", "p*(1-p)"),
        ("\frac{y}{p} \times \big(1 - p\right)", "y*(1-p)/p"),  # no r before the string
    ],
)
def test_equivalent_formulas_pass(text: str, expected: str) -> None:
    """Python and LaTeX, implicit products, signs, powers and functions mean what they mean on paper."""
    check(text, expected)


@pytest.mark.parametrize("expected", ["(1/2)*x", "1/(2*x)"])
def test_what_can_be_read_in_two_ways_is_right_in_both(expected: str) -> None:
    """1/2x passes for either; so does log 2x."""
    check("1/2x", expected)
    for reading in ("log(2)*p", "log(2*p)"):
        check("log 2p", reading)
    assert finding("1/2*x", "1/(2*x)").problem == "not equivalent"
    assert finding("log(2)p", "log(2*p)").problem == "not equivalent"


@pytest.mark.parametrize(
    ("text", "expected", "cause"),
    [
        ("y - p", "p - y", "sign flipped"),
        ("2(p - y)", "p - y", "factor 2"),
        ("p*(1-p)*x/2", "p*(1-p)*x", "factor 1/2"),
        ("p*y", "p*y*y", "factor missing"),  # equal for labels, not for every real y
        ("sqrt(y^2)", "y", ""),
        ("p*(p-1)", "p*(1-p)", "sign flipped"),
        ("p-y+0.00001", "p-y", ""),
        ("0", "p-y", ""),
        ("-p^2", "p^2", "sign flipped"),
        ("exp(exp(exp(9)))", "p", ""),  # a number, if a large one
    ],
)
def test_other_formulas_fail(text: str, expected: str, cause: str) -> None:
    """A formula that differs anywhere in the domain fails, with its cause where there is one."""
    found = finding(text, expected, subject="dl_dz")
    assert (found.problem, found.cause, found.subject) == ("not equivalent", cause, "dl_dz")


@pytest.mark.parametrize("text", ["log(y)", "1/0", "y^0.5", "log(-p)", "0/0", "p/(p-p)", "p*y/y", "1/(x - 2)"])
def test_formulas_that_are_not_defined_in_the_domain_fail(text: str) -> None:
    """What has no real value at some point of the domain agrees with nothing."""
    assert finding(text).sentence() == "result is not defined everywhere that it should be."


@pytest.mark.parametrize(
    ("text", "reason", "position"),
    [
        ("", "syntax", 1),
        ("p -", "syntax", 4),
        ("(p - y", "syntax", 7),
        ("(p - y]", "syntax", 7),
        ("p - y)", "syntax", 6),
        ("p _1", "syntax", 3),
        (r"\frac{p}", "syntax", 9),
        (r"\sqrt[3]{p}", "syntax", 6),
        ("log", "syntax", 4),
        ("p; import os", "syntax", 2),
        ("lambda: p", "symbol", 1),
        ("p - z", "symbol", 5),
        (r"\hat y", "symbol", 1),
        ("pq", "symbol", 2),
        ("__import__('os')", "syntax", 1),
        ("p.real", "syntax", 2),
        ("dl_dp = p - y", "equation", 7),
        ("p = y", "equation", 3),
        ("p^65", "size", 3),
        ("p**(-1000000)", "size", 4),
        ("9" * 21, "size", 1),
        ("1e99", "size", 1),
        ("(" * 41 + "p" + ")" * 41, "size", 41),
        ("p^" * 50 + "p", "size", 81),
        ("+p" * MAX_LENGTH, "size", MAX_LENGTH),
        ("\big" * (MAX_LENGTH // 2), "size", MAX_LENGTH),
    ],
    ids=str,
)
def test_what_is_no_formula_is_said_by_place(text: str, reason: str, position: int) -> None:
    """A text that cannot be read is answered with the reason and the character, and none of it is repeated."""
    found = finding(text)
    assert (found.problem, found.reason, found.position) == ("unreadable", reason, position)
    assert f"at character {position} " in found.sentence()


def test_sentences_name_the_variables() -> None:
    """Who uses another variable is told which there are."""
    assert finding("w x", subject="dl_dw").sentence() == (
        "dl_dw cannot be read: at character 1 there is a name that is not known; the variables are y, p, x."
    )


@pytest.mark.parametrize("value", [None, 1, ["p"], b"p - y", type("Text", (str,), {})("p - y")], ids=range(5))
def test_only_text_is_read(value: object) -> None:
    """A number, bytes or a subclass of str is no formula."""
    assert finding(value).problem == "type"


@given(INK)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever is written, it becomes trees or an UnreadableError of a place in it."""
    position = None
    try:
        trees = readings(text, SYMBOLS)
    except UnreadableError as error:
        position = error.position
    assert 1 <= len(trees) <= 4 if position is None else 1 <= position <= len(text) + 1


def count_calls(function: Callable[[], object]) -> int:
    """How many functions it has called, Python's own and others: work that hangs on no clock."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        with contextlib.suppress(CheckFailure):
            function()
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    "text",
    [
        "+".join(["p"] * 1000),
        "-" * 1999 + "p",
        "p" * 2000,
        "(p)" * 666,
        "2^60^60^60",
        "p^64" * 500,
        "(" * 39 + "p" + "^64)" * 39,
        "log " * 39 + "p",
    ],
    ids=range(8),
)
def test_long_texts_cost_little(text: str) -> None:
    """Any text within the bounds is read and evaluated with little work, counted in calls, without deep recursion."""
    assert count_calls(lambda: check(text, "p")) < 2_000_000


def test_points_are_drawn_from_the_generator() -> None:
    """Two formulas that agree on a part of the domain alone are told apart by points of the whole."""
    rng = np.random.default_rng(5)
    check("sqrt(p^2)", "p", rng=rng)
    assert rng.random() != np.random.default_rng(5).random()
    symbolic("sqrt(x^2)", "x", symbols=["x"], domain={"x": (0, 2)})
    with pytest.raises(CheckFailure):
        symbolic("sqrt(x^2)", "x", symbols=["x"])


@pytest.mark.parametrize(
    ("expected", "domain"),
    [
        ("p - ", DOMAIN),
        ("p - q", DOMAIN),
        ("log(y)", DOMAIN),
        ("p", {"q": (0, 1)}),
        ("p", {"p": (1, 0)}),
        ("p", {"p": (0, math.nan)}),
    ],
    ids=str,
)
def test_wrong_arguments_are_the_authors_error(expected: str, domain: dict[str, tuple[float, float]]) -> None:
    """An expected text that is no formula in the domain is not a student's failure."""
    with pytest.raises(SpecError):
        symbolic("p", expected, symbols=SYMBOLS, domain=domain)


@pytest.mark.parametrize("name", ["", "x y", "_x", "x-1", "2x"])
def test_symbols_have_names(name: str) -> None:
    """A symbol that no formula could hold is the author's error."""
    with pytest.raises(SpecError, match="is no symbol"):
        symbolic("1", "1", symbols=(name,))


def test_a_right_derivation_passes() -> None:
    """Every step of the author's own passes, and other entries are not looked at."""
    assert wrong_steps() == {}
    check_step(STEPS | {"note": "by the chain rule"}, "dl_dp")


def test_a_wrong_step_costs_that_step() -> None:
    """A flipped sign that is carried on to the product is one mistake."""
    wrong = wrong_steps(dl_dp="(y - p)/(p (1 - p))", dl_dw="(y - p) x")
    assert wrong == {
        "dl_dp": "dl_dp is not equivalent to the right formula; it looks as if the sign were flipped; "
        "the first wrong step is dl_dp."
    }


def test_the_first_wrong_step_is_named_with_every_other() -> None:
    """A product that follows from nothing is wrong, and the message says where to begin."""
    wrong = wrong_steps(dp_dz="p", dl_dw="y - p")
    assert list(wrong) == ["dp_dz", "dl_dw"]
    assert all(sentence.endswith("the first wrong step is dp_dz.") for sentence in wrong.values())


def test_a_product_of_wrong_factors_is_wrong() -> None:
    """Ones, or zeros, for every step follow from each other and earn nothing."""
    for constant in ("1", "0", "p", "x"):
        wrong = wrong_steps(dl_dp=constant, dp_dz=constant, dz_dw=constant, dl_dw=constant)
        assert "dl_dw" in wrong


@pytest.mark.parametrize(
    ("step", "text", "says"),
    [
        ("dl_dp", "(y - p)/(p*(1-p))", "the sign were flipped"),
        ("dl_dp", "-y/p - (1-y)/(1-p)", "the sign of one term were flipped"),
        ("dl_dp", "p - y", "multiplied by dp_dz once too often"),
        ("dl_dp", "p*(1-p)/(p-y)", "upside down"),
        ("dp_dz", "2p(1-p)", "a factor 2 too many"),
        ("dp_dz", "p(1-p)/2", "a factor 2 were missing"),
        ("dp_dz", "p(1-p)/4", "off by a constant factor"),
        ("dp_dz", "1 - p", "a factor p were missing"),
        ("dp_dz", r"p^{2} \left(1-p\right)", "a factor p too many"),
        ("dz_dw", "y", "one variable stood for another"),
        ("dl_dw", r"\frac{p-y}{p(1-p)} x", "the factor dp_dz were forgotten"),
        ("dl_dw", "p - y", "the factor dz_dw were forgotten"),
        ("dl_dw", "(p - y)*x^2", "multiplied by dz_dw once too often"),
        ("dl_dw", "(p - x)*y", "one variable stood for another"),
        ("dl_dw", "(p + y)*x", "the sign of one term were flipped"),
    ],
    ids=str,
)
def test_slips_are_named(step: str, text: str, says: str) -> None:
    """A sign, a factor, a forgotten inner derivative, a reciprocal or a wrong variable is said, with the step."""
    sentence = wrong_steps(**{step: text})[step]
    assert says in sentence
    assert sentence.endswith(f"the first wrong step is {step}.")


@pytest.mark.parametrize("text", ["0", "p*x + y", "log(p)", "sin(x)*p*(1-p) + y^2", "x" * 1000], ids=range(5))
def test_other_mistakes_have_no_name(text: str) -> None:
    """What is just another formula, or too long to be looked at, gets no guess."""
    assert wrong_steps(dp_dz=text)["dp_dz"] == (
        "dp_dz is not equivalent to the right formula; the first wrong step is dp_dz."
    )


def test_symbols_have_indices() -> None:
    """A symbol x1 may be written x1, x_1 and x_{1}, a Greek one with its backslash."""
    names = {"symbols": ("x1", "x_2", "theta"), "domain": {"x1": (0.0, math.inf)}}
    for text in ("2*x1*x2 - log(x1)*theta", r"2 x_1 x_{2} - \theta \log x_{1}", "2x_1x_2-theta*ln(x1)"):
        symbolic(text, "x1*x_2*2 - theta*log(x1)", **names)
    with pytest.raises(CheckFailure, match="a name that is not known"):
        symbolic("x_3", "x1", **names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("|p - 1|", "1 - p"),
        (r"\left| y \right|^2", "y*y"),
        (r"\lvert y \rvert |x|", "abs(x*y)"),
        ("2|p|x", "2*p*x"),
        ("np.maximum(x, 0)", "(x + abs(x))/2"),
        ("max(x, y, p)", "max(p, max(x, y))"),
        (r"\exp(x) e^{-x} + \pi - pi", "1"),
        ("np.log1p(p) + log2(8) + log10(0.01)", "log(1 + p) + 1"),
        (r"\tanh x + \sinh x - \cosh x", r"\tanh(x) - e^{-x}"),
        ("softplus(x) + relu(x)", "log(1 + exp(x)) + max(0, x)"),
    ],
)
def test_functions_of_the_whitelist(text: str, expected: str) -> None:
    """Bars, NumPy's names, several arguments, e and pi are read."""
    check(text, expected)


@pytest.mark.parametrize(
    ("text", "position"),
    [("|p", 3), ("||p||", 2), ("max(p)", 6), ("log(p, y)", 9), ("(p, y)", 6), (r"\sin^{-1} x", 11), ("p, y", 2)],
)
def test_what_functions_do_not_take_is_said(text: str, position: int) -> None:
    """Bars in bars, too few or too many arguments, and the inverse that may be a reciprocal."""
    found = finding(text)
    assert (found.problem, found.reason, found.position) == ("unreadable", "syntax", position)


def test_missing_steps_and_other_types_are_said() -> None:
    """A step that is not there costs that step; what is no dict costs them all."""
    with pytest.raises(CheckFailure, match="dp_dz is missing; the first wrong step is dp_dz"):
        check_step({key: text for key, text in STEPS.items() if key != "dp_dz"}, "dp_dz")
    check_step({key: text for key, text in STEPS.items() if key != "dp_dz"}, "dl_dw")
    with pytest.raises(CheckFailure, match="the derivation is None where a dict was expected"):
        check_step(None, "dl_dp")
    with pytest.raises(SpecError):
        check_step(STEPS, "dl_dz")
