"""A small course for the tests: one assignment of four functions, its two suites, its reference and a class of nine."""

from __future__ import annotations

import contextlib
import fnmatch
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ID = "small_steps"
MODULE = "steps"
AUTOGRADER = Path(sys.executable).with_name("autograder")

TOML = """\
title = "Small steps"
modules = ["steps"]
points = 20
packages = ["numpy"]

[limits]
cpu_s = 0.5
wall_s = 10.0
import_cpu_s = 2.0
memory_mib = 256
"""

REFERENCE = '''\
"""The reference of the small assignment."""

import numpy as np


def double(x):
    """Twice the array x."""
    return 2 * np.asarray(x, dtype=np.float64)


def total(values):
    """The sum of a list of integers."""
    return sum(values)


def countdown(n):
    """The integers from n to 1."""
    return list(range(n, 0, -1))


def widen(x):
    """x, shape (n,), as a column."""
    return np.asarray(x).reshape(-1, 1)
'''

PUBLIC = '''\
"""The public suite."""

import numpy as np
import pytest
from steps import double, total


@pytest.mark.points(2)
@pytest.mark.hint("Two times each entry.")
def test_double_small():
    """The double of [1, 2] is [2, 4]."""
    np.testing.assert_allclose(double(np.array([1.0, 2.0])), [2.0, 4.0])


@pytest.mark.points(1)
def test_total_small():
    """The total of 1, 2 and 3 is 6."""
    assert total([1, 2, 3]) == 6
'''

HIDDEN = '''\
"""The hidden suite."""

import numpy as np
import pytest
from steps import countdown, double, total, widen


@pytest.mark.points(4)
@pytest.mark.hint("Look at the factor.")
@pytest.mark.parametrize("size", [3, 5])
def test_double_random(rng, size):
    """Random arrays are doubled."""
    secret_input = rng.normal(size=size)
    secret_answer = 2 * secret_input
    np.testing.assert_allclose(double(secret_input), secret_answer)


@pytest.mark.points(5)
@pytest.mark.visibility("after_due_date")
def test_total_random(rng):
    """Random integers are summed."""
    secret_input = [int(n) for n in rng.integers(-1000, 1000, size=20)]
    assert total(secret_input) == sum(secret_input)


@pytest.mark.points(5)
@pytest.mark.requires("test_total_random")
def test_countdown(rng):
    """Counts down from n to 1."""
    n = int(rng.integers(5, 50))
    assert countdown(n) == list(range(n, 0, -1))


@pytest.mark.points(3)
def test_widen(rng, reference):
    """An array becomes a column."""
    x = rng.normal(size=4)
    column = widen(x)
    assert column.shape == (4, 1)
    np.testing.assert_array_equal(column, reference.widen(x))
'''

WRONG_FACTOR = REFERENCE.replace("2 * np", "3 * np")
ENDLESS_TOTAL = REFERENCE.replace("return sum(values)", "while True:\n        pass")
NO_COUNTDOWN = REFERENCE.replace("def countdown", "def count_down")
RAISES_IN_DOUBLE = REFERENCE.replace("return 2 *", "raise ValueError(str(x))\n    return 2 *")
DOES_NOT_PARSE = REFERENCE.replace("def total(values):", "def total(values:")
CHANGES_ARGUMENT = REFERENCE.replace("return 2 *", "x *= 2\n    return 1 *")
EXITS_IN_TOTAL = REFERENCE.replace("return sum(values)", "import os\n    os._exit(0)")

STUDENTS = {
    "ada/steps.py": REFERENCE,
    "bruno.py": WRONG_FACTOR,
    "carl/steps.py": ENDLESS_TOTAL,
    "dora.py": NO_COUNTDOWN,
    "emil.py": RAISES_IN_DOUBLE,
    "fred/steps.py": DOES_NOT_PARSE,
    "gina/hw1.py": REFERENCE,
    "hugo.py": CHANGES_ARGUMENT,
    "ivy.py": EXITS_IN_TOTAL,
}


def write_files(root: Path, files: dict[str, str]) -> Path:
    """Write texts by relative path under `root`; returns it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def write_course(
    root: Path, *, toml: str = TOML, public: str = PUBLIC, hidden: str = HIDDEN, reference: str = REFERENCE
) -> Path:
    """A course that holds the small assignment, or a variant of it; returns its root."""
    return write_files(
        root,
        {
            f"assignments/{ID}/assignment.toml": toml,
            f"assignments/{ID}/README.md": "# Small steps\n",
            f"assignments/{ID}/tests/test_public.py": public,
            f"assignments/{ID}/tests/test_hidden.py": hidden,
            f"reference/{ID}/{MODULE}.py": reference,
        },
    )


@dataclass(frozen=True)
class GradedClass:
    """The small course's class, graded once by the command with `--seed 1 --json`."""

    course: Path
    out: Path
    process: subprocess.CompletedProcess[str]

    def results(self, student: str) -> dict[str, Any]:
        """Gradescope's JSON of a student."""
        return read_json(self.out / "results" / f"{student}.json")

    def details(self, student: str) -> dict[str, Any]:
        """The TA's JSON of a student."""
        return read_json(self.out / "details" / f"{student}.json")


def run_autograder(
    *arguments: str | Path, cwd: Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The command as a user runs it, in `cwd`."""
    command = [str(AUTOGRADER), *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **(environment or {})},
    )


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file."""
    value = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(value, dict)
    return value


def read_journal(path: Path) -> list[dict[str, Any]]:
    """The events of a journal, in order; lines that do not parse are left out."""
    events = []
    for line in path.read_text(encoding="utf-8").splitlines():
        with contextlib.suppress(ValueError):
            events.append(json.loads(line))
    return events


def without_times(results: dict[str, Any]) -> str:
    """Gradescope's JSON as text, without what may differ between two runs."""
    return json.dumps({key: value for key, value in results.items() if key != "execution_time"})


def assert_one_sentence(process: subprocess.CompletedProcess[str], exit_code: int) -> str:
    """The command ended with this code and said one sentence on standard error; returns the sentence."""
    lines = process.stderr.splitlines()
    assert len(lines) == 1, process.stderr
    assert lines[0].startswith("autograder: ")
    assert lines[0].endswith((".", "?"))
    assert process.returncode == exit_code
    assert process.stdout == ""
    return lines[0].removeprefix("autograder: ")


def assert_whole(out: Path) -> None:
    """Every JSON under `out` parses, every result has its details, and no temporary file is left."""
    for path in out.rglob("*"):
        assert not path.name.startswith("."), f"{path} was left behind"
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
    for path in (out / "results").glob("*"):
        assert (out / "details" / path.name).is_file(), f"{path} has no details"


def descendants(pid: int) -> dict[int, str]:
    """Command lines of the processes below `pid` that are alive, by process id."""
    table = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                state, parent, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
                if state != "Z":
                    table[int(folder.name)] = int(parent), (folder / "cmdline").read_bytes()
    family = {pid}
    while more := {child for child, (parent, _) in table.items() if parent in family} - family:
        family |= more
    return {child: table[child][1].replace(b"\0", b" ").decode() for child in family - {pid}}


def control_groups(pattern: str) -> list[Path]:
    """Folders of control groups of this name, in every hierarchy; those of others may go while one looks."""
    return [
        Path(folder) / name
        for folder, names, _ in os.walk("/sys/fs/cgroup")
        for name in names
        if fnmatch.fnmatch(name, pattern)
    ]


def alive(pids: Iterable[int]) -> set[int]:
    """Those of the processes that still run; a zombie that waits for init does not."""
    found = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                found.add(pid)
    return found


def wait_until(condition: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    """Wait for a condition; fails after a minute, or when the process that should bring it about has ended."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited a minute in vain"
        assert process is None or process.poll() is None, "the process ended too early"
        time.sleep(0.02)
