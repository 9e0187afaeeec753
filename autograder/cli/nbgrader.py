"""`autograder nbgrader`: our scores in nbgrader's gradebook."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from autograder.errors import EXIT_OK, EXIT_UNGRADED, SpecError, did_you_mean

app = typer.Typer(help="nbgrader keeps the gradebook: bring the scores there.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Where nbgrader keeps the gradebook: bring the scores there."""


@app.command()
def sync(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What grade --out left.")],
    nbgrader: Annotated[
        Path | None,
        typer.Option(
            help="nbgrader's course; else the nearest folder upward with nbgrader_config.py, else the course that was "
            "graded.",
            metavar="DIR",
        ),
    ] = None,
    db: Annotated[
        str | None, typer.Option(help="The gradebook's URL; else what nbgrader's configuration says.", metavar="URL")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="This student alone; may be repeated.", metavar="STUDENT")
    ] = None,
) -> None:
    """Bring the results in DIR into nbgrader's gradebook, so that formgrader lists and shows them.

    Scores of test cells are ours; what was typed in formgrader (scores by hand, extra credit, comments) stays. What is
    put off or was not graded is shown as such, never as 0. The same results again change nothing, and no code of a
    student's is run.

    Exit codes: 0 every submission's scores are there; 1 some were not graded, or the gradebook cannot be used; 2 a
    wrong argument, or an assignment that nbgrader does not know.

    Example: autograder nbgrader sync out
    """
    from autograder.nbgrader.course import find_root, open_course
    from autograder.nbgrader.results import read_results
    from autograder.nbgrader.sync import sync_class

    graded = read_results(folder)
    known = {submission.student for submission in graded.intake.submissions}
    for student in only or ():
        if student not in known:
            raise SpecError(f"--only {student}: no such student was graded{did_you_mean(student, sorted(known))}")
    course = open_course(nbgrader or find_root(Path.cwd(), Path(graded.origin.course)), db)
    done = sync_class(graded, course, only or None)
    waiting = sum(done.waiting.values())
    print(
        f"nbgrader's gradebook of {course.root} has the scores of {graded.assignment.id}: "
        f"submissions {len(done.graded)}, not graded {len(done.ungraded)}, not handed in {len(done.absent)}; "
        f"grades that wait for a person {waiting}"
    )
    for sentence in done.left_out:
        print(f"note: {sentence}", file=sys.stderr)
    for student, why in sorted(done.ungraded.items()):
        print(f"autograder: {student} has no score: {why}", file=sys.stderr)
    raise typer.Exit(EXIT_UNGRADED if done.ungraded else EXIT_OK)
