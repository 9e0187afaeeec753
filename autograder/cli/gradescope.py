"""`autograder gradescope`: the zip, its entry point, and a rehearsal of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.grade import check_hidden, take_secret
from autograder.errors import EXIT_OK, EXIT_UNGRADED, AutograderError, SpecError
from autograder.gradescope.settings import DEFAULT_MINUTES, MAX_MINUTES
from autograder.spec import find_course, load_assignment
from autograder.testrun.runner import key_for

app = typer.Typer(help="An assignment on Gradescope: build its zip, rehearse it here.", no_args_is_help=True)
_ROOM_BYTES = 1 << 20


@app.command()
def build(
    assignment_id: Annotated[str, typer.Argument(metavar="ID", help="The assignment, a folder of assignments/.")],
    out: Annotated[Path | None, typer.Option(help="The zip; else ID_gradescope.zip here.", metavar="FILE")] = None,
    course: Annotated[
        Path | None, typer.Option(help="The course; else the nearest folder upward.", metavar="DIR")
    ] = None,
    minutes: Annotated[
        int, typer.Option(min=1, max=MAX_MINUTES, help="The time-out that the assignment has on Gradescope.")
    ] = DEFAULT_MINUTES,
    seed: Annotated[
        str | None, typer.Option(help="Draw the tests' inputs from this, not from the course's secret.")
    ] = None,
) -> None:
    """Make the zip that is uploaded to Gradescope as the assignment's autograder.

    It holds this assignment's suites, reference and derived key, and the grader's own sources; nothing of another
    assignment and not the course's secret. Keep it as secret as the hidden tests.

    Exit codes: 0 made; 2 a wrong argument or an assignment's own error.

    Example: autograder gradescope build perceptron --out perceptron_gradescope.zip
    """
    from autograder.gradescope.bundle import build_bundle, may_replace

    root = find_course(Path.cwd()) if course is None else course.resolve()
    assignment = load_assignment(root, assignment_id)
    data = build_bundle(assignment, key_for(take_secret(root, seed), assignment.id), minutes)
    path = out or Path(f"{assignment.id}_gradescope.zip")  # not `release`'s name, whose zip students get
    if not may_replace(path):
        raise SpecError(f"{path} is there and was not made by `gradescope build`; choose another --out.")
    _write_private(path, data)
    print(f"made {path} ({len(data) / 1024:.0f} KB), for a time-out of {minutes} minutes")
    if len(data) > _ROOM_BYTES:
        print(f"note: {path} is larger than 1 MB; look at what lies in {assignment.folder}.", file=sys.stderr)
    print(f"next: autograder gradescope rehearse {path} FILE..., then upload it; docs/gradescope.md says how.")


def _write_private(path: Path, data: bytes) -> None:
    """The zip holds hidden tests: its owner's alone from the first byte on."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        temporary.unlink(missing_ok=True)
        temporary.touch(mode=0o600, exist_ok=False)
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        raise SpecError(f"{path} cannot be written ({error.strerror}); choose another --out.") from None


@app.command()
def run(
    root: Annotated[Path, typer.Option(help="Gradescope's folder.", metavar="DIR")] = Path("/autograder"),
) -> None:
    """Grade the submission in Gradescope's container and write results.json; `run_autograder` calls it.

    Where the submission cannot be graded because of us or the machine there is no results.json, and Gradescope says
    that the autograder failed: nobody gets a zero for it.

    Exit codes: 0 graded, whatever the score; 1 not graded.

    Example: autograder gradescope run
    """
    from autograder.gradescope.entry import Place, run_once

    try:
        check_hidden(root.resolve())
        run_once(Place(root.resolve()))
    except AutograderError as error:
        print(f"autograder: not graded: {error}", file=sys.stderr)
        raise typer.Exit(EXIT_UNGRADED) from None


@app.command(hidden=True)
def prepare(
    source: Annotated[Path, typer.Option(help="The unpacked zip.", metavar="DIR")] = Path("/autograder/source"),
) -> None:
    """Prepare the image; setup.sh calls it.

    Example: autograder gradescope prepare
    """
    from autograder.gradescope.entry import prepare_image

    check_hidden(source.resolve())
    prepare_image(source.resolve())


@app.command()
def rehearse(
    bundle: Annotated[Path, typer.Argument(metavar="ZIP", help="What `build` made.")],
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Submissions: a file, a folder or a zip each.")
    ],
    cache: Annotated[Path, typer.Option(help="Where systems and images are kept.", metavar="DIR")] = Path(
        "/var/cache/autograder-rehearsal"
    ),
    profile: Annotated[
        Path | None, typer.Option(help="Docker's profile of system calls; else from Debian's package.", metavar="FILE")
    ] = None,
    python: Annotated[
        Path | None,
        typer.Option(help="A Python's folder that is shown inside, where none can be fetched there.", metavar="DIR"),
    ] = None,
    metadata: Annotated[
        Path | None, typer.Option(help="The submission_metadata.json of each; else an example.", metavar="FILE")
    ] = None,
    memory: Annotated[int, typer.Option(min=64, help="MiB of the container.")] = 768,
    cores: Annotated[float, typer.Option(min=0.1, help="Cores of the container.")] = 0.5,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds until the harness ends it.")] = DEFAULT_MINUTES * 60,
    out: Annotated[Path | None, typer.Option(help="Keep each outcome here, as JSON.", metavar="DIR")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="The last table alone.")] = False,
) -> None:
    """Run the zip here as Gradescope would, on each submission, and show what its student and the staff would see.

    Ubuntu 22.04 (Debian 12 where that cannot be had), root with Docker's default capabilities and system calls, 768 MB,
    half a core, no network; a harness of our own that does what Gradescope's is known to do. Needs root, mmdebstrap
    and, for setup.sh, a network. Systems and images are kept in --cache.

    Exit codes: 0 every submission graded; 1 some not, or this machine cannot do it; 2 a wrong argument or a zip whose
    setup.sh fails.

    Example: sudo autograder gradescope rehearse perceptron_gradescope.zip reference/perceptron/perceptron.py
    """
    from autograder.gradescope.machine import Machine
    from autograder.gradescope.rehearsal import example_metadata, open_image
    from autograder.gradescope.rehearsal import rehearse as rehearse_one
    from autograder.reports.rehearsal import render_staff, render_student, render_usage

    def say(text: str) -> None:
        print(f"rehearsal: {text}", file=sys.stderr, flush=True)

    for path in files:
        if not path.exists():
            raise SpecError(f"{path} does not exist; name files, folders or zips that could be handed in.")
    given = _read_text(metadata) if metadata else None
    image = open_image(bundle.resolve(), cache.resolve(), profile, python, say)
    if python:
        say(f"with this machine's Python in {python}, not with one that setup.sh fetches")
    say(f"in {image.system}{'' if image.system.startswith('Ubuntu') else ', not in Ubuntu 22.04 as Gradescope'}")
    rows = []
    for path in files:
        done = rehearse_one(image, path, given or example_metadata(path), Machine(memory, cores), timeout)
        rows.append((str(path), done.outcome["state"], done.usage.peak_mib, done.usage.cpu_s, done.usage.wall_s))
        if out is not None:
            _keep(out, path, done.outcome)
        if not quiet:
            print(f"\n== {path}\n-- the student sees\n{render_student(done.outcome)}")
            print(f"-- the staff sees\n{render_staff(done.outcome)}", flush=True)
        if done.usage.killed:
            print(f"note: {path}: the kernel ended {done.usage.killed} processes for memory; give it more.")
    print(f"\n{render_usage(rows)}")
    raise typer.Exit(EXIT_OK if all(row[1] == "graded" for row in rows) else EXIT_UNGRADED)


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{path} cannot be read ({error}).") from None


def _keep(folder: Path, path: Path, outcome: dict[str, object]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{path.name}.json").write_text(json.dumps(outcome, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise SpecError(f"{folder} cannot be written ({error.strerror}); choose another --out.") from None
