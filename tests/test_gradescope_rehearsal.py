"""What `rehearse` prints and refuses; `make rehearse` makes a system and runs setup.sh in it, which needs a network."""

import zipfile
from pathlib import Path

import pytest
from small_course import assert_one_sentence, run_autograder

from autograder.errors import SpecError
from autograder.gradescope.metadata import parse_metadata
from autograder.gradescope.rehearsal import _copy_submission, _unpack, example_metadata
from autograder.reports.rehearsal import render_staff, render_student, render_usage

OUTCOME = {
    "state": "graded", "reason": "", "status": 0, "wall_s": 3.21, "stdout": "sandbox: user\nevidence: x\n",
    "results": {
        "score": 7.0, "output": "Handed in on time.", "visibility": "visible", "stdout_visibility": "hidden",
        "extra_data": {"late_seconds": 0},
        "tests": [
            {"name": "First", "score": 3.0, "max_score": 3.0, "status": "passed", "visibility": "visible"},
            {"name": "Second", "score": 4.0, "max_score": 5.0, "status": "failed", "output": "Look\nagain.",
             "visibility": "after_due_date"},
        ],
    },
}  # fmt: skip


def test_student_sees_what_is_visible() -> None:
    """Hidden tests, the total with them, and the autograder's output are not the student's to see."""
    assert render_student(OUTCOME).splitlines() == [
        "no total: 1 tests are not shown yet", "Handed in on time.", "ok  3/3 First",
    ]  # fmt: skip


def test_staff_sees_the_rest() -> None:
    """Hidden tests, further data, the exit status and the autograder's output are the staff's."""
    assert render_staff(OUTCOME).splitlines() == [
        "total: 7 of 8", "not 4/5 Second [after_due_date]", "      Look", "      again.",
        "extra_data: {'late_seconds': 0}", "run_autograder ended with 0 after 3.2 s and wrote:",
        "  sandbox: user", "  evidence: x",
    ]  # fmt: skip


def test_failure_is_shown_as_gradescope_shows_it() -> None:
    """A failed submission has a 0 and Gradescope's sentence for the student, and the reason for the staff."""
    failed = {
        **OUTCOME, "state": "failed", "reason": "there is no results.json",
        "results": {"score": 0, "output": "The autograder failed to execute correctly."},
    }  # fmt: skip
    assert render_student(failed).splitlines() == [
        "total: 0", "(failed)", "The autograder failed to execute correctly.",
    ]  # fmt: skip
    assert "failed: there is no results.json" in render_staff(failed)


def test_usage_ends_with_medians() -> None:
    """Each submission has a line; the last one holds the medians."""
    lines = render_usage([("a", "graded", 150, 1, 3), ("bb", "failed", 170, 2, 5), ("c", "graded", 160, 9, 4)])
    assert lines.splitlines()[-1].split() == ["median", "160", "2.0", "4.0"]
    assert len(lines.splitlines()) == 5


def test_example_metadata_is_read_without_a_problem(tmp_path: Path) -> None:
    """What a rehearsal hands over is what Gradescope would."""
    metadata = parse_metadata(example_metadata(tmp_path / "ada.py"))
    assert (metadata.problems, metadata.student) == ((), "student@example.com")


def test_zip_that_gradescope_would_not_take(tmp_path: Path) -> None:
    """A zip without run_autograder at its root, and what is no zip, are refused by name."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("folder/run_autograder", "")
        archive.writestr("setup.sh", "")
    with pytest.raises(SpecError, match=r"x\.zip has no run_autograder at its root"):
        _unpack(path, path.read_bytes(), tmp_path / "a")
    with pytest.raises(SpecError, match="cannot be unpacked"):
        _unpack(path, b"no zip", tmp_path / "b")


def test_submissions_are_laid_out_as_uploaded(tmp_path: Path) -> None:
    """A file lies there as it is, a folder and a zip by what is in them."""
    (tmp_path / "x.py").write_text("x = 1\n")
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "folder" / "inner" / "y.py").write_text("")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("z.py", "")
    for name, inside in {"x.py": "x.py", "folder": "inner/y.py", "z.zip": "z.py"}.items():
        target = tmp_path / f"to-{name}"
        target.mkdir()
        _copy_submission(tmp_path / name, target)
        assert (target / inside).is_file()
    with pytest.raises(SpecError, match="nothing cannot be handed in"):
        _copy_submission(tmp_path / "nothing", tmp_path)


def test_missing_zip_is_one_sentence(needs_root: None, tmp_path: Path) -> None:
    """A zip or a submission that is not there is said before anything is made."""
    command = ("gradescope", "rehearse", "x.zip", "x.py", "--cache", tmp_path / "cache")
    assert "x.py does not exist" in assert_one_sentence(run_autograder(*command, cwd=tmp_path), 2)
    (tmp_path / "x.py").write_text("")
    assert "x.zip" in assert_one_sentence(run_autograder(*command, cwd=tmp_path), 2)


@pytest.mark.parametrize("command", ["build", "run", "rehearse"])
def test_help_has_an_example(command: str, tmp_path: Path) -> None:
    """Each command's help ends with one."""
    process = run_autograder("gradescope", command, "--help", cwd=tmp_path)
    assert process.returncode == 0
    assert f"autograder gradescope {command}" in process.stdout
    assert "Example:" in process.stdout
