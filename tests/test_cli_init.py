"""Tests of `autograder init` as its users meet it."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import assert_one_sentence, run_autograder


@pytest.mark.parametrize("folder", ["deep_learning", "courses/2026 spring", "."])
def test_new_course_takes_an_assignment(folder: str, tmp_path: Path) -> None:
    """A new folder, one with folders above it, or the empty one where the user is; then `new` works in it."""
    done = run_autograder("init", folder, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("next: ")
    done = run_autograder("new", "ridge", cwd=tmp_path / folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / folder / "assignments" / "ridge" / "assignment.toml").is_file()


def test_folder_in_use_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """A folder that holds something, a second `init` of a course among them: exit code 2, nothing changed."""
    (tmp_path / "mine.txt").write_text("mine")
    assert "is not empty (it holds mine.txt)" in assert_one_sentence(run_autograder("init", ".", cwd=tmp_path), 2)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    run_autograder("init", "course", cwd=tmp_path)
    assert "is not empty" in assert_one_sentence(run_autograder("init", "course", cwd=tmp_path), 2)


def test_place_that_takes_no_file_is_one_sentence(tmp_path: Path) -> None:
    """Where nothing can be written the sentence says so."""
    said = assert_one_sentence(run_autograder("init", "/proc/course", cwd=tmp_path), 2)
    assert "/proc/course cannot be written" in said
    assert "nothing was made" in said
