"""Tracebacks of failing tests as pytest writes them, without what it does anew for each of them.

pytest reads a failing statement's file, parses it, walks its tree and looks up its folders, for every line of every
failure: milliseconds, more than most tests take. A suite does not change while it is run. So its sources and trees are
kept, made before any fork, and so are those of the checks that it calls; and the usual traceback, of a single exception
from the test's function on, is put together here. What is not usual is left to pytest.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import linecache
import os
import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Final

import pytest
from _pytest._code.code import Code, ExceptionInfoFormatter, TerminalRepr, TracebackEntry
from _pytest._code.source import Source, getstatementrange_ast
from _pytest.compat import get_real_func
from _pytest.fixtures import FixtureLookupError

_CHECKS: Final = "autograder.checks."
_UNUSUAL: Final = (BaseExceptionGroup, RecursionError, FixtureLookupError, SyntaxError)
_FORMATTER: Final = ExceptionInfoFormatter(style="short", abspath=False)
_files: Final[dict[str, tuple[Source, ast.AST]]] = {}
_shown_paths: Final[dict[str, str]] = {}


def prepare_tracebacks(items: Iterable[pytest.Item]) -> None:
    """Keep what the tracebacks of these tests are made of, and make those of this process and its forks from it."""
    _keep_trees(items)
    original = pytest.Function.repr_failure

    def repr_failure(item: pytest.Function, excinfo: pytest.ExceptionInfo[BaseException]) -> str | TerminalRepr:
        text = _write_usual(item, excinfo)
        return original(item, excinfo) if text is None else text

    pytest.Function.repr_failure = repr_failure  # type: ignore[method-assign, assignment]


def _write_usual(item: pytest.Function, excinfo: pytest.ExceptionInfo[BaseException]) -> str | None:
    """The usual traceback in pytest's short style, or None where it is of another kind."""
    error = excinfo.value
    chained = error.__cause__ is not None or (error.__context__ is not None and not error.__suppress_context__)
    bare = isinstance(error, pytest.fail.Exception) and not error.pytrace
    if chained or bare or isinstance(error, _UNUSUAL) or not _is_at_home(item):
        return None
    if item.config.getoption("tbstyle") != "short" or item.config.getoption("fulltrace"):
        return None
    own = getattr(get_real_func(item.obj), "__code__", None)  # type: ignore[no-untyped-call]
    step: TracebackType | None = excinfo.tb
    while step is not None and step.tb_frame.f_code is not own:
        step = step.tb_next
    lines: list[str] = []
    while step is not None:
        if not TracebackEntry(step).ishidden(excinfo):
            entry = _write_entry(step)
            if entry is None:
                return None
            lines += entry
        step = step.tb_next
    return "\n".join(lines + _FORMATTER.get_exconly(excinfo, markall=True)) if lines else None


def _is_at_home(item: pytest.Function) -> bool:
    """Whether the process is still in the folder that paths are shown from."""
    try:
        return os.getcwd() == os.fspath(item.config.invocation_params.dir)  # noqa: PTH109  as text, twenty times as fast
    except OSError:  # the folder is gone
        return False


def _write_entry(step: TracebackType) -> list[str] | None:
    """Where it was, the line, and marks below the part of it that failed; None where there is no such line."""
    code = step.tb_frame.f_code
    raw = linecache.getline(code.co_filename, step.tb_lineno)
    if not raw:
        return None
    path = _shown_paths.get(code.co_filename)
    if path is None:
        path = _shown_paths[code.co_filename] = _FORMATTER._makepath(Code(code).path)
    line = raw.strip()
    _, last, column, end = next(islice(code.co_positions(), step.tb_lasti // 2, None))
    marks = _FORMATTER.get_highlight_arrows_for_line(
        raw_line=raw, line=line, lineno=step.tb_lineno, end_lineno=last, colno=column, end_colno=end
    )
    return [f"{path}:{step.tb_lineno}: in {code.co_name}", f"    {line}", *marks]


def _keep_trees(items: Iterable[pytest.Item]) -> None:
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
