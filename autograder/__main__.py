"""`python -m autograder`, and the console script: the command line, with an interruption during its imports handled."""

from __future__ import annotations

import sys

from autograder.errors import EXIT_INTERRUPTED


def main() -> None:
    """Import the command line and run it."""
    try:
        from autograder.cli.main import main as run
    except KeyboardInterrupt:
        print("autograder: interrupted.", file=sys.stderr)
        sys.exit(EXIT_INTERRUPTED)
    run()


if __name__ == "__main__":
    main()
