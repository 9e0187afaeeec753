"""What in a suite cannot cross the boundary: the table of docs/authors.md, found in the suite's text."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.spec import Assignment

_AROUND: Final = {
    "errstate": "checks.no_warnings(), which looks where the student's code runs",
    "catch_warnings": "checks.no_warnings()",
    "warns": "checks.no_warnings()",
    "deprecated_call": "checks.no_warnings()",
    "no_grad": "a probe",
    "inference_mode": "a probe",
    "redirect_stdout": "checks.printed()",
    "redirect_stderr": "checks.printed()",
}
"""With-statements that act on the test's process alone, and what to write where student code runs inside."""
_SEEDS: Final = {"manual_seed", "seed"}
_SEED_OWNERS: Final = {"torch", "random", "cuda"}
_FIXTURES: Final = {
    "capsys": "checks.printed()", "capfd": "checks.printed()", "capsysbinary": "checks.printed()",
    "capfdbinary": "checks.printed()", "recwarn": "checks.no_warnings()",
}  # fmt: skip


@dataclass(frozen=True)
class Crossing:
    """A place of a suite that acts on the test's process alone."""

    file: str
    line: int
    what: str
    instead: str

    def sentence(self) -> str:
        """Where it stands, what it is and what to write."""
        return f"{self.file}:{self.line}: {self.what} does not reach the student's code; write {self.instead}."


def find_crossings(assignment: Assignment) -> list[Crossing]:
    """Every such place of the assignment's suites and their conftest.py, in the order of the text."""
    found: list[Crossing] = []
    for path in sorted(assignment.tests.glob("*.py")):
        found += _Reader(path, assignment.spec.modules).read()
    return found


class _Reader:
    """Reads one file of a suite."""

    def __init__(self, path: Path, modules: Sequence[str]) -> None:
        self.path = path
        self.modules = set(modules)
        self.theirs: set[str] = set()
        self.tree = ast.parse(path.read_bytes())

    def read(self) -> list[Crossing]:
        """The places, in order."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in self.modules:
                self.theirs |= {alias.asname or alias.name for alias in node.names}
            if isinstance(node, ast.Import):
                self.theirs |= {a.asname or a.name for a in node.names if a.name.partition(".")[0] in self.modules}
        found = [crossing for node in self._outside_probes(self.tree) for crossing in self._look(node)]
        return sorted(found, key=lambda crossing: crossing.line)

    def _outside_probes(self, node: ast.AST) -> Iterator[ast.AST]:
        """Every node but those of probes, which run beside the student's code."""
        for child in ast.iter_child_nodes(node):
            decorators = getattr(child, "decorator_list", [])
            if any(_last(decorator) == "probe" for decorator in decorators):
                continue
            yield child
            yield from self._outside_probes(child)

    def _look(self, node: ast.AST) -> Iterator[Crossing]:
        if isinstance(node, (ast.With, ast.AsyncWith)):
            yield from self._look_with(node)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from self._look_function(node)
        elif isinstance(node, ast.ClassDef):
            for base in node.bases:
                if self._is_theirs(base):
                    yield self._say(node, f"deriving from {ast.unparse(base)}", "a probe")
        elif isinstance(node, ast.Call):
            yield from self._look_call(node)

    def _look_with(self, node: ast.With | ast.AsyncWith) -> Iterator[Crossing]:
        for item in node.items:
            name = _last(item.context_expr)
            if name in _AROUND and any(self._calls_theirs(part) for part in node.body):
                yield self._say(item.context_expr, f"{ast.unparse(item.context_expr)} around a call", _AROUND[name])

    def _look_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Crossing]:
        for argument in node.args.args:
            if argument.arg in _FIXTURES and self._calls_theirs(node):
                yield self._say(argument, f"the fixture {argument.arg}", _FIXTURES[argument.arg])
        for decorator in node.decorator_list:
            if _last(decorator) in _AROUND and self._calls_theirs(node):
                yield self._say(decorator, f"{ast.unparse(decorator)} around a call", _AROUND[_last(decorator)])
        for part in ast.walk(node):
            if isinstance(part, ast.Call) and _is_seed(part) and self._calls_theirs(node):
                yield self._say(part, ast.unparse(part), "checks.seeded(seed), or a probe")

    def _look_call(self, node: ast.Call) -> Iterator[Crossing]:
        name, text = _last(node), ast.unparse(node.func)
        if name == "isinstance" and len(node.args) == 2:
            for kind in node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]:
                if ast.unparse(kind).startswith(("torch.nn.", "nn.", "torch.optim.")) and _last(kind) != "Parameter":
                    yield self._say(node, ast.unparse(node), "isinstance with the student's own class, or a call of it")
        elif text.startswith("monkeypatch.") and node.args:
            first = node.args[0]
            is_named = isinstance(first, ast.Constant) and str(first.value).partition(".")[0] in self.modules
            if is_named or self._is_theirs(first):
                yield self._say(node, f"{text} of {ast.unparse(first)}", "a probe")
        elif text in ("setattr", "delattr") and node.args and self._is_theirs(node.args[0]):
            yield self._say(node, f"{text} of {ast.unparse(node.args[0])}", "a probe")
        elif "optim." in text and any(_last(argument) == "parameters" for argument in node.args):
            yield self._say(node, f"{text} over {ast.unparse(node.args[0])}", "a probe: parameters cross as copies")

    def _is_theirs(self, node: ast.AST) -> bool:
        while isinstance(node, (ast.Attribute, ast.Call)):
            node = node.value if isinstance(node, ast.Attribute) else node.func
        return isinstance(node, ast.Name) and node.id in self.theirs

    def _calls_theirs(self, node: ast.AST) -> bool:
        """Whether a name of the submission's is used in it."""
        return any(isinstance(part, ast.Name) and part.id in self.theirs for part in ast.walk(node))

    def _say(self, node: ast.AST, what: str, instead: str) -> Crossing:
        return Crossing(self.path.name, getattr(node, "lineno", 0), what, instead)


def _last(node: ast.AST) -> str:
    """The last part of a dotted name, or of what is called."""
    if isinstance(node, ast.Call):
        return _last(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_seed(node: ast.Call) -> bool:
    function = node.func
    return isinstance(function, ast.Attribute) and function.attr in _SEEDS and _last(function.value) in _SEED_OWNERS
