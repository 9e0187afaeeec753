"""Tracebacks of failing tests without reading and parsing a suite's file for each of their lines.

To show a statement whole, pytest reads the file, parses it and walks its tree, for every failure anew: milliseconds,
more than most tests take. A suite does not change while it is run, so its sources and trees are kept, made before any
fork, and so are those of the checks that it calls.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import linecache
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest
from _pytest._code.code import TracebackEntry
from _pytest._code.source import Source, getstatementrange_ast

_CHECKS: Final = "autograder.checks."
_files: Final[dict[str, tuple[Source, ast.AST]]] = {}


def keep_trees(items: Iterable[pytest.Item]) -> None:
    """Parse the files of these tests, and let every traceback of this process and its forks use the trees."""
    for item in items:
        function = getattr(item, "function", None)
        if function is not None:
            inspect.getmodule(function.__code__)  # which module a file belongs to: found once, kept by `inspect`
        _keep(str(item.path))
    for name, module in list(sys.modules.items()):
        if name.startswith(_CHECKS) and module.__file__:
            _keep(module.__file__)
    original = TracebackEntry.getsource

    def getsource(entry: TracebackEntry, astcache: dict[str | Path, ast.AST] | None = None) -> Source | None:
        """As pytest's: from the function's first line to the end of the statement."""
        kept = _files.get(entry.frame.code.raw.co_filename)
        if kept is None:
            return original(entry, astcache)
        source, tree = kept
        _, _, end = getstatementrange_ast(entry.lineno, source, astnode=tree)
        return source[entry.getfirstlinesource() : end]

    TracebackEntry.getsource = getsource  # type: ignore[method-assign, assignment]


def _keep(path: str) -> None:
    lines = linecache.getlines(path)
    if path in _files or not lines:
        return
    source = Source()
    source.lines = [line.rstrip() for line in lines]
    source.raw_lines = lines
    with contextlib.suppress(SyntaxError):
        tree, _, _ = getstatementrange_ast(0, source)
        _files[path] = source, tree
