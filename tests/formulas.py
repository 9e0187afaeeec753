"""Formulas for tests: printed in Python and in LaTeX, drawn at random, rewritten, and changed a little."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from hypothesis import strategies as st

from autograder.checks.expression import Call, Expression, Number, Power, Product, Sum, Symbol, rational_value

Draw = Callable[[st.SearchStrategy], object]
ONE, TWO = Number(Fraction(1)), Number(Fraction(2))
SYMBOLS = ("x", "y", "p")
DOMAIN = {"x": (-2.0, 2.0), "y": (-2.0, 2.0), "p": (0.0, 1.0)}


def to_python(formula: Expression) -> str:
    """The formula as a program writes it; Python's own eval reads it too."""
    match formula:
        case Number(value):
            return str(value) if value.denominator == 1 and value >= 0 else f"({value.numerator}/{value.denominator})"
        case Symbol(name):
            return name
        case Sum(terms):
            return "(" + " + ".join(map(to_python, terms)) + ")"
        case Product(factors, divisors):
            return "(" + "*".join(map(to_python, factors)) + "".join(f"/{to_python(part)}" for part in divisors) + ")"
        case Power(base, exponent):
            return f"({to_python(base)}**{to_python(exponent)})"
        case Call("pi", ()):
            return "pi"
        case Call(function, arguments):
            return f"{function}({', '.join(map(to_python, arguments))})"


def to_latex(formula: Expression) -> str:
    r"""The formula as a paper writes it, with \frac and without times."""
    match formula:
        case Number(value):
            whole = value.denominator == 1 and value >= 0
            return str(value) if whole else rf"\left(\frac{{{value.numerator}}}{{{value.denominator}}}\right)"
        case Symbol(name):
            return name
        case Sum(terms):
            return r"\left(" + " + ".join(map(to_latex, terms)) + r"\right)"
        case Product(factors, divisors):
            above = r" \cdot ".join(map(to_latex, factors))
            below = r" \times ".join(map(to_latex, divisors))
            return rf"\frac{{{above}}}{{{below}}}" if divisors else f"{{{above}}}"
        case Power(base, exponent):
            return rf"{{\left({to_latex(base)}\right)}}^{{{to_latex(exponent)}}}"
        case Call("pi", ()):
            return r"\pi"
        case Call("abs", (argument,)):
            return rf"(\left| {to_latex(argument)} \right|)"
        case Call("exp", (argument,)):
            return rf"e^{{{to_latex(argument)}}}"
        case Call("sqrt", (argument,)):
            return rf"\sqrt{{{to_latex(argument)}}}"
        case Call(function, arguments):
            return rf"\{function}\left({', '.join(map(to_latex, arguments))}\right)"


def squared_and_one(formula: Expression) -> Expression:
    """One and the formula's square: never zero or less."""
    return Sum((ONE, Power(formula, TWO)))


def _larger(smaller: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    safe = smaller.map(squared_and_one)
    bounded = smaller.map(lambda u: Call("sin", (u,)))
    return st.one_of(
        st.tuples(smaller, smaller).map(Sum),
        st.tuples(smaller, smaller, smaller).map(Sum),
        st.tuples(smaller, smaller).map(Product),
        st.builds(lambda above, below: Product((above,), (below,)), smaller, safe),
        st.builds(Power, smaller, st.sampled_from([TWO, Number(Fraction(3))])),
        st.builds(lambda u: Call("log", (u,)), safe),
        st.builds(lambda u: Call("sqrt", (u,)), safe),
        st.builds(lambda u: Call("exp", (u,)), bounded),
        st.builds(lambda name, u: Call(name, (u,)), st.sampled_from(["sin", "cos", "abs"]), smaller),
        st.builds(lambda name, u, v: Call(name, (u, v)), st.sampled_from(["max", "min"]), smaller, smaller),
    )


NUMBERS = st.builds(Fraction, st.integers(-5, 5), st.integers(1, 4)).map(Number)
FORMULAS = st.recursive(st.one_of(st.sampled_from(SYMBOLS).map(Symbol), NUMBERS), _larger, max_leaves=8)
"""Formulas that are defined for all real numbers."""


def rewritings(formula: Expression) -> Iterator[Expression]:
    """Other ways to write the formula, by one law each."""
    match formula:
        case Sum(terms) if len(terms) > 1:
            yield Sum(terms[::-1])
            yield Sum((terms[0], Sum(terms[1:])))
            yield Sum((Sum(terms[:-1]), terms[-1]))
            first, second = terms[0], terms[1]
            if isinstance(first, Product) and isinstance(second, Product) and (first.divisors or second.divisors):
                above = Sum((Product(first.factors + second.divisors), Product(second.factors + first.divisors)))
                yield Sum((Product((above,), first.divisors + second.divisors), *terms[2:]))
        case Product(factors, divisors):
            yield Product(factors[::-1], divisors[::-1])
            yield Product((factors[0], Product((*factors[1:], ONE), divisors)))
            for index, factor in enumerate(factors):
                if isinstance(factor, Sum):
                    others = factors[:index] + factors[index + 1 :]
                    yield Sum(tuple(Product((*others, term), divisors) for term in factor.terms))
        case Power(base, exponent) if (value := rational_value(exponent)) is not None and 2 <= value <= 3:
            yield Product((base,) * int(value))
        case Call(name, (first, second)) if name in ("max", "min"):
            yield Call(name, (second, first))
            gap = Call("abs", (Sum((first, Product((Number(Fraction(-1)), second)))),))
            signed = gap if name == "max" else Product((Number(Fraction(-1)), gap))
            yield Product((Sum((first, second, signed)),), (TWO,))
        case Call("abs", (argument,)):
            yield Call("sqrt", (Power(argument, TWO),))
        case Call("sqrt", (argument,)):
            yield Power(argument, Number(Fraction(1, 2)))
        case Call("cos", (argument,)):
            half = Product((argument,), (TWO,))
            yield Sum((ONE, Product((Number(Fraction(-2)), Power(Call("sin", (half,)), TWO)))))
    yield Sum((formula, Number(Fraction(0))))
    yield Product((formula, Sum((Power(Symbol("x"), TWO), ONE))), (squared_and_one(Symbol("x")),))


def changes(formula: Expression) -> Iterator[Expression]:
    """The formula with one small mistake in it."""
    yield Product((Number(Fraction(-1)), formula))
    yield Product((TWO, formula))
    yield Product((formula,), (TWO,))
    yield Product((formula, Symbol("y")))
    yield Sum((formula, Number(Fraction(1, 10**9))))
    match formula:
        case Sum(terms) if len(terms) > 1:
            yield Sum(terms[1:])
            yield Sum((Product((Number(Fraction(-1)), terms[0])), *terms[1:]))
        case Product(factors, divisors):
            yield Product((*factors[1:], ONE), divisors)
            yield Product((*factors, factors[0]), divisors)
            yield Product((*factors, *divisors))
        case Power(base, exponent):
            yield Power(base, Sum((exponent, ONE)))


def somewhere_within(
    formula: Expression, change: Callable[[Expression], Iterator[Expression]], draw: Callable[..., int]
) -> Expression:
    """The formula with one of its parts changed; draw gives a whole number from 0 up to its argument."""
    parts: list[Expression] = []
    match formula:
        case Sum(terms):
            parts = list(terms)
        case Product(factors, _):
            parts = list(factors)
        case Call(_, arguments):
            parts = list(arguments)
    which = draw(len(parts))
    if which == len(parts):
        options = list(change(formula))
        return options[draw(len(options) - 1)]
    parts[which] = somewhere_within(parts[which], change, draw)
    match formula:
        case Sum():
            return Sum(tuple(parts))
        case Product(_, divisors):
            return Product(tuple(parts), divisors)
        case Call(name, _):
            return Call(name, tuple(parts))
    return formula
