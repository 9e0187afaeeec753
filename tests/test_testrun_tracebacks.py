"""Tests of autograder.testrun.tracebacks: what a failing test shows, as pytest shows it and without its cost."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from small_course import write_files

SUITE = """\
import json

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


def hidden(value):
    __tracebackhide__ = True
    assert value == {"ä": 2}, "the second\\nline of it"


@pytest.fixture
def broken():
    raise OSError("no such thing")


def test_hidden():
    hidden({"ä": 1})


def test_library():
    first, second = 1, json.loads("{") + 1


def test_fixture(broken):
    pass


def test_chain():
    try:
        {}["key"]
    except KeyError as error:
        raise ValueError("of a key") from error


def test_context():
    try:
        {}["key"]
    except KeyError:
        raise ValueError("after a key")


def test_no_context():
    try:
        {}["key"]
    except KeyError:
        raise ValueError("alone") from None


def test_recursion(depth=0):
    test_recursion(depth + 1)


def test_fail():
    pytest.fail("a word")


def test_bare_fail():
    pytest.fail("a word", pytrace=False)


def test_group():
    raise ExceptionGroup("two", [ValueError(1), TypeError(2)])


def test_syntax():
    compile("1 +", "of.py", "exec")


def test_code_without_file():
    exec(compile("def f():\\n    return 1 / 0", "nowhere.py", "exec"), globals())
    f()


class TestIt:
    @pytest.mark.parametrize("value", [[1, 2]])
    def test_method(self, value): assert [
        number for number in value] == [1], value
"""
USUAL = 7
"""Of its failures: those of a single exception, from the test's function on."""
RUN = """\
import ast, sys
import pytest
from autograder.testrun import tracebacks

calls, left = [], []
original = pytest.Function._repr_failure_py
pytest.Function._repr_failure_py = lambda *of, **more: left.append(1) or original(*of, **more)
parse = ast.parse
ast.parse = lambda *of, **more: calls.append(1) or parse(*of, **more) if of[1:2] == ("source",) else parse(*of, **more)


class Keep:
    def pytest_collection_finish(self, session):
        if "keep" in sys.argv:
            tracebacks.prepare_tracebacks(session.items)
        calls.clear()


pytest.main([sys.argv[1], "-q", "--tb=short", "-rN", "-p", "no:cacheprovider"], plugins=[Keep()])
print("parsed", len(calls), len(left))
"""


def run(folder: Path, *arguments: str) -> tuple[str, int, int]:
    """What pytest prints, without its times; how often it parsed a file, and how many failures it wrote itself."""
    command = [sys.executable, "-c", RUN, str(folder / "test_it.py"), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=True)
    text, _, counts = done.stdout.rpartition("parsed ")
    parsed, written = map(int, counts.split())
    return "\n".join(line for line in text.splitlines() if " in " not in line or "test_it" in line), parsed, written


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A suite whose failing statements span lines."""
    ast.parse(SUITE)
    return write_files(tmp_path, {"test_it.py": SUITE})


def test_tracebacks_are_the_same(folder: Path) -> None:
    """Every kind of failure reads as pytest writes it; no file is parsed again, and the usual ones are not pytest's."""
    plain, parsed, written = run(folder)
    kept, parsed_again, left = run(folder, "keep")
    assert "== 3" in plain
    assert "the second" in plain
    assert kept == plain
    assert (parsed >= 2, parsed_again, written - left) == (True, 0, USUAL)
