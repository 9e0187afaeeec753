"""The ordinary mutants: comparison, arithmetic, boolean, constants, statements, conditions and what is returned.

Bit and shift operators are left out: no formula of a course has them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from autograder.audit.solutions import Edit, Place

_NEGATED: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Lt: ">=", ast.LtE: ">", ast.Gt: "<=", ast.GtE: "<", ast.Eq: "!=", ast.NotEq: "==",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
_ARITHMETIC: Final[Mapping[type[ast.operator], str]] = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "/", ast.Mod: "//", ast.Pow: "*",
}  # fmt: skip


def find_ordinary(place: Place) -> Iterator[Edit]:
    """The ordinary mutants of one node."""
    for operator in _OPERATORS:
        yield from operator(place)


def find_checks(place: Place) -> Iterator[Edit]:
    """A check that the stub brings along, left out: what the tests of errors are there for."""
    node = place.node
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and "super()" not in place.text()
    is_rebinding = isinstance(node, ast.Assign) and not place.first and isinstance(node.value, ast.Call)
    if is_rebinding and "asarray" in place.text():  # a conversion, no check
        return
    raises = isinstance(node, ast.If) and not node.orelse and isinstance(node.body[-1], ast.Raise)
    if is_call or is_rebinding or raises:
        yield place.swap("check", "pass")


def _compare(place: Place) -> Iterator[Edit]:
    node = place.node
    if not isinstance(node, ast.Compare):
        return
    for index, sign in enumerate(node.ops):
        operands = [node.left, *node.comparators]
        parts = [place.text(operands[index]), _NEGATED[type(sign)], place.text(operands[index + 1])]
        if len(node.ops) == 1:
            yield place.swap("comparison", " ".join(parts))


def _arithmetic(place: Place) -> Iterator[Edit]:
    node = place.node
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        left, right = place.text(node.left), place.text(node.right)
        yield place.swap("arithmetic", f"({left}) {_ARITHMETIC[type(node.op)]} ({right})")
    if isinstance(node, ast.AugAssign) and type(node.op) in _ARITHMETIC:
        yield place.swap(
            "arithmetic", f"{place.text(node.target)} {_ARITHMETIC[type(node.op)]}= {place.text(node.value)}"
        )


def _boolean(place: Place) -> Iterator[Edit]:
    node = place.node
    if isinstance(node, ast.BoolOp):
        word = " or " if isinstance(node.op, ast.And) else " and "
        yield place.swap("boolean", word.join(f"({place.text(value)})" for value in node.values))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield place.swap("boolean", place.text(node.operand))


def _constant(place: Place) -> Iterator[Edit]:
    node = place.node
    if not isinstance(node, ast.Constant) or isinstance(place.parents[0], ast.Expr):
        return
    value = node.value
    if isinstance(value, bool):
        yield place.swap("constant", repr(not value))
    elif isinstance(value, (int, float)):
        yield place.swap("constant", repr(value + 1))
        if value not in (0, 1):
            yield place.swap("constant", repr(value * 0))
    elif isinstance(value, str) and isinstance(place.parents[0], ast.Dict):
        if node in place.parents[0].values:  # a formula that is handed in as text
            yield place.swap("formula", repr(f"2*({value})"))
            yield place.swap("formula", repr(f"-({value})"))
    elif isinstance(value, str):
        yield place.swap("constant", repr(value + "x"))


def _delete(place: Place) -> Iterator[Edit]:
    node = place.node
    is_string = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    is_rebinding = isinstance(node, ast.Assign) and not place.first
    deletable = isinstance(node, (ast.AugAssign, ast.Raise, ast.Expr)) or is_rebinding
    if deletable and not is_string:
        yield place.swap("statement", "pass")
    if isinstance(node, ast.If) and not node.orelse:
        yield place.swap("statement", "pass")


def _negate(place: Place) -> Iterator[Edit]:
    node = place.node
    if isinstance(node, (ast.If, ast.While, ast.IfExp)) and not isinstance(node.test, ast.Compare):
        test = node.test
        if not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
            yield place.swap("condition", f"not ({place.text(test)})", test)


def _return(place: Place) -> Iterator[Edit]:
    node = place.node
    if not isinstance(node, ast.Return) or node.value is None:
        return
    parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
    for part in parts:
        if not isinstance(part, (ast.Dict, ast.Constant)):
            yield place.swap("return", f"0 * ({place.text(part)})", part)
    if len(parts) == 2:
        yield place.swap("return", f"{place.text(parts[1])}, {place.text(parts[0])}", node.value)


_OPERATORS: Final[tuple[Callable[[Place], Iterator[Edit]], ...]] = (
    _compare, _arithmetic, _boolean, _constant, _delete, _negate, _return,
)  # fmt: skip
