"""Objects of the student's on the trusted side: handles, and mirrors of the submission's public classes.

A handle can be called, read by attribute, indexed, measured with len(), iterated and entered; each is a question to the
student's process and its answer is their claim. Whatever would let an object of theirs decide a verdict raises and says
how to get the value: ==, ordering, truth, `in`, hashing, conversion, and arithmetic, unless the reference's class of
that name defines it: `abs(f(x) - expected)` would tell the expected value, and be answered with zero.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NoReturn, Protocol

ARITHMETIC: Final = "add sub mul truediv floordiv mod pow matmul and_ or_ xor lshift rshift".split()


class Owner(Protocol):
    """What asks the student's process: a submission behind the boundary."""

    def do(self, op: str, on: Any, args: tuple[Any, ...], kwargs: dict[str, Any], name: str) -> Any:
        """One of the wire's operations on a value."""

    def probe(self, source: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run a test author's function there."""

    def watch(self, what: str, *, on: bool, seed: int = 0) -> list[str]:
        """Begin or end to collect warnings or output there, set the seeds, or wait for the devices."""

    def note_tolerance(self, share: float) -> None:
        """Keep how much of its tolerance a comparison of the running test has used."""

    def note_measured(self, name: str, value: float) -> None:
        """Keep what the running test measured for a leaderboard."""

    gpus: str
    """The names of the GPUs that are granted to it; empty where none is."""

    @property
    def seed(self) -> int:
        """The running test's seed of the student's global generators."""


current: Owner | None = None
"""The submission whose tests are running in this process; classes and functions of modules are asked of it."""


def get_current(what: str) -> Owner:
    """The running submission; `what` is for the message where there is none."""
    if current is None:
        raise RuntimeError(f"{what} is the student's: use it inside a test or a fixture, not at import")
    return current


@dataclass(frozen=True, eq=False)
class Reference:
    """Where an object of the student's is kept: by whom, in which of their sandboxes, under which number."""

    owner: Owner
    generation: int
    number: int
    type_name: str
    classes: tuple[tuple[str, str], ...]
    method: tuple[str, str, str] | None = None
    """Of a method that was read from an object of a public class: module, class and name."""


class Handle:
    """An object that stays in the student's process."""

    __slots__ = ("__weakref__", "_autograder_reference")
    __array_ufunc__ = None  # so that `array + handle` asks the handle

    _autograder_reference: Reference

    def __getattr__(self, name: str) -> Any:
        __tracebackhide__ = True
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(f"{_describe(self)} has no {name} on this side")
        return _ask(self, "attribute", (name,))

    def __repr__(self) -> str:
        return f"<the student's {self._autograder_reference.type_name}>"

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise TypeError(f"{_describe(self)} cannot be changed here; call a method of it, or write a probe")

    def __delattr__(self, name: str) -> NoReturn:
        raise TypeError(f"{_describe(self)} cannot be changed here; call a method of it, or write a probe")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError(f"{_describe(self)} cannot be copied here; make a second one, or write a probe")


def make_handle(kind: type[Handle], reference: Reference, abilities: str) -> Handle:
    """A handle of class `kind`: a mirror, or Handle with the abilities that the student's side claims."""
    handle = object.__new__(_with_abilities(abilities) if kind is Handle else kind)
    object.__setattr__(handle, "_autograder_reference", reference)
    return handle


def reference_of(handle: Handle) -> Reference:
    """Where a handle's object is kept."""
    reference: Reference = object.__getattribute__(handle, "_autograder_reference")
    return reference


def _ask(handle: Handle, op: str, args: tuple[Any, ...], kwargs: dict[str, Any] | None = None) -> Any:
    __tracebackhide__ = True
    reference = reference_of(handle)
    return reference.owner.do(op, handle, args, kwargs or {}, reference.type_name)


def _describe(handle: Handle) -> str:
    return f"an object of the student's ({reference_of(handle).type_name})"


def _refuse(what: str, instead: str) -> Callable[..., NoReturn]:
    def refuse(self: Handle, *args: Any) -> NoReturn:
        raise TypeError(f"{_describe(self)} cannot be {what}; {instead}")

    return refuse


def _ask_operator(name: str) -> Callable[..., Any]:
    def ask(self: Handle, *other: Any) -> Any:
        __tracebackhide__ = True
        return _ask(self, name, other)

    return ask


_VALUE: Final = "read an attribute or call a method that returns plain data"
for _name, _what in {
    **dict.fromkeys(("__eq__", "__ne__"), "compared with =="),
    **dict.fromkeys(("__lt__", "__le__", "__gt__", "__ge__"), "ordered"),
    **dict.fromkeys(("__bool__",), "asked for its truth"),
    **dict.fromkeys(("__hash__",), "hashed"),
    **dict.fromkeys(("__contains__",), "searched with `in`"),
    **dict.fromkeys(
        ("__array__", "__float__", "__int__", "__index__", "__complex__"), "converted to a number or array"
    ),
}.items():
    setattr(Handle, _name, _refuse(_what, f"{_VALUE}, or use `is`"))
OPERATORS: Final = {
    "__neg__": "negative",
    "__abs__": "absolute",
    **{f"__{name.rstrip('_')}__": name for name in ARITHMETIC},
    **{f"__r{name.rstrip('_')}__": f"r{name}" for name in ARITHMETIC},
}
"""Special methods of arithmetic, and the wire's operations for them."""
for _name in OPERATORS:
    setattr(Handle, _name, _refuse("used in arithmetic", _VALUE))


def _call(self: Handle, *args: Any, **kwargs: Any) -> Any:
    __tracebackhide__ = True
    return _ask(self, "call", args, kwargs)


def _get_item(self: Handle, key: Any) -> Any:
    __tracebackhide__ = True
    return _ask(self, "item", (key,))


def _measure(self: Handle) -> int:
    __tracebackhide__ = True
    length = _ask(self, "length", ())
    if type(length) is not int or length < 0:
        raise TypeError(f"len() of {_describe(self)} is not a length")
    return length


def _iterate(self: Handle) -> Any:
    __tracebackhide__ = True
    iterator = _ask(self, "iterate", ())
    return iterator if isinstance(iterator, Handle) else iter(iterator)


def _advance(self: Handle) -> Any:
    __tracebackhide__ = True
    return _ask(self, "next", ())


def _enter(self: Handle) -> Any:
    __tracebackhide__ = True
    return _ask(self, "enter", ())


def _exit(self: Handle, kind: type[BaseException] | None, *rest: object) -> None:
    """Leave the student's context; it cannot swallow an exception of the test's."""
    if kind is None or issubclass(kind, Exception):
        _ask(self, "exit", (kind.__name__ if kind else None,))


_METHODS: Final[dict[str, Any]] = {
    "__call__": _call, "__iter__": _iterate, "__next__": _advance, "__len__": _measure, "__getitem__": _get_item,
    "__enter__": _enter, "__exit__": _exit,
}  # fmt: skip
SPECIAL: Final = frozenset({*OPERATORS, *_METHODS})
"""Special methods that a mirror has where the reference's class has them."""
_ABILITIES: Final = {"c": "__call__", "i": "__iter__", "n": "__next__", "l": "__len__", "g": "__getitem__"}


@functools.cache
def _with_abilities(abilities: str) -> type[Handle]:
    """Handle with the special methods of an object that has these abilities: what lacks __len__ there lacks it here."""
    names = [name for letter, name in _ABILITIES.items() if letter in abilities]
    names += ["__enter__", "__exit__"] if "w" in abilities else []
    return type("Handle", (Handle,), {"__slots__": (), **{name: _METHODS[name] for name in names}})


class Mirror(type):
    """The class of mirrors: a mirror stands for a public class of the submission's module."""

    _autograder_path: tuple[str, str]

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> Mirror:
        if any(isinstance(base, Mirror) for base in bases):
            raise TypeError(f"{bases[0].__name__} is the student's: a test cannot derive from it; write a probe")
        return super().__new__(cls, name, bases, namespace)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return get_current(cls.__name__).do("call", cls, args, kwargs, cls.__name__)

    def __getattr__(cls, name: str) -> Any:
        __tracebackhide__ = True
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(f"{cls.__name__} has no {name} on this side")
        return get_current(cls.__name__).do("attribute", cls, (name,), {}, cls.__name__)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Handle) and cls._autograder_path in reference_of(instance).classes

    def __subclasscheck__(cls, subclass: type) -> bool:
        if subclass is cls or not isinstance(subclass, Mirror):
            return subclass is cls
        answer = get_current(cls.__name__).do("subclass", subclass, (cls,), {}, subclass.__name__)
        return answer is True


class ExceptionMirror(type):
    """The class of mirrors of the submission's exceptions: ordinary exception classes, to be raised and caught."""

    _autograder_path: tuple[str, str]


def make_mirror(module: str, original: type) -> type:
    """The mirror of a public class, named and documented as the reference's is."""
    path = (module, original.__name__)
    namespace = {"__module__": module, "__doc__": original.__doc__, "_autograder_path": path}
    if issubclass(original, BaseException):
        return ExceptionMirror(original.__name__, (Exception,), namespace)
    defined = {name for base in original.__mro__[:-1] for name in vars(base)}
    special = {name: _ask_operator(op) for name, op in OPERATORS.items() if name in defined}
    special |= {name: method for name, method in _METHODS.items() if name in defined}
    return Mirror(original.__name__, (Handle,), {**namespace, **special, "__slots__": ()})
