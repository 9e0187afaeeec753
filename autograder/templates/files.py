"""What lies in `student_templates/<id>`: the stub of each module and the notebook, made and compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.errors import SpecError
from autograder.spec import Assignment
from autograder.templates.notebook import make_notebook
from autograder.templates.solutions import make_stub
from autograder.verdict import ExpectedTest
from autograder.writing import write_whole


def make_templates(assignment: Assignment, tests: Sequence[ExpectedTest]) -> dict[str, str]:
    """The texts of the template's files by name: a stub for each module, and one notebook.

    Args:
        assignment: whose.
        tests: all its tests (`testrun.local.collect_tests`).

    Raises:
        SpecError: the reference cannot be cut.
    """
    texts = {}
    for module in assignment.spec.modules:
        path = assignment.reference / f"{module}.py"
        texts[f"{module}.py"] = make_stub(path.read_text(encoding="utf-8"), path)
    texts[f"{assignment.spec.modules[0]}.ipynb"] = make_notebook(assignment, tests)
    return texts


def write_templates(assignment: Assignment, texts: dict[str, str]) -> list[Path]:
    """Write what is not so yet, each file whole or not at all; returns the files that were written.

    Raises:
        SpecError: a file cannot be written.
    """
    written = []
    for name, text in texts.items():
        path = assignment.template / name
        if _read(path) != text.encode():
            _replace(path, text.encode())
            written.append(path)
    return written


def check_templates(assignment: Assignment, texts: dict[str, str]) -> None:
    """Check that the committed files are what the reference gives.

    Raises:
        SpecError: one is missing or another.
    """
    for name, text in texts.items():
        path = assignment.template / name
        found = _read(path)
        if found is None:
            raise SpecError(f"{path} is missing; run autograder template {assignment.id}.")
        if found.replace(b"\r\n", b"\n") != text.encode():
            raise SpecError(
                f"{path} is not what {assignment.reference} gives; run autograder template {assignment.id}."
            )


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SpecError(f"{path} cannot be read ({error.strerror}); move it away.") from None


def _replace(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        raise SpecError(f"{path} cannot be written ({error.strerror}); mend that and run the command again.") from None
