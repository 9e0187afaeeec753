"""A module's public names where neither the reference nor contract.json is there: read off the suite and the module.

Nothing is run. What the suites import or use counts as public; whether it is a function or a class, and which
parameters it has, the student's own file says, and where it says nothing, the name's case.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from typing import Final

from autograder.contract import Parameter, Parameters, PublicClass, PublicNames

_CALLABLE_BASES: Final = frozenset({"Module"})  # torch.nn's
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def guess_names(module: str, suites: Iterable[bytes], source: bytes) -> PublicNames:
    """The public names of a module.

    Args:
        module: its name.
        suites: the sources of the public suites.
        source: the student's module; empty or broken where there is none.
    """
    top = {node.name: node for node in _parse(source).body if isinstance(node, (*_FUNCTIONS, ast.ClassDef))}
    names: set[str] = set()
    for suite in suites:
        names |= find_used_names(module, suite)
    if "*" in names:
        names |= {name for name in top if not name.startswith("_")}
    functions: dict[str, Parameters] = {}
    classes: dict[str, PublicClass] = {}
    for name in sorted(names - {"*"}):
        node = top.get(name)
        if isinstance(node, ast.ClassDef):
            classes[name] = _describe_class(node, top)
        elif node is not None:
            functions[name] = _parameters(node)
        elif name[:1].isupper() and not name.isupper():
            classes[name] = PublicClass(is_exception=name.endswith("Error"), special=("__call__",))
        elif not name.isupper():  # a constant is read inside a test
            functions[name] = (Parameter(name="args", kind="arguments"), Parameter(name="kwargs", kind="keywords"))
    return PublicNames(functions=functions, classes=classes)


def find_used_names(module: str, suite: bytes) -> set[str]:
    """What a suite imports from a module, or reads from it by attribute; "*" for everything."""
    tree = _parse(suite)
    names: set[str] = set()
    aliases: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == module and node.level == 0:
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            aliases |= {alias.asname or alias.name for alias in node.names if alias.name == module}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
            names.add(node.attr)
    return {name for name in names if not name.startswith("_")}


def _parse(source: bytes) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _describe_class(node: ast.ClassDef, top: dict[str, _Definition]) -> PublicClass:
    lineage = _lineage(node, top, set())
    methods: dict[str, Parameters] = {}
    special: set[str] = set()
    is_exception = False
    for item in lineage:
        if isinstance(item, str):
            kind = getattr(builtins, item, None)
            is_exception = is_exception or (isinstance(kind, type) and issubclass(kind, BaseException))
            special |= {"__call__"} if item in _CALLABLE_BASES else set()
            special |= vars(kind).keys() - vars(object).keys() if isinstance(kind, type) else set()
            continue
        for method in item.body:
            if isinstance(method, _FUNCTIONS):
                methods.setdefault(method.name, _parameters(method))
            elif isinstance(method, ast.Assign):  # __rmul__ = __mul__
                special |= {target.id for target in method.targets if isinstance(target, ast.Name)}
    special |= methods.keys()
    public = {name: parameters for name, parameters in methods.items() if not name.startswith("_")}
    return PublicClass(
        is_exception=is_exception,
        special=tuple(sorted(name for name in special if name.startswith("__"))),
        parameters=methods.get("__init__", ())[1:],
        methods=public,
    )


def _lineage(node: ast.ClassDef, top: dict[str, _Definition], seen: set[str]) -> list[ast.ClassDef | str]:
    """The class and its bases: the file's own as they stand there, others by the last part of their name."""
    found: list[ast.ClassDef | str] = [node]
    for base in node.bases:
        name = base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""
        parent = top.get(name)
        if isinstance(parent, ast.ClassDef) and name not in seen:
            found += _lineage(parent, top, seen | {name})
        elif name:
            found.append(name)
    return found


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Parameters:
    rules = node.args
    plain = [*rules.posonlyargs, *rules.args]
    first_default = len(plain) - len(rules.defaults)
    found = [
        Parameter(
            name=rule.arg,
            kind="positional" if number < len(rules.posonlyargs) else "normal",
            has_default=number >= first_default,
        )
        for number, rule in enumerate(plain)
    ]
    if rules.vararg is not None:
        found.append(Parameter(name=rules.vararg.arg, kind="arguments"))
    for rule, default in zip(rules.kwonlyargs, rules.kw_defaults, strict=True):
        found.append(Parameter(name=rule.arg, kind="keyword", has_default=default is not None))
    if rules.kwarg is not None:
        found.append(Parameter(name=rules.kwarg.arg, kind="keywords"))
    return tuple(found)
