"""Starts the suite's process, and says so where what it needs is not installed: the driver does without pytest itself.

Usage: python -P -m autograder.testrun.host_process REQUESTS_FD
"""

from __future__ import annotations

import json
import socket
import sys
from typing import Any

from autograder.at_fork import HeldHooks


def main() -> None:
    """Import `host`, and run it."""
    hooks = HeldHooks()
    try:
        from autograder.testrun.host import main as run
    except (ImportError, AttributeError) as error:
        sentence = (
            f"pytest or a package beside it is missing or too old ({error}); install what pyproject.toml asks for."
        )
        tell(socket.socket(fileno=int(sys.argv[1])), {"error": sentence})
        return
    run(hooks)


def tell(requests: socket.socket, message: dict[str, Any]) -> None:
    """What the driver waits for: the tests, or the error that stands in their way."""
    data = json.dumps(message).encode()
    requests.sendall(len(data).to_bytes(4, "big") + data)


if __name__ == "__main__":
    main()
