"""`check` runs where there is no fork, no memfd, no fcntl, no resource and no Unix socket, as on Windows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_course import ID, PUBLIC, REFERENCE, TOML, write_files

HERE = Path(__file__).parent
HANGS = REFERENCE.replace("return sum(values)", "while True:\n        pass")
LARGE = (
    PUBLIC
    + '''

def test_large():
    """A large array is doubled."""
    assert double(np.ones(1_000_000)).sum() == 2_000_000
'''
)


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Python with what Windows lacks taken away, in each process that is started."""
    environment = {**os.environ, "PYTHONPATH": str(HERE / "portability"), "COLUMNS": "120"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=environment, timeout=120)


@pytest.mark.parametrize(
    "statement",
    ["import fcntl", "import resource", "import torch", "import os; os.fork", "import socket; socket.AF_UNIX"],
)
def test_it_is_really_gone(statement: str, tmp_path: Path) -> None:
    """What the other tests do without is not there."""
    assert run("-c", statement, cwd=tmp_path).returncode == 1


def test_every_command_loads(tmp_path: Path) -> None:
    """The command line loads, and `grade` says in its help what it would say anywhere."""
    done = run("-m", "autograder", "--help", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "check" in done.stdout
    assert "grade" in done.stdout


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        (REFERENCE, 0, "3 of 3 public tests passed"),
        (HANGS, 1, "Your code used more than 0.5 s of CPU time."),
        (REFERENCE.replace("return 2 *", "return 3 *"), 1, "Hint: Two times each entry."),
        (REFERENCE.replace("import numpy", "import fcntl, numpy"), 1, "No module named 'fcntl'"),
        (REFERENCE.replace("return sum", "import os; os._exit(3)\n    return sum"), 1, "ended its own process."),
    ],
    ids=["right", "hangs", "wrong", "student's side", "exits"],
)
def test_check_runs(source: str, code: int, said: str, tmp_path: Path) -> None:
    """A handout is checked: right, wrong, hanging and ending code, and large arrays, with nothing of Linux's."""
    folder = write_files(tmp_path / ID, {"assignment.toml": TOML, "test_public.py": LARGE, "steps.py": source})
    done = run("-m", "autograder", "check", ID, cwd=folder)
    assert (done.returncode, done.stderr) == (code, "")
    assert said in done.stdout
