"""`autograder check`: a student's own files against the public tests, on any system."""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.console import Console
from rich.markup import escape

from autograder.errors import EXIT_NOT_PASSED, EXIT_OK, SpecError
from autograder.handout import find_handout
from autograder.reports.check import print_check
from autograder.spec import Assignment
from autograder.submission import Submission, collect_submissions


def check(
    assignment_id: Annotated[str, typer.Argument(metavar="ID", help="The assignment.")],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE...]", help="What you will hand in; else ID.py here, else the only .py file here."
        ),
    ] = None,
    course: Annotated[
        Path | None, typer.Option(help="The handout or course; else the nearest folder upward.", metavar="DIR")
    ] = None,
) -> None:
    """Check your own files against the public tests, here and now. Runs on Linux, macOS and Windows.

    The tests are those that grading begins with, and the verdicts are the same; hidden tests come on top. Your code
    runs on your machine as it is, without a sandbox.

    Exit codes: 0 every public test passed; 1 some did not; 2 a wrong argument or a broken handout; 130 interrupted.

    Example: autograder check perceptron perceptron.py
    """
    start = Path.cwd() if course is None else course
    _hide_from_imports(Path.cwd(), start, *(path if path.is_dir() else path.parent for path in paths or ()))
    assignment = find_handout(start, assignment_id)
    _hide_from_imports(assignment.folder, *(suite.parent for suite in assignment.public_suites))
    chosen = choose_paths(paths or [Path.cwd()], assignment, whole=bool(paths))
    submission = read_files(chosen, assignment)
    from autograder.checking import check_submission  # here: it imports pytest, and no other command is to wait for it

    console = Console(file=_replacing_stdout())
    names = ", ".join(path.resolve().name for path in chosen)
    with console.status(escape(f"checking {names}")):
        report = check_submission(submission, assignment)
    console.print(f"checked {names}", highlight=False, markup=False, soft_wrap=True)
    print_check(report, console)
    raise typer.Exit(EXIT_OK if report.passed else EXIT_NOT_PASSED)


def _hide_from_imports(*folders: Path) -> None:
    """Take folders with a student's files out of the import path: what the grader imports must not be theirs."""
    hidden = {folder.resolve() for folder in folders}
    sys.path[:] = [place for place in sys.path if Path(place or ".").resolve() not in hidden]


def choose_paths(paths: list[Path], assignment: Assignment, *, whole: bool) -> list[Path]:
    """What is meant: files as they are, and of a folder its files.

    Args:
        paths: what the student named.
        assignment: whose modules are sought.
        whole: whether a folder that holds a module, and not the handout, is a submission as it stands.

    Raises:
        SpecError: a folder holds no file that could be meant, or several.
    """
    chosen: list[Path] = []
    for path in paths:
        is_submission = whole and _modules_in(path, assignment) and not _holds_handout(path, assignment)
        chosen += _choose_files(path, assignment) if path.is_dir() and not is_submission else [path]
    return chosen


def _choose_files(folder: Path, assignment: Assignment) -> list[Path]:
    """The assignment's modules in a folder, else the only .py file that is no test, else the only notebook."""
    modules = _modules_in(folder, assignment)
    sources = modules or [file for file in sorted(folder.glob("*.py")) if not _is_test(file)]
    if not sources:
        sources = _notebooks_in(folder, assignment)
    if modules or len(sources) == 1:
        return sources
    others = f"{len(sources)} other files" if sources else "no other .py file or notebook"
    name = f"{assignment.spec.modules[0]}.py"
    raise SpecError(f"{folder} holds no {name} and {others}; name the file that you will hand in.")


def _modules_in(folder: Path, assignment: Assignment) -> list[Path]:
    return [path for module in assignment.spec.modules if (path := folder / f"{module}.py").is_file()]


def _notebooks_in(folder: Path, assignment: Assignment) -> list[Path]:
    named = [path for module in assignment.spec.modules if (path := folder / f"{module}.ipynb").is_file()]
    return named or sorted(folder.glob("*.ipynb"))


def read_files(paths: list[Path], assignment: Assignment) -> Submission:
    """The files as one submission: a later one replaces an earlier one of its name.

    Raises:
        SpecError: a path does not exist, or cannot be read.
    """
    files: dict[str, bytes] = {}
    notes: list[str] = []
    refusal = ""
    for path in paths:
        for submission in collect_submissions([path], assignment.spec.modules).submissions:
            if submission.fault:
                raise SpecError(submission.fault)
            files |= submission.files
            notes += submission.notes
            refusal = refusal or submission.refusal
    return Submission("you", files, notes=tuple(notes), refusal=refusal)


def _holds_handout(folder: Path, assignment: Assignment) -> bool:
    """Whether more lies in a folder than a submission: then its module alone is meant."""
    return assignment.course.resolve().is_relative_to(folder.resolve()) or (folder / "assignment.toml").is_file()


def _is_test(file: Path) -> bool:
    return file.name.startswith("test_") or file.name == "conftest.py"


def _replacing_stdout() -> TextIO:
    """Standard output; what its encoding lacks (on Windows, say) is replaced."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.reconfigure(errors="replace")
    return sys.stdout
