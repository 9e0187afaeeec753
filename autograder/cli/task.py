"""`autograder task`: what a job of `grade --executor slurm` runs on a node; not for people."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.grade import take_secret
from autograder.jobs.arrays import ArrayFolder
from autograder.jobs.task import read_allotment, run_task


def task(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The array's folder, below DIR/slurm of the results.")],
) -> None:
    """Grade the submissions of one task of an array, as `grade` does, into a folder of the task's own.

    Example: autograder task out/slurm/autograder-0123456789ab
    """
    # what Slurm sends before it kills: everything that was started here is ended, as after Ctrl-C
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run_task(ArrayFolder(folder.resolve()), read_allotment(), take_secret)
