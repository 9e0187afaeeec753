"""`autograder release`, and what a student does with its zip in an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from small_course import HIDDEN, ID, assert_one_sentence, run_autograder, write_course
from test_templates_notebook import ASSIGNMENTS, MARKED, ROOT

from autograder.release import PACKAGE, secret_lines
from autograder.spec import load_assignment


def check(folder: Path, assignment_id: str) -> subprocess.CompletedProcess[str]:
    """`python -m autograder check ID` in the unpacked folder, whose own copy of the package is run."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "autograder", "check", assignment_id]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zips of all assignments, released and unpacked into one empty folder."""
    folder = tmp_path_factory.mktemp("release")
    for assignment_id in ASSIGNMENTS:
        path = folder / f"{assignment_id}.zip"
        done = run_autograder("release", assignment_id, "--out", path, cwd=ROOT)
        assert (done.returncode, done.stderr) == (0, "")
        zipfile.ZipFile(path).extractall(folder)
    return folder


@pytest.mark.parametrize("assignment_id", ASSIGNMENTS)
def test_zip_shows_no_hidden_or_reference_line(unpacked: Path, assignment_id: str) -> None:
    """No file of the zip holds a telling line of the hidden suite or of a solution, but for those that are public."""
    assignment = load_assignment(ROOT, assignment_id)
    shown = {line.strip() for path in (*assignment.public_suites, assignment.folder / "README.md")
             for line in path.read_text().splitlines()}  # fmt: skip
    secret = secret_lines(assignment) - shown
    assert len(secret) > 100
    for path in (unpacked / assignment_id).rglob("*"):
        if path.is_file() and path.relative_to(unpacked / assignment_id).parts[0] != "autograder":
            lines = path.read_text().splitlines()
            if path.suffix == ".ipynb":
                lines = [
                    line
                    for cell in json.loads(path.read_text())["cells"]
                    for line in "".join(cell["source"]).splitlines()
                ]
            assert not secret & {line.strip() for line in lines}, path
    names = {path.name for path in (unpacked / assignment_id).rglob("*")}
    assert not {"test_hidden.py", "reference"} & names


def test_package_in_the_zip_is_ours(unpacked: Path) -> None:
    """The package goes along byte for byte."""
    for path in (unpacked / ASSIGNMENTS[0] / "autograder").rglob("*.py"):
        assert path.read_bytes() == (PACKAGE / path.relative_to(unpacked / ASSIGNMENTS[0] / "autograder")).read_bytes()


@pytest.mark.parametrize("assignment_id", ["pca_svd", "logistic_gradient"])
def test_check_answers_in_the_unpacked_folder(unpacked: Path, assignment_id: str) -> None:
    """The stub passes nothing and says that it is not written; the reference's file passes all the public tests."""
    folder = unpacked / assignment_id
    stub = folder / f"{assignment_id}.py"
    handed_out = stub.read_bytes()
    done = check(folder, assignment_id)
    assert (done.returncode, done.stderr) == (1, "")
    assert "it is not written yet" in done.stdout
    assert f"checked {assignment_id}.py" in done.stdout
    try:
        stub.write_bytes((ROOT / "reference" / assignment_id / f"{assignment_id}.py").read_bytes())
        done = check(folder, assignment_id)
        assert (done.returncode, done.stderr) == (0, "")
        assert "Hidden tests count too" in done.stdout
    finally:
        stub.write_bytes(handed_out)


def test_release_of_what_is_not_ready(tmp_path: Path) -> None:
    """Templates that were not made, and a reference that fails a public test: exit code 2, one sentence, no zip."""
    course = write_course(tmp_path, reference=MARKED)
    said = assert_one_sentence(run_autograder("release", ID, cwd=course), 2)
    assert said == f"{course / 'student_templates' / ID / 'steps.py'} is missing; run autograder template {ID}."
    write_course(course, reference=MARKED.replace("2 * np", "3 * np"))
    assert "does not pass test_public.py::test_double_small" in assert_one_sentence(
        run_autograder("release", ID, cwd=course), 2
    )
    write_course(course, reference=MARKED, hidden=HIDDEN.replace("points(5)", "points(6)"))
    assert "points sum to" in assert_one_sentence(run_autograder("release", ID, cwd=course), 2)
    assert not (course / f"{ID}.zip").exists()


def test_zips_for_students_and_for_gradescope_do_not_replace_each_other(tmp_path: Path) -> None:
    """By default they have different names, and neither command writes over the other's; over its own it does."""
    course = write_course(tmp_path, reference=MARKED)
    assert run_autograder("template", ID, cwd=course).returncode == 0
    for _ in range(2):
        for command in (["release", ID], ["gradescope", "build", ID]):
            assert run_autograder(*command, cwd=course).returncode == 0
    assert {path.name for path in course.glob("*.zip")} == {f"{ID}.zip", f"{ID}_gradescope.zip"}
    before = {path: path.read_bytes() for path in course.glob("*.zip")}
    for command, name in ((["release", ID], f"{ID}_gradescope.zip"), (["gradescope", "build", ID], f"{ID}.zip")):
        said = assert_one_sentence(run_autograder(*command, "--out", name, cwd=course), 2)
        assert f"{name} is there and was not made by" in said
    assert {path: path.read_bytes() for path in course.glob("*.zip")} == before
