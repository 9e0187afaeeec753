"""Where a student's code runs: a warm fork server, and one file for each way to keep its children.

`open_sandbox` finds out by trying; it never falls back to something weaker than was asked for.
"""

from __future__ import annotations

import os
from typing import Literal

from autograder.errors import GraderError
from autograder.sandbox.zygote import Zygote

Choice = Literal["auto", "namespaces", "none"]


def open_sandbox(choice: Choice, packages: list[str]) -> Zygote:
    """Start a sandbox and try it once.

    Args:
        choice: `auto` is the strongest backend that there is; `none` must be asked for by name.
        packages: what to import before any submission comes.

    Raises:
        GraderError: the backend does not work on this machine; says what is missing and how to get it.
    """
    from autograder.sandbox.namespaces import open_namespaces
    from autograder.sandbox.unconfined import open_unconfined

    if choice == "none":
        return open_unconfined(packages)
    try:
        return open_namespaces(packages)
    except GraderError as error:
        if os.geteuid() == 0:
            raise
        raise GraderError(
            f"{error} A plain user needs user namespaces for it (on Ubuntu 24.04 they are restricted); run with sudo, "
            "or ask for --sandbox none by name where every submission is trusted."
        ) from None


__all__ = ["Choice", "Zygote", "open_sandbox"]
