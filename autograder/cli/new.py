"""`autograder new`: a new assignment of a course."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from autograder.scaffold import create_assignment
from autograder.spec import find_course


def new(
    assignment_id: Annotated[
        str, typer.Argument(metavar="ID", help="The assignment, and the module that students write.")
    ],
    title: Annotated[str | None, typer.Option(help="What students call it; else the ID in words.")] = None,
    course: Annotated[
        Path | None, typer.Option(help="The course; else the nearest folder upward.", metavar="DIR")
    ] = None,
) -> None:
    """Make an assignment that grades as it is, to be written over: 100 points for the reference, 0 for the stub.

    It has assignment.toml, a handout, a public and a hidden suite, a reference with BEGIN and END SOLUTION, and a stub.
    Nothing is ever written over; either everything is made or nothing.

    Exit codes: 0 made; 2 ID cannot be one or is taken, there is no course, or nothing can be written.

    Example: autograder new ridge_regression --title "Ridge regression"
    """
    root = find_course(Path.cwd()) if course is None else course.resolve()
    for name in create_assignment(root, assignment_id, title):
        print(f"made {root / name}")
    there = [] if course is None else ["--course", str(course)]
    reference = str(root / "reference" / assignment_id)
    print("next:", shlex.join(["autograder", "grade", assignment_id, reference, "--out", "out/reference", *there]))
