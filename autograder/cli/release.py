"""`autograder release`: the zip that students get."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.release import make_release, write_release
from autograder.spec import find_course, load_assignment
from autograder.templates.files import check_templates, make_templates


def release(
    assignment_id: Annotated[str, typer.Argument(metavar="ID", help="The assignment.")],
    out: Annotated[Path | None, typer.Option(help="The zip; else ID.zip here.", metavar="FILE")] = None,
    course: Annotated[
        Path | None, typer.Option(help="The course; else the nearest folder upward.", metavar="DIR")
    ] = None,
) -> None:
    """Make the zip that students get: stub, notebook, handout, public tests, and `check` with all that it needs.

    The files of student_templates/ID must be what the reference gives (autograder template), and the reference must
    pass the public tests. A line of a hidden suite or of a solution in it is an error. Runs on any system.

    Exit codes: 0 made; 2 a wrong argument, or an assignment that is not ready.

    Example: autograder release perceptron --out handouts/perceptron.zip
    """
    from autograder.checking import measure_contract  # here: it imports pytest, and no other command is to wait for it

    root = find_course(Path.cwd()) if course is None else course.resolve()
    assignment = load_assignment(root, assignment_id)
    contract, tests = measure_contract(assignment)
    templates = make_templates(assignment, tests)
    check_templates(assignment, templates)
    data = make_release(assignment, contract, templates)
    path = out if out is not None else Path(f"{assignment_id}.zip")
    write_release(path, data)
    print(f"wrote {path} ({len(data) / 1024:.0f} KiB): students unpack it and run python -m autograder check there.")
