"""The import hook of the trusted process: a test that imports the assignment's module gets a proxy of it.

The names are the reference's: student code is never called at collection, and `from m import *` yields the
reference's public functions and classes and nothing else.
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
from typing import Any, Final, Protocol

from autograder.errors import SpecError
from autograder.proxy import handles
from autograder.proxy.account import MissingNameError
from autograder.proxy.paths import ModulePath

_PACKAGE: Final = "_reference"


NO_REFERENCE: Final = "This check needs the reference, which is not here; it is made when you submit."


class NoReferenceError(SpecError):
    """A test asks for the reference where there is none: on a student's machine."""

    def __init__(self, sentence: str = NO_REFERENCE) -> None:
        super().__init__(sentence)


class AssignmentModules(Protocol):
    """The reference, or what stands for it where there is none."""

    loaded: dict[str, types.ModuleType]

    def run(self, source: str, name: str) -> Callable[..., Any]:
        """Define a function from source that imports the reference where it imports the assignment."""


class ModuleProxy(types.ModuleType):
    """Stands for a module of the student's: functions and classes are proxies, anything else is read when asked for."""

    def __getattr__(self, name: str) -> Any:
        __tracebackhide__ = True
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if handles.current is None:
            raise AttributeError(
                f"{self.__name__}.{name} is not a public function or class of the reference; anything else is read "
                f"inside a test, as {self.__name__}.{name}"
            )
        try:
            path = ModulePath(self.__name__, name)
            return handles.current.do("read", path, (), {}, f"{self.__name__}.{name}")
        except MissingNameError as error:
            raise AttributeError(str(error)) from None


class ReferenceModules:
    """The reference's modules in the trusted process, under private names.

    Among themselves they import each other, never a proxy. Code that is run with `run` (a probe) imports them too.
    """

    def __init__(self, folder: Path, names: list[str]) -> None:
        self.folder = folder
        self.names = names
        self.loaded: dict[str, types.ModuleType] = {}
        self.builtins = {**vars(builtins), "__import__": self._import}
        for name in names:
            self._load(name)

    def _import(self, name: str, *args: Any, **kwargs: Any) -> types.ModuleType:
        return self._load(name) if name in self.names else builtins.__import__(name, *args, **kwargs)

    def _load(self, name: str) -> types.ModuleType:
        if name in self.loaded:
            return self.loaded[name]
        path = self.folder / f"{name}.py"
        spec = importlib.util.spec_from_file_location(f"{_PACKAGE}.{name}", path)
        if spec is None or spec.loader is None:
            raise SpecError(f"{path} cannot be imported; check that it is a Python file.")
        module = importlib.util.module_from_spec(spec)
        module.__dict__["__builtins__"] = self.builtins
        self.loaded[name] = module
        sys.modules[spec.name] = module
        try:
            spec.loader.exec_module(module)
        except (Exception, SystemExit) as error:
            raise SpecError(f"{path} cannot be imported: {type(error).__name__}: {error}.") from error
        return module

    def run(self, source: str, name: str) -> Callable[..., Any]:
        """Define a function from source that imports the reference where it imports the assignment."""
        namespace: dict[str, Any] = {"__name__": "probe", "__builtins__": self.builtins}
        exec(compile(source, f"<probe {name}>", "exec"), namespace)  # noqa: S102  the test author's own source
        function: Callable[..., Any] = namespace[name]
        return function


reference: AssignmentModules | None = None
"""The reference of the suite that runs in this process; None in plain pytest."""


def install_proxies(modules: AssignmentModules) -> dict[tuple[str, str], type]:
    """Put a proxy for each of the reference's modules where `import` finds it; the mirrors of its classes."""
    global reference
    reference = modules
    _find_arguments.cache_clear()
    mirrors: dict[tuple[str, str], type] = {}
    for name, module in modules.loaded.items():
        proxy = ModuleProxy(name, module.__doc__)
        names = public_names(module)
        for public in names:
            original = getattr(module, public)
            _find_arguments(name, public)  # kept from here on, for every fork of this process
            if inspect.isclass(original):
                mirrors[name, public] = handles.make_mirror(name, original)
                setattr(proxy, public, mirrors[name, public])
            else:
                setattr(proxy, public, FunctionProxy(name, public, original))
        proxy.__dict__["__all__"] = names
        sys.modules[name] = proxy
    return mirrors


def public_names(module: types.ModuleType) -> list[str]:
    """The functions and classes that a module of the reference defines itself, without a leading underscore."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
    ]


class FunctionProxy:
    """Stands for a function of the student's, with the reference's name, signature and docstring."""

    def __init__(self, module: str, name: str, original: Callable[..., Any]) -> None:
        self._autograder_path = ModulePath(module, name)
        self.__name__ = self.__qualname__ = name
        self.__module__ = module
        self.__doc__ = original.__doc__
        self.__signature__ = inspect.signature(original)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        path = self._autograder_path
        return handles.get_current(f"{path.module}.{path.name}").do(
            "call", path, args, kwargs, f"{path.module}.{path.name}"
        )

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        """As a class attribute of a test class it binds like any function."""
        return self if instance is None else functools.partial(self, instance)

    def __repr__(self) -> str:
        return f"<the student's {self.__module__}.{self.__name__}>"


def argument_names(module: str, *names: str) -> list[str]:
    """The parameters of a function of the reference, of a class, or of its method; empty where it has none."""
    return list(_find_arguments(module, *names))


@functools.cache
def _find_arguments(module: str, *names: str) -> tuple[str, ...]:
    found: Any = reference.loaded.get(module) if reference is not None else None
    for name in names:
        found = getattr(found, name, None)
    if not callable(found):
        return ()
    try:
        parameters = tuple(inspect.signature(found).parameters)
    except (TypeError, ValueError):  # a class may have none that can be read
        return ()
    return parameters[1:] if len(names) == 2 and parameters[:1] == ("self",) else parameters
