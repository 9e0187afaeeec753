"""Tests of autograder.checks.fingerprint: rational functions are told apart exactly."""

from __future__ import annotations

import pytest

from autograder.checks.expression import Expression
from autograder.checks.fingerprint import Field, is_rational, weigh
from autograder.checks.interval import UndefinedError
from autograder.checks.notation import readings

FIELD = Field(b"any")


def read(text: str) -> Expression:
    """The text in x and y."""
    return readings(text, ("x", "y"))[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(x+y)^8 - (x-y)^8", "16x*y*(x^6 + 7x^4*y^2 + 7x^2*y^4 + y^6)"),
        ("1/x + 1/y", "(x+y)/(x*y)"),
        ("((x+1)^64)^63*(x+1)/((x+1)^63)^64", "x + 1"),
        ("(x^2)^-1", "1/x/x"),
        ("0.1*x", "x/10"),
        ("sin(x + y)*2", "sin(y + x) + sin(x + y)"),
        ("max(x, y)", "max(y, x)"),
        ("sqrt(x)^2 + x^0.5", "x^(1/2) + sqrt(x)*sqrt(x)"),
    ],
)
def test_identities_have_one_fingerprint(one: str, other: str) -> None:
    """Whatever the form, and functions of equal arguments too."""
    assert FIELD.fingerprint(read(one)) == FIELD.fingerprint(read(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(x+y)^8 - (x-y)^8", "16x*y*(x^6 + 7x^4*y^2 + 7x^2*y^4 + y^6) + 1e-20^20"),
        ("(x+1)^64", "(x+1)^63*(x+1.00000000000000001)"),
        ("x*y", "x*x"),
        ("log(x)", "log(y)"),
    ],
)
def test_others_have_another(one: str, other: str) -> None:
    """By however little they differ."""
    assert FIELD.fingerprint(read(one)) != FIELD.fingerprint(read(other))


def test_division_by_zero_everywhere_is_undefined() -> None:
    """A divisor that is zero as a polynomial has no inverse in any field."""
    with pytest.raises(UndefinedError):
        FIELD.fingerprint(read("1/((x+y)^2 - x^2 - 2x*y - y^2)"))


def test_weights_bound_degree_and_coefficients() -> None:
    """A polynomial's degree, and the bits of its coefficients, are under its weight; what is too heavy has no print."""
    assert weigh(read("(3x + 5)^10*y")) >= max(11, (3 + 5) ** 10).bit_length()
    tower = "(" * 12 + "x" + "^64)" * 12
    assert weigh(read(tower)) == 64**12
    assert FIELD.fingerprint(read(tower)) is None


def test_rational_functions_are_known() -> None:
    """Whole powers are rational, roots and functions are not."""
    assert is_rational(read("(x^2 + 1)^-3/(y - 2)"))
    assert not any(is_rational(read(text)) for text in ("x^y", "x^0.5", "sin(x)", "abs(x)", "2^x", "pi"))


def test_the_field_is_the_seeds() -> None:
    """One seed, one value; another seed, another."""
    formula = read("x/(1 + y)")
    assert Field(b"a").fingerprint(formula) == Field(b"a").fingerprint(formula)
    assert Field(b"a").fingerprint(formula) != Field(b"b").fingerprint(formula)
