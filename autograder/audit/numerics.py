"""The mutants of numerical work: what goes wrong in a formula that is right on paper."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from autograder.audit.solutions import Edit, Place

_BOUNDARY: Final[Mapping[type[ast.cmpop], str]] = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">"}
_REDUCED: Final[Mapping[str, str]] = {"mean": "sum", "sum": "mean"}
_UNSTABLE: Final[Mapping[str, str]] = {
    "log1p": "np.log(1.0 + ({0}))",
    "expm1": "np.exp({0}) - 1.0",
    "logaddexp": "np.log(np.exp({0}) + np.exp({1}))",
    "log_softmax": "torch.log(torch.softmax({0}, dim=-1))",
    "binary_cross_entropy_with_logits": "torch.nn.functional.binary_cross_entropy(torch.sigmoid({0}), {1})",
    "erfc": "1.0 - math.erf({0})",
}
"""Calls that keep digits or stay finite, and what a formula on paper would write."""
_TRAINING: Final = {"zero_grad": "gradient", "eval": "mode", "train": "mode"}


def find_numerical(place: Place) -> Iterator[Edit]:
    """The numerical mutants of one node."""
    for operator in _OPERATORS:
        yield from operator(place)


def _name(node: ast.AST) -> str:
    """The last part of what is called: mean of np.mean(x) and of x.mean()."""
    function = node.func if isinstance(node, ast.Call) else node
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _axis(place: Place) -> Iterator[Edit]:
    node = place.node
    if isinstance(node, ast.keyword) and node.arg in ("axis", "dim"):
        value = place.text(node.value)
        yield place.swap("axis", "0" if value != "0" else "1", node.value)


def _transpose(place: Place) -> Iterator[Edit]:
    node = place.node
    if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        yield place.swap("transpose", place.text(node.value))
    if isinstance(node, ast.Call) and _name(node) == "outer" and len(node.args) == 2:
        first, second = (place.text(argument) for argument in node.args)
        yield place.swap("transpose", f"{place.text(node.func)}({second}, {first})")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield place.swap("transpose", f"({place.text(node.right)}) @ ({place.text(node.left)})")


def _reduce(place: Place) -> Iterator[Edit]:
    node = place.node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _REDUCED:
        owner = place.text(node.func.value)
        yield place.swap("mean", f"{owner}.{_REDUCED[node.func.attr]}", node.func)


def _factor(place: Place) -> Iterator[Edit]:
    node = place.node
    if not isinstance(node, ast.BinOp):
        return
    left, right = place.text(node.left), place.text(node.right)
    if isinstance(node.op, ast.Mult):
        yield place.swap("factor", right)
        yield place.swap("factor", left)
        yield place.swap("factor", f"({left}) * ({left}) * ({right})")
    if isinstance(node.op, (ast.Div, ast.Pow)):
        yield place.swap("factor", left)
    if isinstance(node.op, ast.Div):
        yield place.swap("factor", f"({left}) / ({right}) / ({right})")


def _sign(place: Place) -> Iterator[Edit]:
    node = place.node
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        is_index = isinstance(place.parents[0], ast.keyword) and place.parents[0].arg in ("axis", "dim")
        if not is_index:
            yield place.swap("sign", place.text(node.operand))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        yield place.swap("sign", f"({place.text(node.right)}) - ({place.text(node.left)})")


def _off_by_one(place: Place) -> Iterator[Edit]:
    node = place.node
    bounds: list[ast.expr] = []
    if isinstance(node, ast.Slice):
        bounds = [bound for bound in (node.lower, node.upper) if bound is not None]
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, (ast.Name, ast.BinOp)):
        bounds = [node.slice]
    elif isinstance(node, ast.Call) and _name(node) in ("range", "arange"):
        bounds = list(node.args[:2])
    for bound in bounds:
        if not isinstance(bound, ast.Constant):
            yield place.swap("off by one", f"{place.text(bound)} - 1", bound)
            yield place.swap("off by one", f"{place.text(bound)} + 1", bound)


def _boundary(place: Place) -> Iterator[Edit]:
    node = place.node
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _BOUNDARY:
        sign = _BOUNDARY[type(node.ops[0])]
        yield place.swap("boundary", f"{place.text(node.left)} {sign} {place.text(node.comparators[0])}")


def _shift(place: Place) -> Iterator[Edit]:
    """Stability: the shift by the maximum, |z| in an exponent, the careful functions."""
    node = place.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        is_largest = isinstance(node.right, ast.Call) and _name(node.right) in ("max", "amax")
        if is_largest:
            yield place.swap("shift", place.text(node.left))
    if isinstance(node, ast.Call) and _name(node) in ("abs", "minimum", "maximum") and node.args:
        yield place.swap("shift", place.text(node.args[0]))
    if isinstance(node, ast.Call) and _name(node) in _UNSTABLE and node.args:
        arguments = [place.text(argument) for argument in node.args] + [""]
        yield place.swap("shift", _UNSTABLE[_name(node)].format(*arguments))


def _training(place: Place) -> Iterator[Edit]:
    """A step of training that is forgotten: zero_grad, no_grad, detach, eval."""
    node = place.node
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _name(node.value) in _TRAINING:
        yield place.swap(_TRAINING[_name(node.value)], "pass")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in ("no_grad", "inference_mode"):
            yield place.swap("gradient", f"{place.text(node.func.value)}.enable_grad()")
        if node.func.attr == "detach":
            yield place.swap("gradient", place.text(node.func.value))


def _ddof(place: Place) -> Iterator[Edit]:
    node = place.node
    if isinstance(node, ast.keyword) and node.arg == "ddof":
        yield place.swap("ddof", "0" if place.text(node.value) != "0" else "1", node.value)
    is_less_one = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and place.text(node.right) == "1"
    if is_less_one and isinstance(node, ast.BinOp) and isinstance(place.parents[0], (ast.BinOp, ast.Call)):
        yield place.swap("ddof", place.text(node.left))


def _dtype(place: Place) -> Iterator[Edit]:
    node = place.node
    if isinstance(node, ast.Attribute) and node.attr in ("float64", "double", "int64", "long"):
        narrow = "float32" if node.attr in ("float64", "double") else "int8"
        yield place.swap("dtype", f"{place.text(node.value)}.{narrow}")


def _tail(place: Place) -> Iterator[Edit]:
    node = place.node
    if isinstance(node, ast.Call) and _name(node) == "range" and len(node.args) == 3:
        stop, step = place.text(node.args[1]), place.text(node.args[2])
        yield place.swap("tail", f"{stop} - {step} + 1", node.args[1])


def _in_place(place: Place) -> Iterator[Edit]:
    """An argument that is another after the call: work on it, not on a copy of it."""
    node = place.node
    if isinstance(node, ast.Return) and node.value is not None:
        for name, note in place.parameters.items():
            if any(word in note for word in ("ndarray", "Array")) and "Callable" not in note:
                text = f"({place.text(node.value)}, {name}.__setitem__(..., 1 - {name}))[0]"
                yield place.swap("in place", text, node.value)
    if isinstance(node, ast.Call) and _name(node) == "copy" and isinstance(node.func, ast.Attribute):
        yield place.swap("in place", place.text(node.func.value))
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.value, ast.BinOp):
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Name) and place.text(value.left) == target.id:
            sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}.get(type(value.op))
            if sign:
                yield place.swap("in place", f"{target.id} {sign}= {place.text(value.right)}")


def _seed(place: Place) -> Iterator[Edit]:
    node = place.node
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        around = place.parents[0]
        if node.id == "rng" and isinstance(around, ast.Attribute):
            yield place.swap("seed", "np.random.default_rng(0)")
        if node.id == "seed" and isinstance(around, ast.Call):
            yield place.swap("seed", "0")


def _broadcast(place: Place) -> Iterator[Edit]:
    """(n,) against (n, 1): the difference of a vector and a column is a matrix."""
    node = place.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub, ast.Mult)):
        for operand in (node.left, node.right):
            if place.is_array(operand):
                yield place.swap("broadcast", f"{place.text(operand)}.reshape(-1, 1)", operand)


_OPERATORS: Final[tuple[Callable[[Place], Iterator[Edit]], ...]] = (
    _axis, _transpose, _reduce, _factor, _sign, _off_by_one, _boundary, _shift, _training, _ddof, _dtype, _tail,
    _in_place, _seed, _broadcast,
)  # fmt: skip
