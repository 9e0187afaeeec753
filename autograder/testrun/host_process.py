"""Starts the suite's process, and says so where what it needs is not installed: the driver does without pytest itself.

Usage: python -P -m autograder.testrun.host_process REQUESTS_FD
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    """Import `host`, and run it."""
    try:
        from autograder.testrun.host import main as run
    except (ImportError, AttributeError) as error:
        tell_missing(int(sys.argv[1]), error)
        return
    run()


def tell_missing(requests_fd: int, error: Exception) -> None:
    """Answer in the suite's place, as `host` tells what is wrong."""
    sentence = f"pytest or a package beside it is missing or too old ({error}); install what pyproject.toml asks for."
    data = json.dumps({"error": sentence}).encode()
    data = len(data).to_bytes(4, "big") + data
    while data:
        data = data[os.write(requests_fd, data) :]


if __name__ == "__main__":
    main()
