"""What a suite's tests import while they run: found in the reference's run, and imported once for all submissions.

A test may import inside its body, and torch imports a good part of itself when the first optimiser is made, for two
seconds. Each fork of the suite's process would do that again. Only what is installed counts, and only where it comes
from the same file again: a module that a test makes for itself must not be found to be another one. The reference is
graded once more with it: an import that a test prepares (an environment variable, a stand-in) may need just that test.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import sys
import sysconfig
from collections.abc import Collection, Mapping
from pathlib import Path


def find_imported(before: Collection[str]) -> dict[str, str]:
    """Installed modules that were imported since, in order, and the file of each.

    Empty where this process now has a second thread: what started it would start one in the process that is forked.

    Args:
        before: the names of `sys.modules` at that time.
    """
    if has_threads():
        return {}
    found = {name: _file_of(module) for name, module in list(sys.modules.items()) if name not in before}
    folders = tuple(
        path + os.sep for path in map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib")) if path
    )
    return {name: file for name, file in found.items() if file.startswith(folders)}


def has_threads() -> bool:
    """Whether this process has another thread, Python's or not."""
    return len(list(Path("/proc/self/task").iterdir())) > 1


def import_installed(modules: Mapping[str, str]) -> None:
    """Import these modules, in this order, each if it comes from this file; what fails is left to whoever needs it."""
    for name, file in modules.items():
        package = name.rpartition(".")[0]
        if name in sys.modules or (package and package not in sys.modules):  # to look for it would import the package
            continue
        with contextlib.suppress(BaseException):
            spec = importlib.util.find_spec(name)
            if spec is not None and spec.origin == file:
                importlib.import_module(name)


def _file_of(module: object) -> str:
    """Where a module was imported from; empty for one that came from no file."""
    with contextlib.suppress(Exception):  # what stands for a module may do anything when it is asked
        origin = getattr(getattr(module, "__spec__", None), "origin", None)
        return origin if isinstance(origin, str) else ""
    return ""
