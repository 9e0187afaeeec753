"""Where a student's code runs: a warm fork server, and one file for each way to keep its children.

`open_sandbox` finds out by trying; it never falls back to something weaker than was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from autograder.errors import GraderError
from autograder.sandbox.devices import Found
from autograder.sandbox.zygote import Zygote

Choice = Literal["auto", "namespaces", "user", "none"]


def open_sandbox(choice: Choice, packages: list[str]) -> Zygote:
    """Start a sandbox and try it once.

    Args:
        choice: `auto` is the strongest backend that works here: `namespaces`, else `user`; `none` must be asked for by
            name.
        packages: what to import before any submission comes.

    Raises:
        GraderError: the backend does not work on this machine; says what is missing and how to get it.
    """
    from autograder.sandbox.namespaces import open_namespaces
    from autograder.sandbox.unconfined import open_unconfined
    from autograder.sandbox.user import open_user

    if choice == "none":
        return open_unconfined(packages)
    if choice == "user":
        return _open_twice(open_user, packages)
    try:
        return _open_twice(open_namespaces, packages)
    except GraderError as error:
        if choice == "namespaces":
            raise
        first = str(error)
    try:
        zygote = _open_twice(open_user, packages)
    except GraderError as error:
        raise GraderError(f"{first} {error} `autograder doctor` shows what is missing and how to get it.") from None
    zygote.passed_over = first
    return zygote


def open_gpu_sandbox(beside: Zygote, packages: list[str], gpus: Found) -> Zygote:
    """Start another sandbox of the same kind, whose uses are granted GPUs.

    Raises:
        GraderError: the backend gives none, or does not work with these devices.
    """
    from autograder.sandbox.namespaces import open_namespaces
    from autograder.sandbox.unconfined import open_unconfined

    if beside.name == "none":
        return open_unconfined(packages, gpus)
    if beside.name == "namespaces":
        return open_namespaces(packages, gpus)
    raise GraderError(
        f"The sandbox {beside.name!r} gives no submission a GPU; namespaces does, and `autograder doctor` says more."
    )


def _open_twice(opener: Callable[[list[str]], Zygote], packages: list[str]) -> Zygote:
    """What fails once may have been ended from outside; what fails twice does not work here."""
    try:
        return opener(packages)
    except GraderError:
        return opener(packages)


__all__ = ["Choice", "Zygote", "open_gpu_sandbox", "open_sandbox"]
