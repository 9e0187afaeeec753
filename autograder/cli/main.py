"""`autograder`: the commands, and the one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from typing import Any

import typer

from autograder import __version__
from autograder.cli.audit import audit
from autograder.cli.check import check
from autograder.cli.doctor import doctor
from autograder.cli.grade import grade
from autograder.cli.gradescope import app as gradescope
from autograder.cli.init import init
from autograder.cli.merge import merge
from autograder.cli.nbgrader import app as nbgrader
from autograder.cli.new import new
from autograder.cli.release import release
from autograder.cli.replay import replay
from autograder.cli.show import show
from autograder.cli.task import task
from autograder.cli.template import template
from autograder.errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE, AutograderError, SpecError, exit_code

_UsageError: Any = typer.BadParameter.__mro__[1]
"""Of all wrong arguments; where it is defined hangs on Typer's version."""
_PACKAGES = frozenset({"_pytest", "msgspec", "numpy", "pydantic", "pytest", "rich", "typer"})

app = typer.Typer(
    name="autograder",
    help="Grades deep-learning homework with hidden pytest suites, the student's code behind a process boundary.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(check)
app.command()(grade)
app.command()(doctor)
app.command()(show)
app.command()(merge)
app.command()(replay)
app.command()(init)
app.command()(new)
app.command()(template)
app.command()(audit)
app.command()(release)
app.command(hidden=True)(task)
app.add_typer(gradescope, name="gradescope")
app.add_typer(nbgrader, name="nbgrader")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"autograder {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Show the version."),
) -> None:
    """Grades deep-learning homework with hidden pytest suites, the student's code behind a process boundary."""


def _run() -> None:
    try:
        status = app(standalone_mode=False)
    except _UsageError as error:
        raise _say(error) from None
    except typer.Abort:
        sys.exit(EXIT_USAGE)
    if status == EXIT_INTERRUPTED:  # what Typer makes of Ctrl-C
        raise KeyboardInterrupt
    sys.exit(status or EXIT_OK)


def _say(error: Any) -> BaseException:
    """A wrong argument as a sentence; the help where there was none at all."""
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.ctx.get_help())
        return SystemExit(EXIT_USAGE)
    command = error.ctx.command_path if error.ctx is not None else "autograder"
    return SpecError(f"{error.format_message().rstrip('.')}; see `{command} --help`.")


def _lacks_package(error: Exception) -> bool:
    """Whether it is one of the packages that we ask for: some commands import them when they are run."""
    return isinstance(error, ImportError) and (error.name or "").partition(".")[0] in _PACKAGES


def main() -> None:
    """The program's entry point.

    Raises:
        ImportError: a package is missing or too old.
    """
    try:
        _run()
    except KeyboardInterrupt as error:
        print("autograder: interrupted; the same command goes on where it stopped.", file=sys.stderr)
        sys.stderr.flush()
        os._exit(exit_code(error))  # threads that wait for what was just ended need not be waited for
    except AutograderError as error:
        print(f"autograder: {error}", file=sys.stderr)
        sys.exit(exit_code(error))
    except Exception as error:
        if os.environ.get("AUTOGRADER_DEBUG") or _lacks_package(error):
            raise
        what = f"{type(error).__name__}: {error}"
        print(
            f"autograder: an error of ours ({what}); please report it with what AUTOGRADER_DEBUG=1 shows.",
            file=sys.stderr,
        )
        sys.exit(exit_code(error))
