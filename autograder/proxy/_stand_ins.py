"""Stand-ins for display packages inside the sandbox: they import, take any call, and do nothing.

Homework plots; a grader has no screen, and the real packages cost seconds. What is graded does not hang on them. An
attribute of a stand-in is an inert object that may be called, indexed, unpacked into two, entered and formatted.
`tqdm` gives back what it is given, so that a loop over it loops.
This file imports nothing of the package's.
"""

import importlib.abc
import importlib.machinery
import sys
import types
from typing import Any

DISPLAY = ("matplotlib", "seaborn", "tqdm", "IPython", "google")


class Inert:
    """Takes everything, does nothing."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self

    def __getattr__(self, name: Any) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __setitem__(self, key: Any, value: Any) -> Any:
        pass

    def __iter__(self) -> Any:
        return iter((self, self))  # fig, ax = plt.subplots()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: Any) -> Any:
        return False

    def __bool__(self) -> Any:
        return False

    def __repr__(self) -> Any:
        return "<display stand-in>"


class Display(types.ModuleType):
    """A stand-in module."""

    def __getattr__(self, name: Any) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert()


def tqdm(iterable: Any = None, *args: Any, **kwargs: Any) -> Any:
    """The iterable itself; without one something that takes update() and close()."""
    return Inert() if iterable is None else iterable


def trange(*args: Any, **kwargs: Any) -> Any:
    """`range` of the positional arguments."""
    return range(*args)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers the import of a display package, and of anything in one."""

    def find_spec(self, name: Any, path: Any = None, target: Any = None) -> Any:
        """A spec for a display package, else None."""
        if name.partition(".")[0] in DISPLAY:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: Any) -> Any:
        """An empty stand-in."""
        return Display(spec.name)

    def exec_module(self, module: Any) -> Any:
        """Only tqdm has anything in it."""
        if module.__name__.startswith("tqdm"):
            module.tqdm, module.trange = tqdm, trange


def install() -> Any:
    """Put the stand-ins before whatever is installed."""
    sys.meta_path.insert(0, Finder())
