"""`autograder merge`: what was put off for want of a GPU, filled in from a later run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.cli.grade import check_hidden, describe_row
from autograder.errors import SpecError
from autograder.jobs.merging import Merge, merge_runs, read_run, write_merge
from autograder.jobs.results import ResultsFolder
from autograder.jobs.rulings import load_overrides
from autograder.reports.table import render_table


def merge(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="What grade --out left, tests put off.")],
    gpu_run: Annotated[Path, typer.Argument(metavar="GPU_RUN", help="What it left where there was a GPU.")],
    out: Annotated[Path, typer.Option(help="Where the results go; RUN itself will do.", metavar="DIR")],
    overrides: Annotated[
        Path | None, typer.Option(help="A TA's own verdicts; else those of RUN.", metavar="FILE")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No table.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The class as JSON on standard output.")] = False,
) -> None:
    """Fill in the tests that RUN put off from GPU_RUN, and leave the whole class in DIR, ready for Gradescope.

    Both must be of the same assignment, suite and secret. A submission that is not the same in both is named and left
    as it was. The overrides of RUN have the last word; those of GPU_RUN are not looked at.

    Exit codes: 0 merged, though some tests may still wait; 2 a wrong argument, or runs that do not belong together.

    Example: autograder merge out out_gpu --out out_merged
    """
    if sys.platform != "linux":
        raise SpecError("merge needs Linux (or WSL2, or a virtual machine), as grade does.")
    if out.resolve() == gpu_run.resolve():
        raise SpecError(f"{out} is GPU_RUN, which must stay as it is; choose another --out.")
    first, second = read_run(run), read_run(gpu_run)
    merged = merge_runs(first, second)
    file = load_overrides(run.resolve(), overrides)
    check_hidden(out.resolve())
    folder = ResultsFolder(out.resolve())
    write_merge(merged, first, second, folder, file)
    _tell(merged, folder, quiet=quiet, as_json=as_json)


def _tell(merged: Merge, folder: ResultsFolder, *, quiet: bool, as_json: bool) -> None:
    reports = list(merged.reports.values())
    for sentence in merged.left.values():
        print(f"note: {sentence}", file=sys.stderr)
    if as_json:
        described = {"out": str(folder.path), "filled": merged.filled, "left": merged.left}
        print(json.dumps(described | {"students": [describe_row(report) for report in reports]}, indent=1))
        return
    if quiet:
        return
    console = Console()
    console.print(render_table(reports, ()))
    filled, students = sum(merged.filled.values()), sum(count > 0 for count in merged.filled.values())
    waiting = sum(report.waiting > 0 for report in reports)
    more = f"; points of {waiting} students still wait for a GPU" if waiting else ""
    console.print(
        f"{filled} tests of {students} students filled in{more}. Gradescope JSON: {folder.path}/results, "
        f"grades: {folder.path}/grades.csv",
        highlight=False, soft_wrap=True, markup=False,
    )  # fmt: skip
