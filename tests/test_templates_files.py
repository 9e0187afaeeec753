"""student_templates/: what is committed is what the references give; files are written where they differ, whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import ID, run_autograder, write_course
from test_templates_notebook import ASSIGNMENTS, MARKED, ROOT

from autograder.errors import SpecError
from autograder.spec import load_assignment
from autograder.templates.files import check_templates, make_templates, write_templates


@pytest.mark.parametrize("assignment_id", ASSIGNMENTS)
def test_committed_files_have_not_drifted(assignment_id: str) -> None:
    """The stub and the notebook of each assignment are what `template` makes now."""
    done = run_autograder("template", assignment_id, "--check", cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_files_are_written_once_and_drift_is_found(tmp_path: Path) -> None:
    """Only what differs is written; CRLF is no drift; another text, or none, is named with what to do."""
    assignment = load_assignment(write_course(tmp_path, reference=MARKED), ID)
    texts = make_templates(assignment, [])
    assert [path.name for path in write_templates(assignment, texts)] == ["steps.py", "steps.ipynb"]
    assert write_templates(assignment, texts) == []
    check_templates(assignment, texts)
    stub = assignment.template / "steps.py"
    stub.write_bytes(stub.read_bytes().replace(b"\n", b"\r\n"))
    check_templates(assignment, texts)
    stub.write_text("def double(x): ...\n")
    with pytest.raises(SpecError, match=r"steps\.py is not what .*; run autograder template small_steps\."):
        check_templates(assignment, texts)
    assert write_templates(assignment, texts) == [stub]
    stub.unlink()
    with pytest.raises(SpecError, match=r"steps\.py is missing; run"):
        check_templates(assignment, texts)
    assert sorted(path.name for path in assignment.template.iterdir()) == ["steps.ipynb"]


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A file in the folder's place is an error in one sentence, and stays as it is."""
    assignment = load_assignment(write_course(tmp_path, reference=MARKED), ID)
    assignment.template.parent.mkdir()
    assignment.template.write_text("a file")
    with pytest.raises(SpecError, match="cannot be"):
        write_templates(assignment, make_templates(assignment, []))
    assert assignment.template.read_text() == "a file"
