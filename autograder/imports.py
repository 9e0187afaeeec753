"""Which packages a submission's sources import, found by reading them: aliases, calls and helper files included.

It reads trees that were parsed elsewhere, and runs in the bounded process of `reader.py`, but for the question whether
there is anything to be read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

import msgspec

_IMPORTERS: Final = frozenset({"__import__", "importlib.import_module", "importlib.__import__", "builtins.__import__"})

_WAYS: Final = ("__import__", "importlib", "builtins")
"""One of them is in every source that imports by a call."""


class Finding(msgspec.Struct, frozen=True):
    """An import of a package that is looked for, at a line of a file."""

    file: str
    line: int
    package: str


def find_forbidden(
    trees: Mapping[str, Iterable[ast.stmt]], modules: Iterable[str], packages: Iterable[str]
) -> dict[str, Finding]:
    """The first import of one of the packages by each module, or by a file that it imports, if there is one.

    Args:
        trees: the statements of each file, by relative path.
        modules: whose imports are followed.
        packages: what is looked for.
    """
    own = {name for name in packages if f"{name}.py" in trees or f"{name}/__init__.py" in trees}
    wanted = frozenset(packages) - own  # what stands beside the module is found before what is installed
    imported = {file: list(find_imports(statements, file)) for file, statements in trees.items()}
    found: dict[str, Finding] = {}
    for module in modules:
        for file in _reachable(f"{module}.py", imported):
            hits = [(line, name.partition(".")[0]) for name, line in imported[file]]
            hit = min((hit for hit in hits if hit[1] in wanted), default=None)
            if hit is not None:
                found[module] = Finding(file, *hit)
                break
    return found


def _reachable(start: str, imported: Mapping[str, list[tuple[str, int]]]) -> list[str]:
    """The files that a file imports, directly or not, itself first."""
    waiting, seen = [start], dict.fromkeys([start])
    while waiting:
        for name, _ in imported.get(waiting.pop(0), ()):
            parts = name.split(".")
            for count in range(1, len(parts) + 1):
                stem = "/".join(parts[:count])
                for file in (f"{stem}.py", f"{stem}/__init__.py"):
                    if file in imported and file not in seen:
                        seen[file] = None
                        waiting.append(file)
    return [file for file in seen if file in imported]


def could_import(source: bytes, packages: Iterable[str]) -> bool:
    """Whether `find_forbidden` could find an import of one of the packages in a source; False where it surely cannot.

    Nothing is parsed: an import names its package, or it goes through a function that has a name. In what is not ASCII
    a name can be written in many ways, and a coding line can make another text of it.
    """
    if not source.isascii() or any(b"coding" in line for line in source.splitlines()[:2]):
        return True
    return any(name.encode() in source for name in (*packages, *_WAYS))


def find_imports(statements: Iterable[ast.stmt], file: str) -> Iterator[tuple[str, int]]:
    """The dotted names that a source imports, wherever in it, with their lines."""
    nodes = [node for statement in statements for node in ast.walk(statement)]
    known = _find_aliases(nodes)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, file)
            if base:
                yield base, node.lineno
                yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and _dotted(node.func, known) in _IMPORTERS:
            arguments = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "name")]
            text = _constant(arguments[0]) if arguments else None
            if text:
                yield text, node.lineno


def _absolute(node: ast.ImportFrom, file: str) -> str:
    """The module that `from ... import` names, relative ones resolved; "" where they lead out of the submission."""
    if not node.level:
        return node.module or ""
    package = PurePosixPath(file).parent.parts
    kept = package[: max(0, len(package) - node.level + 1)]
    return ".".join([*kept, *([node.module] if node.module else [])]) if kept else ""


def _find_aliases(nodes: list[ast.AST]) -> dict[str, str]:
    """Names that stand for importlib, builtins or a function that imports."""
    known = {"__import__": "__import__"}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] in ("importlib", "builtins"):
                    known[alias.asname or alias.name.partition(".")[0]] = alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module in ("importlib", "builtins"):
            for alias in node.names:
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in nodes:
        if isinstance(node, ast.Assign) and (value := _dotted(node.value, known)) is not None:
            known.update({target.id: value for target in node.targets if isinstance(target, ast.Name)})
    return known


def _dotted(node: ast.AST, known: Mapping[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known:
        return f"{known[node.value.id]}.{node.attr}"
    return None


def _constant(node: ast.AST) -> str | None:
    """The text of a literal, or of literals that are added."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _constant(node.left), _constant(node.right)
        return left + right if left is not None and right is not None else None
    return None
