"""`autograder replay`: one test of a graded submission again, on the same inputs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.cli.grade import SandboxChoice, check_hidden, take_secret
from autograder.errors import SpecError
from autograder.jobs.graded import find_test, read_graded
from autograder.jobs.origin import GradeOrigin, find_origin
from autograder.jobs.replay import Comparison, find_submission, replay_recorded
from autograder.reports.detail import render_result
from autograder.sandbox import open_sandbox
from autograder.spec import load_assignment


def replay(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What grade --out left.")],
    student: Annotated[str, typer.Argument(metavar="STUDENT", help="As in grades.csv.")],
    test: Annotated[str, typer.Argument(metavar="TEST", help="A node id, its end, or a part that no other has.")],
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Run the tests before it first, for code that keeps something.")
    ] = False,
    path: Annotated[
        list[Path] | None, typer.Option(help="Where the submission is now; may be repeated.", metavar="PATH")
    ] = None,
    course: Annotated[Path | None, typer.Option(help="Where the course is now.", metavar="DIR")] = None,
    sandbox: Annotated[SandboxChoice, typer.Option(help="none: no sandbox, for trusted code.")] = SandboxChoice.AUTO,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON on standard output.")] = False,
) -> None:
    """Run one test of a graded submission again, in the sandbox, on the inputs that it had.

    The test runs by itself, in a sandbox of its own; nothing in DIR changes. The last line says whether verdict,
    message and inputs are those of DIR.

    Exit codes: 0 run, whatever it came to; 1 it could not be run, because of us or the machine; 2 a wrong argument,
    or a submission, secret or test that is not what it was.

    Example: autograder replay out ada test_hidden.py::test_widen
    """
    if sys.platform != "linux":
        raise SpecError("replay needs Linux (or WSL2, or a virtual machine).")
    recorded = find_test(read_graded(folder, student), test).result
    origin = find_origin(folder / "journal.jsonl", student)
    if origin is None:
        raise SpecError(f"{folder}/journal.jsonl does not say how {student} was graded; grade {student} again.")
    root = Path(origin.run.course) if course is None else course.resolve()
    assignment = load_assignment(root, origin.run.assignment)
    check_hidden(root)
    secret = _take_secret(root, origin)
    paths = [Path(name) for name in origin.run.paths] if path is None else path
    submission = find_submission(origin, student, paths, assignment, folder)
    place = open_sandbox(sandbox.value, assignment.spec.packages)
    try:
        found = replay_recorded(recorded, submission, assignment, origin, secret, place, from_start=from_start)
    finally:
        place.close()
    _tell(student, found, from_start=from_start, as_json=as_json)


def _take_secret(course: Path, origin: GradeOrigin) -> bytes:
    """What the run drew from; a secret is never made here."""
    if origin.run.seed is None and not (course / ".autograder" / "secret").exists():
        raise SpecError(f"{course}/.autograder/secret, which the inputs were drawn from, is gone; bring it back.")
    return take_secret(course, origin.run.seed)


def _tell(student: str, found: Comparison, *, from_start: bool, as_json: bool) -> None:
    if as_json:
        described = {
            "student": student,
            "test": found.recorded.nodeid,
            "same": found.same,
            "changed": found.changed,
            "recorded": found.recorded.model_dump(mode="json"),
            "replayed": found.replay.result.model_dump(mode="json"),
            "import_failure": found.replay.import_failure,
        }
        print(json.dumps(described, indent=1))
        return
    console = Console(highlight=False)
    console.print(render_result(found.replay.result), soft_wrap=True)
    for sentence in (found.replay.import_failure, *found.changed, _compare(found, from_start=from_start)):
        if sentence:
            console.print(sentence, markup=False, soft_wrap=True)


def _compare(found: Comparison, *, from_start: bool) -> str:
    if found.same:
        return "As it was graded: verdict, message and inputs are the same."
    was, now = found.recorded.outcome.label, found.replay.result.outcome.label
    hint = "" if from_start else " If the code keeps something between tests, --from-start replays that too."
    return f"NOT as it was graded: it was {was} there, and is {now} here, or differs in message or inputs.{hint}"
