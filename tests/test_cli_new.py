"""Tests of `autograder new` as its users meet it: the scaffold grades as it is."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from small_course import assert_one_sentence, read_json, run_autograder, write_files

from autograder.scaffold import create_assignment, create_course

ID = "ridge_regression"
ONE_FUNCTION = "from numpy import zeros\n\ndef loss(w, X, y):\n    return {}\n\ndef gradient(w, X, y):\n    return {}\n"
DEGENERATE = {
    "zeros": ONE_FUNCTION.format("0.0", "zeros(len(w))"),
    "none": ONE_FUNCTION.format("None", "None"),
    "three": ONE_FUNCTION.format("3.0", "3.0"),
    "its_input": ONE_FUNCTION.format("w", "w"),
    "raises": "def loss(w, X, y):\n    raise ValueError('X')\n\ngradient = loss\n",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with one new assignment, made by the two commands."""
    root = tmp_path_factory.mktemp("scaffold")
    assert run_autograder("init", "course", cwd=root).returncode == 0
    done = run_autograder("new", ID, "--title", 'Ridge "regression"', "--course", "course", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    return root / "course"


def grade(course: Path, path: Path, out: Path) -> dict[str, dict]:
    """Grade a path; returns each student's details."""
    done = run_autograder("grade", ID, path, "--out", out, "--seed", "1", "--json", cwd=course)
    assert done.returncode == 0, done.stderr
    return {file.stem: read_json(file) for file in (out / "details").iterdir()}


def test_reference_scores_everything(needs_root: None, course: Path, tmp_path: Path) -> None:
    """The reference passes every test: 100 of 100 points."""
    [details] = grade(course, course / "reference" / ID, tmp_path).values()
    assert (details["score"], details["points"]) == (100, 100)
    assert {test["result"]["outcome"] for test in details["tests"]} == {"passed"}


def test_stub_scores_nothing_for_want_of_code(needs_root: None, course: Path, tmp_path: Path) -> None:
    """The stub scores 0: each test ends in NotImplementedError, but for those of errors, which pay nothing alone."""
    [details] = grade(course, course / "student_templates" / ID, tmp_path).values()
    assert (details["score"], details["points"]) == (0, 100)
    for test in details["tests"]:
        blocked = test["blocked_by"]
        assert blocked or test["result"]["outcome"] == "error", test["expected"]["nodeid"]
        assert test["result"]["outcome"] == "passed" or "NotImplementedError" in test["result"]["detail"]


def test_degenerate_submissions_score_at_most_ten(needs_root: None, course: Path, tmp_path: Path) -> None:
    """Zeros, None, a constant, the input and a ValueError from everywhere earn at most 10 points."""
    found = grade(
        course, write_files(tmp_path / "class", {f"{k}.py": v for k, v in DEGENERATE.items()}), tmp_path / "o"
    )
    assert {name: details["score"] <= 10 for name, details in found.items()} == dict.fromkeys(DEGENERATE, True)


def test_public_tests_check_anywhere(course: Path) -> None:
    """`check` runs the public tests of the scaffold: all pass on the reference, none on the stub, which is told why."""
    done = run_autograder("check", ID, course / "reference" / ID, cwd=course)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 of 2 public tests passed, 20 of 20 public points." in done.stdout
    done = run_autograder("check", ID, course / "student_templates" / ID, cwd=course)
    assert done.returncode == 1
    assert done.stdout.count("it is not written yet") == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["numpy"], "'numpy' cannot be an ID, for it is an installed module; choose another."),
        (["json"], "'json' cannot be an ID, for it is a standard module; choose another."),
        (["Ridge Regression"], "'Ridge Regression' cannot be an ID"),
        ([ID], "exists already; choose another ID."),
        (["ridge", "--title", " "], "--title '' is no title; give one line of text."),
        (["ridge", "--title", "a\nb"], "--title 'a\\nb' is no title; give one line of text."),
        (["ridge", "--course", "nowhere"], "nowhere holds no assignments/ folder"),
    ],
)
def test_mistake_is_one_sentence_and_writes_nothing(arguments: list[str], said: str, course: Path) -> None:
    """A bad ID, title or course: one sentence, exit code 2, and the course is as it was."""
    before = sorted(course.rglob("*"))
    assert said in assert_one_sentence(run_autograder("new", *arguments, cwd=course), 2)
    assert sorted(course.rglob("*")) == before


def test_last_line_is_the_next_command(needs_root: None, tmp_path: Path) -> None:
    """What `new` prints last grades the reference, copied to a shell as it is, from where the user was."""
    create_course(tmp_path / "my course")
    done = run_autograder("new", "ridge", "--course", "my course", cwd=tmp_path)
    command = done.stdout.splitlines()[-1].removeprefix("next: autograder ")
    done = run_autograder(*shlex.split(command), "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert '"score": 100' in done.stdout


def test_outside_of_a_course_is_one_sentence(tmp_path: Path) -> None:
    """Where no folder upward is a course, the sentence says what to do."""
    assert "--course DIR" in assert_one_sentence(run_autograder("new", "ridge", cwd=tmp_path), 2)
    assert list(tmp_path.iterdir()) == []


def test_course_is_the_nearest_upward(tmp_path: Path) -> None:
    """From a folder within the course, and without the folders that git did not keep."""
    create_course(tmp_path / "course")
    create_assignment(tmp_path / "course", "first")
    for name in ("reference", "student_templates"):
        for path in sorted((tmp_path / "course" / name).rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        (tmp_path / "course" / name).rmdir()
    done = run_autograder("new", "second", cwd=tmp_path / "course" / "assignments" / "first")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "course" / "reference" / "second" / "second.py").is_file()
