"""The places of a reference where a student could have written something else: the nodes of its solution blocks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.templates.solutions import find_blocks

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Edit:
    """A change of one place of a file: the bytes from `start` to before `end` become `text`."""

    kind: str
    start: int
    end: int
    text: str


@dataclass
class Place:
    """A node of a solution, and what an operator may want to know of its surroundings.

    Attributes:
        code: the file that it stands in.
        function: the function or method around it.
        qualname: that function's name, with its class's.
        node: the node.
        parents: the nodes around it, the nearest first, up to the function.
        first: whether its name is bound here for the first time, where it is an assignment.
        given: whether it stands outside the solution blocks: the stub brings it along.
    """

    code: Code
    function: Function
    qualname: str
    node: ast.AST
    parents: tuple[ast.AST, ...]
    first: bool = False
    given: bool = False

    def text(self, node: ast.AST | None = None) -> str:
        """A node's source; this one's where none is named."""
        start, end = self.code.span(node or self.node)
        return self.code.data[start:end].decode()

    def swap(self, kind: str, text: str, node: ast.AST | None = None) -> Edit:
        """Replace a node; an expression in brackets."""
        target = node or self.node
        start, end = self.code.span(target)
        return Edit(kind, start, end, f"({text})" if isinstance(target, ast.expr) else text)

    @property
    def parameters(self) -> dict[str, str]:
        """The function's parameters with their annotations."""
        every = [*self.function.args.posonlyargs, *self.function.args.args, *self.function.args.kwonlyargs]
        return {a.arg: ast.unparse(a.annotation) if a.annotation else "" for a in every if a.arg not in ("self", "cls")}

    def is_array(self, node: ast.AST) -> bool:
        """Whether a node is the name of a parameter that holds an array or tensor."""
        note = self.parameters.get(node.id, "") if isinstance(node, ast.Name) else ""
        return any(word in note for word in ("ndarray", "Array", "Tensor"))


@dataclass
class Code:
    """A file of the reference, parsed."""

    path: Path
    data: bytes
    tree: ast.Module = field(init=False)
    starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.tree = ast.parse(self.data)
        self.starts = [0]
        for line in self.data.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where a node begins and ends in the file's bytes."""
        place: Any = node
        return self.starts[place.lineno - 1] + place.col_offset, self.starts[
            place.end_lineno - 1
        ] + place.end_col_offset

    def places(self) -> Iterator[Place]:
        """Every node of a function, but for annotations and messages of errors.

        Raises:
            SpecError: a block has no end.
        """
        blocks = find_blocks(self.data.decode(), self.path)
        for qualname, function in find_functions(self.tree):
            bound = {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
            for node, parents in _walk(function, ()):
                line = getattr(node, "lineno", 0)
                is_given = not any(block.begin < line < block.end for block in blocks)
                yield Place(self, function, qualname, node, parents, _binds_first(node, bound), is_given)


def find_functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """The functions of a module and the methods of its classes, by qualified name."""
    for node in tree.body:
        if isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{part.name}", part) for part in node.body if isinstance(part, Function))


def _walk(node: ast.AST, parents: tuple[ast.AST, ...]) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    for name, value in ast.iter_fields(node):
        is_declared = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.arg, ast.AnnAssign))
        if is_declared and name in ("annotation", "returns", "args"):
            continue
        if isinstance(node, ast.Raise):  # what an error says is nobody's exercise
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child, (node, *parents)
                if not isinstance(child, (ast.JoinedStr, ast.Lambda)):
                    yield from _walk(child, (node, *parents))


def _binds_first(node: ast.AST, bound: set[str]) -> bool:
    """Whether an assignment binds a name that was not bound before, in the order of the text."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    names = {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}
    stored = {
        n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    is_first = bool(stored - bound)
    bound |= names
    if isinstance(node, (ast.For, ast.comprehension)):
        bound |= {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
    return is_first
