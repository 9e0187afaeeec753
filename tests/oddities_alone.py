"""Grades each folder of `ROOT/alone` with plain pytest, in an ordinary process of its own: no grader, no sandbox.

    python oddities_alone.py ROOT SCORES.json

What shows and paints (matplotlib, tqdm...) is stood in for, because this project does not install it.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest

SHOWS = "matplotlib matplotlib.pyplot seaborn pandas google google.colab IPython IPython.display".split()
COUNTS = "tqdm tqdm.auto tqdm.notebook".split()
CPU_S = 20


class Progress:
    """A progress bar that shows nothing and hands on what it counts."""

    def __init__(self, counted: Any = (), **_: Any) -> None:
        self.counted = counted

    def __iter__(self) -> Iterator[Any]:
        return iter(self.counted)

    def set_description(self, *_: Any, **__: Any) -> None:
        """Show nothing."""

    set_postfix = set_description


class Alone:
    """The plug-in: the two fixtures of a suite, and who passed."""

    def __init__(self, reference: ModuleType) -> None:
        self.module = reference
        self.points: dict[str, int] = {}
        self.requires: dict[str, tuple[str, ...]] = {}
        self.passed: set[str] = set()

    def pytest_configure(self, config: pytest.Config) -> None:
        for mark in ("points", "requires"):
            config.addinivalue_line("markers", mark)

    @pytest.fixture
    def rng(self) -> np.random.Generator:
        """A generator."""
        return np.random.default_rng(20)

    @pytest.fixture
    def reference(self) -> ModuleType:
        """The solution."""
        return self.module

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        (self.points[item.name],) = next(item.iter_markers("points")).args
        self.requires[item.name] = tuple(name for mark in item.iter_markers("requires") for name in mark.args)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.passed.add(report.location[2])

    def score(self) -> int:
        """Points of the tests that passed, and whose requirements did."""
        return sum(self.points[name] for name in self.passed if self.passed >= set(self.requires[name]))


def load(path: Path) -> ModuleType:
    """The reference, under a name that no submission has."""
    module = ModuleType("reference_solution")
    exec(compile(path.read_text(), str(path), "exec"), module.__dict__)
    return module


def grade(folder: Path, tests: Path, reference: ModuleType) -> int:
    """The score of one folder, in this process; the student's prints go nowhere."""
    for name in SHOWS:
        sys.modules.setdefault(name, MagicMock())
    for name in COUNTS:
        sys.modules[name] = ModuleType(name)
        vars(sys.modules[name]).update(tqdm=Progress, trange=lambda n: Progress(range(n)))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    os.chdir(folder)
    sys.path[0] = str(folder)
    alone = Alone(reference)
    options = ["-q", "--tb=no", "--assert=plain", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tests)]
    pytest.main([*options, str(tests)], plugins=[alone])
    return alone.score()


def grade_apart(folder: Path, tests: Path, reference: ModuleType) -> int:
    """The same in a fork; a process that ends early earns nothing."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(write, str(grade(folder, tests, reference)).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        text = answer.read()
    os.waitpid(pid, 0)
    return int(text or 0)


def main(root: Path, out: Path) -> None:
    """Grade every folder."""
    tests, reference = root / "assignments/ridge/tests", load(root / "reference/ridge/ridge.py")
    folders = sorted((root / "alone").iterdir())
    out.write_text(json.dumps({folder.name: grade_apart(folder, tests, reference) for folder in folders}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
