"""`autograder template`: the stub and the notebook, from the reference."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.spec import find_course, load_assignment
from autograder.templates.files import check_templates, make_templates, write_templates


def template(
    assignment_id: Annotated[str, typer.Argument(metavar="ID", help="The assignment.")],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing: only say whether the files are what they should be.")
    ] = False,
    course: Annotated[
        Path | None, typer.Option(help="The course; else the nearest folder upward.", metavar="DIR")
    ] = None,
) -> None:
    """Make student_templates/ID from the reference: the stub and the notebook, for you to commit.

    What stands between # BEGIN SOLUTION and # END SOLUTION goes; signatures, docstrings, imports and checks stay. The
    notebook is nbgrader's: a cell an exercise, the handout, the public tests with their points, the written parts of
    assignment.toml to be graded by hand. Runs on any system; nothing of the reference or of a hidden test is in it.

    Exit codes: 0 made, or as it should be; 2 a wrong argument, a reference that cannot be cut, or (--check) files that
    are not what the reference gives.

    Example: autograder template perceptron
    """
    from autograder.testrun.local import collect_tests  # here: it imports pytest, and no other command waits for it

    root = find_course(Path.cwd()) if course is None else course.resolve()
    assignment = load_assignment(root, assignment_id)
    texts = make_templates(assignment, collect_tests(assignment))
    if check:
        check_templates(assignment, texts)
        print(f"{assignment.template} is what {assignment.reference} gives.")
        return
    written = write_templates(assignment, texts)
    for name in texts:
        path = assignment.template / name
        print(f"{'wrote' if path in written else 'kept'} {path}")
