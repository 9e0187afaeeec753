"""Tests of autograder.cli.main: what becomes of wrong arguments."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import run_autograder


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("grade ID x.py --out o --jobs 0", "--jobs"),
        ("grade ID", "PATH"),
        ("grade --fast", "--fast"),
        ("gradescope build", "ID"),
        ("marks", "marks"),
    ],
)
def test_a_wrong_argument_is_one_sentence(arguments: str, says: str, tmp_path: Path) -> None:
    """It names the argument and where the right ones are told, and the exit code is 2."""
    done = run_autograder(*arguments.split(), cwd=tmp_path)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("autograder: ")
    assert says in line
    assert line.endswith(" --help`.")
    assert done.stdout == ""


def test_no_argument_shows_the_help(tmp_path: Path) -> None:
    """All commands are listed, and the exit code is 2."""
    done = run_autograder(cwd=tmp_path)
    assert done.returncode == 2
    assert "grade" in done.stdout
    assert done.stderr == ""
