"""The public suite as cells of a notebook: what the tests share, and each test as a function that is called at once.

A test that needs what only pytest gives (a fixture, parametrize, a class) cannot be such a cell.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_MARKS: Final = frozenset({"points", "hint", "requires", "in_place", "timeout", "visibility"})
"""Marks that a notebook's kernel can do without."""


@dataclass
class PublicCells:
    """The public suites as cells.

    Attributes:
        shared: imports, helpers and data of the suites.
        tests: the source of each test's cell, by the test function's name; one that cannot run in a kernel is missing.
    """

    shared: str = ""
    tests: dict[str, str] = field(default_factory=dict)


def read_public_cells(suites: Iterable[Path], modules: Collection[str]) -> PublicCells:
    """Read the public suites, which pytest has collected before.

    Args:
        suites: their files.
        modules: what students write: in a notebook its names are there already.
    """
    cells = PublicCells()
    shared: list[str] = []
    for path in suites:
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        lines = source.splitlines(keepends=True)
        following = 1
        for node in tree.body:
            first = min([node.lineno, *(mark.lineno for mark in getattr(node, "decorator_list", []))])
            comments, text = "".join(lines[following - 1 : first - 1]), "".join(lines[first - 1 : node.end_lineno])
            following = (node.end_lineno or node.lineno) + 1
            if _is_test(node):
                if isinstance(node, ast.FunctionDef) and _runs_in_kernel(node):
                    body = "".join(lines[node.lineno - 1 : node.end_lineno])
                    cells.tests[node.name] = f"{comments.strip()}\n{body}\n\n{node.name}()".strip()
            elif not _is_left_out(node, tree, modules):
                shared.append(comments + text)
    cells.shared = _link_modules(tree_modules(suites, modules)) + "".join(shared).strip() + "\n"
    return cells


def tree_modules(suites: Iterable[Path], modules: Collection[str]) -> list[str]:
    """Modules that a suite imports by name, also inside a probe: in a notebook they stand for the notebook itself."""
    found: set[str] = set()
    for path in suites:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node not in tree.body:
                found.add(node.module or "")
    return sorted(found & set(modules))


def _link_modules(names: list[str]) -> str:
    if not names:
        return ""
    return "import sys\n\n" + "".join(f'sys.modules["{name}"] = sys.modules["__main__"]\n' for name in names) + "\n"


def _is_test(node: ast.stmt) -> bool:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    if isinstance(node, functions) and node.name.startswith("test"):
        return True
    return isinstance(node, ast.ClassDef) and node.name.startswith("Test")


def _runs_in_kernel(node: ast.FunctionDef) -> bool:
    arguments = node.args
    if arguments.args or arguments.kwonlyargs or arguments.posonlyargs:
        return False
    return all(_mark(decorator) in _MARKS for decorator in node.decorator_list)


def _mark(decorator: ast.expr) -> str:
    """The name of a pytest mark; empty where it is another decorator."""
    call = decorator.func if isinstance(decorator, ast.Call) else decorator
    text = ast.unparse(call)
    return text.removeprefix("pytest.mark.") if text.startswith("pytest.mark.") else ""


def _is_left_out(node: ast.stmt, tree: ast.Module, modules: Collection[str]) -> bool:
    """The docstring, the import of the student's names, and of a pytest that marks alone use."""
    if isinstance(node, ast.ImportFrom):
        return node.module in modules
    if isinstance(node, ast.Import) and [alias.name for alias in node.names] == ["pytest"]:
        return not _uses_pytest(tree)
    return node is tree.body[0] and ast.get_docstring(tree) is not None


def _uses_pytest(tree: ast.Module) -> bool:
    """Whether pytest is used for more than the marks of tests that run in a kernel."""
    marks = {
        id(name)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and _is_test(node)
        for decorator in node.decorator_list
        for name in ast.walk(decorator)
    }
    return any(isinstance(node, ast.Name) and node.id == "pytest" and id(node) not in marks for node in ast.walk(tree))
