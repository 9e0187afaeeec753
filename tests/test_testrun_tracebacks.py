"""Tests of autograder.testrun.tracebacks: what a failing test shows, without parsing its file for each line."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from small_course import write_files

SUITE = """\
import pytest


def check(value):
    assert (
        value
        == 3
    )


@pytest.mark.parametrize("value", [1, 2])
def test_check(value):
    check(
        value,
    )
"""
RUN = """\
import ast, sys
import pytest
from autograder.testrun import tracebacks

calls = []
parse = ast.parse
ast.parse = lambda *of, **more: calls.append(1) or parse(*of, **more) if of[1:2] == ("source",) else parse(*of, **more)


class Keep:
    def pytest_collection_finish(self, session):
        if "keep" in sys.argv:
            tracebacks.keep_trees(session.items)
        calls.clear()


pytest.main([sys.argv[1], "-q", "--tb=short", "-p", "no:cacheprovider"], plugins=[Keep()])
print("parsed", len(calls))
"""


def run(folder: Path, *arguments: str) -> tuple[str, int]:
    """What pytest prints, without its times, and how often it parsed a file for a traceback."""
    command = [sys.executable, "-c", RUN, str(folder / "test_it.py"), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=True)
    text, _, parsed = done.stdout.rpartition("parsed ")
    return "\n".join(line for line in text.splitlines() if " in " not in line or "test_it" in line), int(parsed)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A suite whose failing statements span lines."""
    ast.parse(SUITE)
    return write_files(tmp_path, {"test_it.py": SUITE})


def test_tracebacks_are_the_same(folder: Path) -> None:
    """Statements are shown whole, as without it; each file is parsed before the tests, and not again."""
    plain, parsed = run(folder)
    kept, parsed_again = run(folder, "keep")
    assert "== 3" in plain
    assert kept == plain
    assert (parsed >= 2, parsed_again) == (True, 0)
