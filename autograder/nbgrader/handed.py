"""What a student handed in, as a grader is shown it: texts and pixels, read in a bounded process, never run."""

from __future__ import annotations

import contextlib
from typing import Final

from autograder.cells import Cell, Picture, take_picture
from autograder.errors import SubmissionError
from autograder.nbgrader.page import Handed
from autograder.reader import shared_reader
from autograder.spec import Assignment
from autograder.submission import Submission
from autograder.workspace import prepare_workspace

_MAX_PICTURE_BYTES: Final = 8 << 20


def read_handed(submission: Submission, assignment: Assignment) -> Handed:
    """What formgrader shows of a submission: its notebook's texts and pictures, and the module if that was graded."""
    workspace = prepare_workspace(submission, assignment)
    module = f"{assignment.spec.modules[0]}.py"
    source = workspace.files.get(module)
    shown = None
    if not workspace.refusal and source is not None and module not in workspace.cells:
        shown = module, source.decode("utf-8", "replace")
    return Handed(_read_cells(submission, assignment), shown, _pictures(submission))


def _read_cells(submission: Submission, assignment: Assignment) -> list[Cell] | None:
    notebooks = [name for name in submission.files if name.lower().endswith(".ipynb")]
    named = [name for name in notebooks if name == f"{assignment.spec.modules[0]}.ipynb"]
    for name in (named or notebooks)[:1]:
        with contextlib.suppress(SubmissionError):  # the report's notes say why it cannot be read
            return shared_reader().read_cells(name, submission.files[name])
    return None


def _pictures(submission: Submission) -> dict[str, Picture]:
    found = {
        name: take_picture(data)
        for name, data in submission.files.items()
        if len(data) <= _MAX_PICTURE_BYTES and name.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".webp"))
    }
    return {name: picture for name, picture in found.items() if picture is not None}
