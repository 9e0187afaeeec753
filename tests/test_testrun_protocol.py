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


@pytest.fixture
def number():
    print("number")
    return 4


@pytest.fixture
def double(number):
    print("double")
    return [2 * number]


@pytest.fixture
def breaks_by(double):
    raise OSError(f"in a fixture that takes {double}")


def test_takes_values(double, number):
    print("body", double, number)


@pytest.mark.parametrize("less", [0, 1])
@pytest.mark.parametrize("more", [2, 3])
def test_takes_cases(more, double, less):
    double[0] -= less
    assert double[0] == 8, more


def test_breaks_by(breaks_by):
    print("never")


@pytest.mark.usefixtures("double")
def test_uses():
    print("body")


def test_asks(double, once):
    print("body")


def test_nothing():
    print("body")


def test_last(once):
    print("body", "PYTEST_CURRENT_TEST" in os.environ)
"""
MORE = """\
import pytest
from test_it import log, number

print = lambda *words: log.append(" ".join(map(str, words)))


@pytest.fixture(autouse=True)
def always():
    print("always")


@pytest.fixture
def number(number):
    return number + 1


@pytest.fixture
def lone():
    print("lone")
    return 1


@pytest.fixture(scope="module")
def other():
    print("other begins")
    yield 1
    print("other ends")


def test_first_here(lone):
    print("body", lone)


def test_overrides(number):
    print("body", number)


def test_other(other):
    print("body")


def test_after_other(lone):
    print("body", lone)


def test_ends_here(lone):
    assert lone == 2
"""
SET_UP = """\
from test_it import log

print = lambda *words: log.append(" ".join(map(str, words)))


def setup_module():
    print("module is set up")


def setup_function():
    print("function is set up")


def test_set_up():
    print("body")


def test_set_up_again():
    print("body")
"""
NOT_PLAIN = {
    "test_skip", "test_skipif", "test_xfail", "test_xpass", "test_folder", "test_async", "test_marked",
    "TestMethods::test_it", "TestCase::test_it", "test_set_up", "test_set_up_again",
}  # fmt: skip
SET_UP_BY_PYTEST = {
    "test_passes", "test_fails", "test_cases[1]", "test_cases[2]", "test_breaks_after", "TestPlain::test_it",
    "test_asks", "test_last", "test_overrides", "test_other",
}  # fmt: skip
"""Those with a fixture that is torn down, or shared, or takes what it overrides, and those of a class."""
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
        asked, set_up = [], []
        state = session._setupstate
        state.setup = lambda item, act=state.setup: set_up.append(item.nodeid) or act(item)
        protocol.runtestprotocol = lambda item, **more: asked.append(item.nodeid) or runtestprotocol(item, **more)
        for item, following in zip(session.items, [*session.items[1:], None]):
            reports = protocol.run_protocol(item, following)
            told.append([item.nodeid, [[r.when, r.outcome, hasattr(r, "wasxfail"), r.longreprtext] for r in reports]])
        log = session.items[0].module.log
        answer = {"told": told, "log": log, "asked": asked, "set_up": set_up, "plugged": getattr(sys, "plugged", 0)}
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
    command = [sys.executable, "-W", "ignore", "-c", RUN, str(folder), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.partition("ANSWER ")[2].partition("\n")[0])
    return answer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A suite in which tests end in every way that there is."""
    return write_files(tmp_path, {"test_it.py": SUITE, "test_more.py": MORE, "test_set_up.py": SET_UP})


def test_tests_come_to_the_same(folder: Path) -> None:
    """Reports, their words, and what happened in which order are those of pytest's own protocol."""
    theirs, ours = run(folder), run(folder, "plain")
    names = [nodeid.partition("::")[2] for nodeid, _ in theirs["told"]]
    assert len(theirs["asked"]) == len(names)
    assert {nodeid.partition("::")[2] for nodeid in ours["asked"]} == NOT_PLAIN
    assert {nodeid.partition("::")[2] for nodeid in ours["set_up"]} - NOT_PLAIN == SET_UP_BY_PYTEST
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
