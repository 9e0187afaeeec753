"""The assignment's modules as a description: the reference's public names written down, and modules made from that.

What is made stands where the reference would: the proxies and mirrors of the submission's names are made from it as
from the reference. Nothing of it can be called.
"""

from __future__ import annotations

import inspect
import math
import types
from collections.abc import Callable, Mapping
from typing import Any, Final

from autograder.contract import Parameter, ParameterKind, Parameters, PublicClass, PublicNames
from autograder.proxy.handles import SPECIAL
from autograder.proxy.modules import NoReferenceError, ReferenceModules, public_names

_KINDS: Final[dict[Any, ParameterKind]] = {
    inspect.Parameter.POSITIONAL_ONLY: "positional",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "normal",
    inspect.Parameter.VAR_POSITIONAL: "arguments",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_KEYWORD: "keywords",
}
_BY_NAME: Final = {name: kind for kind, name in _KINDS.items()}


def describe_modules(reference: ReferenceModules) -> dict[str, PublicNames]:
    """The public names of each of the reference's modules."""
    return {name: _describe_module(module) for name, module in reference.loaded.items()}


def _describe_module(module: types.ModuleType) -> PublicNames:
    public = {name: getattr(module, name) for name in public_names(module)}
    return PublicNames(
        functions={name: _parameters(value) for name, value in public.items() if not inspect.isclass(value)},
        classes={name: _describe_class(value) for name, value in public.items() if inspect.isclass(value)},
    )


def _describe_class(kind: type) -> PublicClass:
    defined = {name for base in kind.__mro__[:-1] for name in vars(base)}
    methods = {name: getattr(kind, name) for name in defined if not name.startswith("_")}
    return PublicClass(
        is_exception=issubclass(kind, BaseException),
        special=tuple(sorted(defined & SPECIAL)),
        parameters=_parameters(kind),
        methods={name: _parameters(method) for name, method in sorted(methods.items()) if callable(method)},
    )


def _parameters(function: Callable[..., Any]) -> Parameters:
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # one that is written in C and does not say
        return ()
    return tuple(
        Parameter(
            name=rule.name,
            kind=_KINDS[rule.kind],
            has_default=rule.default is not rule.empty,
            default=rule.default if _is_plain(rule.default) else None,
        )
        for rule in found
    )


def _is_plain(value: Any) -> bool:
    return type(value) in (bool, int, str) or (type(value) is float and math.isfinite(value))


class DescribedModules:
    """Modules made from their descriptions, in the place of the reference's."""

    def __init__(self, modules: Mapping[str, PublicNames]) -> None:
        self.loaded = {name: _make_module(name, names) for name, names in modules.items()}

    def run(self, source: str, name: str) -> Callable[..., Any]:
        """A probe cannot be run on what is not there."""
        raise NoReferenceError


def _make_module(name: str, names: PublicNames) -> types.ModuleType:
    module = types.ModuleType(name)
    for function, parameters in names.functions.items():
        setattr(module, function, _make_function(name, function, parameters))
    for kind, description in names.classes.items():
        setattr(module, kind, _make_class(name, kind, description))
    return module


def _make_function(module: str, name: str, parameters: Parameters) -> Callable[..., Any]:
    def function(*args: Any, **kwargs: Any) -> Any:
        raise NoReferenceError

    function.__name__ = function.__qualname__ = name
    function.__module__ = module
    function.__signature__ = _signature(parameters)  # type: ignore[attr-defined]
    return function


def _make_class(module: str, name: str, description: PublicClass) -> type:
    methods = {method: _make_function(module, method, ()) for method in description.special if method in SPECIAL}
    methods |= {method: _make_function(module, method, rules) for method, rules in description.methods.items()}
    bases = (Exception,) if description.is_exception else ()
    namespace = {**methods, "__module__": module, "__signature__": _signature(description.parameters)}
    return type(name, bases, namespace)


def _signature(parameters: Parameters) -> inspect.Signature:
    return inspect.Signature(
        [
            inspect.Parameter(
                rule.name, _BY_NAME[rule.kind], default=rule.default if rule.has_default else inspect.Parameter.empty
            )
            for rule in parameters
        ],
        __validate_parameters__=False,
    )
