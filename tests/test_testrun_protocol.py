"""Tests of autograder.testrun.protocol: a test comes to the same, whether pytest's plug-ins are asked or not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from small_course import write_files

SUITE = """\
import os
import unittest

import pytest

print = lambda *words: log.append(" ".join(map(str, words)))
log = []


@pytest.fixture(scope="module")
def once():
    print("once begins")
    yield 1
    print("once ends")


@pytest.fixture
def each(once):
    print("each begins")
    yield 2
    print("each ends")


@pytest.fixture
def broken():
    raise OSError("in a fixture")


@pytest.fixture
def breaks_after():
    yield
    raise OSError("after a test")


def test_passes(each):
    print("body", each)


def test_fails(each):
    assert each == 3


@pytest.mark.parametrize("value", [1, 2])
def test_cases(once, value):
    assert value == 1


def test_broken(broken):
    print("never")


def test_breaks_after(breaks_after):
    print("body")


def test_says_skip():
    pytest.skip("by itself")


def test_says_xfail():
    pytest.xfail("by itself")


@pytest.mark.skip
def test_skip():
    print("never")


@pytest.mark.skipif(True, reason="always")
def test_skipif():
    print("never")


@pytest.mark.xfail
def test_xfail():
    assert False


@pytest.mark.xfail(strict=True)
def test_xpass():
    pass


def test_folder(tmp_path):
    assert tmp_path.is_dir()


async def test_async():
    print("never")


def test_awaitable():
    async def later():
        print("never")

    return test_async()


def test_returns():
    return 3


def test_exits():
    raise SystemExit(2)


class TestMethods:
    def setup_method(self):
        print("set up")

    def teardown_method(self):
        print("torn down")

    def test_it(self, each):
        assert each == 2


class TestPlain:
    def test_it(self, each):
        assert each == 2


class TestCase(unittest.TestCase):
    def test_it(self):
        self.assertEqual(1, 2)


@pytest.fixture
def marked(request):
    request.node.add_marker(pytest.mark.xfail(strict=True))


def test_marked(marked):
    pass


def test_last(once):
    print("body", "PYTEST_CURRENT_TEST" in os.environ)
"""
NOT_PLAIN = {
    "test_skip", "test_skipif", "test_xfail", "test_xpass", "test_folder", "test_async", "test_marked",
    "TestMethods::test_it", "TestCase::test_it",
}  # fmt: skip
RUN = """\
import json, sys
import pytest
from _pytest.runner import runtestprotocol
from autograder.testrun import protocol

class Loop:
    def pytest_runtestloop(self, session):
        told = []
        manager = session.config.pluginmanager
        manager.unregister(manager.get_plugin("capturemanager"))  # as in the suite's process
        if "plain" in sys.argv:
            protocol.find_plain(session.items, silent=[manager.get_name(self)])
        asked = []
        protocol.runtestprotocol = lambda item, **more: asked.append(item.nodeid) or runtestprotocol(item, **more)
        for item, following in zip(session.items, [*session.items[1:], None]):
            reports = protocol.run_protocol(item, following)
            told.append([item.nodeid, [[r.when, r.outcome, hasattr(r, "wasxfail"), r.longreprtext] for r in reports]])
        log = session.items[0].module.log
        answer = {"told": told, "log": log, "asked": asked, "plugged": getattr(sys, "plugged", 0)}
        sys.__stdout__.write("ANSWER " + json.dumps(answer))
        return True

off = [f"-pno:{name}" for name in ("logging", "unraisableexception", "threadexception", "faulthandler")]
pytest.main([sys.argv[1], "-q", "--tb=short", "--capture=no", "--disable-plugin-autoload", *off], plugins=[Loop()])
"""
CONFTEST = """\
import sys


def pytest_runtest_call(item):
    sys.plugged = getattr(sys, "plugged", 0) + 1
"""


def run(folder: Path, *arguments: str) -> dict[str, Any]:
    """What each test came to, what the bodies and the fixtures did in order, and which tests pytest itself ran."""
    command = [sys.executable, "-W", "ignore", "-c", RUN, str(folder / "test_it.py"), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.partition("ANSWER ")[2].partition("\n")[0])
    return answer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A suite in which tests end in every way that there is."""
    return write_files(tmp_path, {"test_it.py": SUITE})


def test_tests_come_to_the_same(folder: Path) -> None:
    """Reports, their words, and what happened in which order are those of pytest's own protocol."""
    theirs, ours = run(folder), run(folder, "plain")
    names = [nodeid.partition("::")[2] for nodeid, _ in theirs["told"]]
    assert len(theirs["asked"]) == len(names)
    assert {nodeid.partition("::")[2] for nodeid in ours["asked"]} == NOT_PLAIN
    for (nodeid, expected), (_, found) in zip(theirs["told"], ours["told"], strict=True):
        if nodeid.endswith("::test_awaitable"):  # the words are ours
            expected, found = ([report[:3] for report in reports] for reports in (expected, found))
        assert found == expected, nodeid
    outcomes = {nodeid.partition("::")[2]: [report[1] for report in reports] for nodeid, reports in ours["told"]}
    assert outcomes["test_passes"] == ["passed"] * 3
    assert outcomes["test_broken"] == ["failed", "passed"]
    assert outcomes["test_breaks_after"] == ["passed", "passed", "failed"]
    assert outcomes["test_marked"] == ["passed", "failed", "passed"]
    assert outcomes["test_awaitable"] == ["passed", "failed", "passed"]
    assert [line for line in ours["log"] if not line.endswith(("True", "False"))] == [
        line for line in theirs["log"] if not line.endswith(("True", "False"))
    ]


def test_hooks_of_a_suite_are_called(folder: Path) -> None:
    """A suite with a hook of its own in conftest.py is run by pytest alone."""
    write_files(folder, {"conftest.py": CONFTEST})
    answer = run(folder, "plain")
    assert len(answer["asked"]) == len(answer["told"])
    assert answer["plugged"] > 10
