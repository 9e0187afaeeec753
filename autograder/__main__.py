"""`python -m autograder`, and the console script: the command line, with what goes wrong in an import handled."""

from __future__ import annotations

import os
import sys

from autograder.errors import EXIT_INTERRUPTED, EXIT_USAGE

_REQUIRED = '"msgspec>=0.19" "numpy>=2.0" "pydantic>=2.7" "pytest>=9.1" "rich>=13.7" "typer>=0.12"'


def main() -> None:
    """Import the command line and run it."""
    if sys.version_info < (3, 11):  # noqa: UP036  the handout's copy is run by whatever Python a student has
        _leave(f"Python 3.11 or newer is needed, and this is {sys.version.split()[0]}; install a newer one.")
    try:
        from autograder.cli.main import main as run

        run()
    except KeyboardInterrupt:
        print("autograder: interrupted.", file=sys.stderr)
        sys.exit(EXIT_INTERRUPTED)
    except ImportError as error:
        if os.environ.get("AUTOGRADER_DEBUG"):
            raise
        _leave(f"a package is missing or too old ({error}); run: {sys.executable} -m pip install {_REQUIRED}")


def _leave(sentence: str) -> None:
    print(f"autograder: {sentence}", file=sys.stderr)
    sys.exit(EXIT_USAGE)


if __name__ == "__main__":
    if not getattr(sys.flags, "safe_path", False):
        # -m put the current folder first: a student's random.py there would be taken for Python's own
        del sys.path[0]
    main()
