"""`autograder init`: a new course."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from autograder.scaffold import create_course


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is new or empty.")],
) -> None:
    """Make a course: assignments/, reference/, student_templates/, README.md, .gitignore and a roster's example.

    Nothing is ever written over; either everything is made or nothing.

    Exit codes: 0 made; 2 DIR is not empty, or cannot be written.

    Example: autograder init deep_learning
    """
    for name in create_course(folder):
        print(f"made {folder / name}")
    go = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
    print(f"next: {go}autograder new ID")
