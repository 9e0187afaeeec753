"""The import hook of the trusted process: a test that imports the assignment's module gets a proxy of it.

The names are the reference's: student code is never called at collection, and `from m import *` yields the
reference's public functions and nothing else.
"""

from __future__ import annotations

import builtins
import functools
import importlib.util
import inspect
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from autograder.errors import SpecError
from autograder.proxy import client

_PACKAGE: Final = "_reference"

current: client.Submission | None = None
"""The submission whose tests are running in this process."""


class ModuleProxy(types.ModuleType):
    """Stands for a module of the student's: its functions are proxies, any other attribute is read when asked for."""

    def __getattr__(self, name: str) -> Any:
        __tracebackhide__ = True
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if current is None:
            raise AttributeError(
                f"{self.__name__}.{name} is not a public function of the reference; what is not a function is read "
                f"inside a test, as {self.__name__}.{name}"
            )
        try:
            return current.get(self.__name__, name)
        except client.MissingNameError as error:
            raise AttributeError(str(error)) from None


def load_reference(folder: Path, modules: list[str]) -> dict[str, types.ModuleType]:
    """Import the reference under private names; among themselves its modules import each other, never a proxy.

    Raises:
        SpecError: the reference cannot be imported.
    """
    loaded: dict[str, types.ModuleType] = {}

    def import_reference(name: str, *args: Any, **kwargs: Any) -> types.ModuleType:
        return load(name) if name in modules else builtins.__import__(name, *args, **kwargs)

    def load(name: str) -> types.ModuleType:
        if name in loaded:
            return loaded[name]
        path = folder / f"{name}.py"
        spec = importlib.util.spec_from_file_location(f"{_PACKAGE}.{name}", path)
        if spec is None or spec.loader is None:
            raise SpecError(f"{path} cannot be imported; check that it is a Python file.")
        module = importlib.util.module_from_spec(spec)
        module.__dict__["__builtins__"] = {**vars(builtins), "__import__": import_reference}
        loaded[name] = module
        sys.modules[spec.name] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            raise SpecError(f"{path} cannot be imported: {type(error).__name__}: {error}.") from error
        return module

    for name in modules:
        load(name)
    return loaded


def install_proxies(reference: dict[str, types.ModuleType]) -> None:
    """Put a proxy for each of the reference's modules where `import` finds it."""
    for name, module in reference.items():
        proxy = ModuleProxy(name, module.__doc__)
        names = public_names(module)
        for public in names:
            setattr(proxy, public, _function_proxy(name, public, getattr(module, public)))
        proxy.__dict__["__all__"] = names
        sys.modules[name] = proxy
    client.argument_names = functools.partial(_argument_names, reference)


def public_names(module: types.ModuleType) -> list[str]:
    """The functions that a module of the reference defines itself, without a leading underscore."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and inspect.isfunction(value) and value.__module__ == module.__name__
    ]


def _function_proxy(module: str, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original, assigned=("__name__", "__qualname__", "__doc__"), updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if current is None:
            raise RuntimeError(f"{module}.{name} is the student's: call it inside a test or a fixture, not at import")
        return current.call(module, name, args, kwargs)

    call.__dict__.pop("__wrapped__", None)  # the original is the reference: a test must not find it by accident
    call.__module__ = module
    call.__dict__["__signature__"] = inspect.signature(original)
    return call


def _argument_names(reference: dict[str, types.ModuleType], function: str) -> list[str]:
    module, _, name = function.partition(".")
    original = getattr(reference.get(module), name, None)
    return list(inspect.signature(original).parameters) if callable(original) else []
