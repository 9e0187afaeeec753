"""`autograder doctor`: what this machine offers, and how to get what it lacks."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from autograder.errors import EXIT_OK, EXIT_UNGRADED, SpecError

if TYPE_CHECKING:
    from autograder.sandbox.survey import Layer, Survey


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="The table as JSON on standard output.")] = False,
) -> None:
    """Try each layer of the sandbox on this machine, and say what works, why not, and how to get it.

    Exit codes: 0 a sandbox works here; 1 none does.

    Example: autograder doctor
    """
    if sys.platform != "linux":
        raise SpecError("doctor looks at Linux's layers; grade needs Linux (or WSL2, or a virtual machine).")
    from autograder.sandbox.survey import survey_machine  # it loads on Linux alone

    survey = survey_machine()
    if as_json:
        print(json.dumps({**dataclasses.asdict(survey), "chosen": survey.chosen}, indent=1))
    else:
        Console().print(_render(survey))
        print(_verdict(survey))
    raise typer.Exit(EXIT_OK if survey.chosen else EXIT_UNGRADED)


def _render(survey: Survey) -> Table:
    table = Table(title="What this machine offers", title_justify="left")
    for heading in ("layer", "works", "what, or why not", "how to get it"):
        table.add_column(heading, overflow="fold")
    groups: tuple[tuple[Layer, ...], ...] = (survey.backends, survey.layers, survey.machine)
    for group, prefix in zip(groups, ("sandbox ", "", ""), strict=True):
        for layer in group:
            table.add_row(prefix + layer.name, "yes" if layer.works else "no", layer.detail, layer.advice)
        table.add_section()
    return table


def _verdict(survey: Survey) -> str:
    if survey.chosen == "namespaces":
        return "`grade` uses the sandbox namespaces here."
    if survey.chosen:
        return f"`grade` uses the sandbox {survey.chosen} here, with a note: it is weaker than namespaces."
    return (
        "No sandbox works here: `grade` stops with exit code 1, and grades without one only by --sandbox none, for "
        "code that you trust."
    )
