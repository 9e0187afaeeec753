"""Tracebacks of failing tests without parsing a suite's file for each of their lines.

To show a statement whole, pytest parses the file and walks its tree, for every failure anew: tens of milliseconds,
more than most tests take. A suite does not change while it is run, so its trees are kept, made before any fork.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import linecache
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest
from _pytest._code.code import TracebackEntry
from _pytest._code.source import Source, getstatementrange_ast

_trees: Final[dict[str | Path, ast.AST]] = {}


def keep_trees(items: Iterable[pytest.Item]) -> None:
    """Parse the files of these tests, and let every traceback of this process and its forks use the trees."""
    for item in items:
        function = getattr(item, "function", None)
        if function is not None:
            inspect.getmodule(function.__code__)  # which module a file belongs to: found once, kept by `inspect`
        if item.path not in _trees:
            with contextlib.suppress(SyntaxError):
                _trees[item.path], _, _ = getstatementrange_ast(0, Source("".join(linecache.getlines(str(item.path)))))
    original = TracebackEntry.getsource

    def getsource(entry: TracebackEntry, astcache: dict[str | Path, ast.AST] | None = None) -> Source | None:
        """As pytest's, with one cache for all."""
        return original(entry, _trees)

    TracebackEntry.getsource = getsource  # type: ignore[method-assign, assignment]
