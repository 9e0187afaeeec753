"""Modules that know nothing of the exercise, and the reference a unit in the last place off: made from it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_SHELL: Final = Path(__file__).with_name("_shells.py")

DEGENERATE: Final[Mapping[str, tuple[str, int]]] = {
    "always ValueError": ("raises", 0),
    "None": ("none", 0),
    "NaN": ("scalar nan", 0),
    "the number 1": ("scalar one", 0),
    "the input": ("input", 0),
    "zeros of the right shape": ("zeros", 0),
    "ones of the right shape": ("ones", 0),
    "NaN of the right shape": ("nan", 0),
    "random numbers of the right shape": ("random", 0),
}
"""What each module answers; where the shape is right it raises where the reference does."""

NUDGED: Final[Mapping[str, tuple[str, int]]] = {
    "arguments nudged (1)": ("nudged arguments", 1),
    "arguments nudged (2)": ("nudged arguments", 2),
    "arguments nudged (3)": ("nudged arguments", 3),
    "results nudged": ("nudged results", 4),
}
"""The reference whose float arguments, or results, are one unit in the last place off; the number is a seed."""


def make_shell(source: str, how: tuple[str, int]) -> bytes:
    """A module with the public names of `source` that answers as `how` says."""
    tree = ast.parse(source)
    names = [node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    imports = [ast.unparse(node) for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    public = [name for name in names if not name.startswith("_")]
    head = [*imports, f"SOURCE = {source!r}", f"NAMES = {public!r}", f"HOW = {how!r}"]
    shell = _SHELL.read_text(encoding="utf-8").partition('"""\n')[2]  # after its docstring
    return ("\n".join(head) + "\n" + shell).encode()
