"""The calls that a suite makes, gathered without a sandbox, and mutants replayed on them beside the reference.

Usage: python -P -m autograder.audit.recording   (a Request, JSON, on standard input; Compared by mutant on output)

All code here is the author's. The suite runs in plain pytest with seed after seed; what it hands to a public function
or a torch module of the reference is kept, each different call once.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import hashlib
import io
import json
import os
import pickle
import sys
import time
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from _pytest.runner import runtestprotocol
from pydantic import BaseModel

from autograder.checks.probe import seed_everything
from autograder.errors import AutograderError
from autograder.proxy.modules import ReferenceModules, public_names
from autograder.testrun import plugin
from autograder.testrun.host import pytest_arguments

_LONGEST_S: Final = 0.5
"""A test that takes longer is run with one seed alone."""


class Marked(BaseModel):
    """A mutant to compare."""

    id: str
    module: str
    source: str
    functions: list[str]
    """The public names that lead to the change."""
    rtol: float
    calls: int


class Request(BaseModel):
    """What to record and to compare."""

    tests: Path
    reference: Path
    modules: list[str]
    mutants: list[Marked]
    patience_s: float
    """How long recording may take."""
    max_seeds: int = 1000


class Compared(BaseModel):
    """How a mutant did beside the reference."""

    calls: int = 0
    seeds: int = 0
    difference: str = ""
    """The first call that came to something else; empty where all agree."""


Call = tuple[str, tuple[Any, ...], dict[str, Any], Any]
"""A function's name, or a class's with the arguments that made the object; arguments; the object's state dict."""


class Recorder:
    """Keeps each different call of a module's public functions and of its torch modules' `forward`."""

    def __init__(self, module: types.ModuleType) -> None:
        self.module = module
        self.calls: dict[str, list[Call]] = {}
        self.seen: set[bytes] = set()
        self.wanted: dict[str, int] = {}
        self.needed: dict[str, int] = {}
        self.touched: set[str] = set()

    @property
    def lacking(self) -> set[str]:
        """The names of which more calls are needed."""
        return {name for name, count in self.needed.items() if len(self.calls.get(name, ())) < count}

    def install(self, name: str) -> None:
        """Stand where `import` finds the module."""
        stand_in = types.ModuleType(name, self.module.__doc__)
        for public in public_names(self.module):
            value = getattr(self.module, public)
            setattr(
                stand_in,
                public,
                self._wrap_class(public, value) if isinstance(value, type) else self._wrap(public, value),
            )
        sys.modules[name] = stand_in

    def _keep(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], state: Any = None) -> None:
        self.touched.add(name)
        if len(self.calls.get(name, ())) >= self.wanted.get(name, 0):
            return
        call = (name, args, kwargs, state)
        key = _digest(call)
        if key not in self.seen:
            self.seen.add(key)
            with contextlib.suppress(Exception):  # what cannot be copied cannot be replayed
                self.calls.setdefault(name, []).append(copy.deepcopy(call))

    def _wrap(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def record(*args: Any, **kwargs: Any) -> Any:
            self._keep(name, args, kwargs)
            return function(*args, **kwargs)

        return record

    def _wrap_class(self, name: str, kind: Any) -> type:
        keep = self._keep

        def __init__(this: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
            this.__dict__["_made_of"] = (args, kwargs)
            kind.__init__(this, *args, **kwargs)

        def forward(this: Any, *args: Any, **kwargs: Any) -> Any:
            keep(name, (this.__dict__["_made_of"], *args), kwargs, this.state_dict())
            return kind.forward(this, *args, **kwargs)

        parts: dict[str, Any] = {"__init__": __init__, "__module__": kind.__module__, "__qualname__": name}
        if hasattr(kind, "forward"):
            parts["forward"] = forward
        return type(name, (kind,), parts)


class _Session:
    """A pytest plug-in whose run loop runs the suite with seed after seed until enough has been recorded."""

    def __init__(self, request: Request, recorders: list[Recorder]) -> None:
        self.request = request
        self.recorders = recorders
        self.seeds = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run everything."""
        started_s = time.monotonic()
        # what needs a GPU calls the same functions for longer, on devices that need not be here
        items = [item for item in session.items if item.get_closest_marker("gpu") is None]
        found = -1
        used: dict[str, set[str]] = {}  # by test, the names that it calls
        while items and self.seeds < self.request.max_seeds and not self._has_enough():
            if time.monotonic() - started_s > self.request.patience_s or (self.seeds > 20 and found == self._count()):
                break
            found = self._count()
            self.seeds += 1
            items = [item for item in items if self._is_useful(item, used)]
        return True

    def _count(self) -> int:
        return sum(len(calls) for recorder in self.recorders for calls in recorder.calls.values())

    def _has_enough(self) -> bool:
        return not any(recorder.lacking for recorder in self.recorders)

    def _is_useful(self, item: pytest.Item, used: dict[str, set[str]]) -> bool:
        """Run a test, unless it calls nothing of which more is wanted; whether it is to be run again."""
        lacking = set().union(*(recorder.lacking for recorder in self.recorders))
        if item.nodeid in used and not used[item.nodeid] & lacking:
            return False
        for recorder in self.recorders:
            recorder.touched.clear()
        took_s = self._run(item)
        used.setdefault(item.nodeid, set()).update(*(recorder.touched for recorder in self.recorders))
        return took_s < _LONGEST_S

    def _run(self, item: pytest.Item) -> float:
        started_s = time.monotonic()
        seed = hashlib.sha256(f"{self.seeds}\0{item.nodeid}".encode()).hexdigest()
        plugin.set_seed(seed[:-8])
        seed_everything(int(seed[:8], 16))
        runtestprotocol(item, log=False, nextitem=None)
        return time.monotonic() - started_s


def record_and_compare(request: Request) -> dict[str, Compared]:
    """Record calls, then compare every mutant on those of its functions."""
    found = ReferenceModules(request.reference, request.modules)
    recorders = {name: Recorder(module) for name, module in found.loaded.items()}
    for name, recorder in recorders.items():
        for mutant in request.mutants:
            if mutant.module == name and mutant.functions:
                # so many of the nearest name that leads to the change; of the others as many as come along
                nearest = mutant.functions[0]
                recorder.needed[nearest] = max(recorder.needed.get(nearest, 0), mutant.calls)
                recorder.wanted |= {f: max(recorder.wanted.get(f, 0), mutant.calls) for f in mutant.functions}
        recorder.install(name)
    plugin.set_reference(found.loaded)
    session = _Session(request, list(recorders.values()))
    with contextlib.chdir(request.tests), contextlib.redirect_stdout(io.StringIO()):
        pytest.main(pytest_arguments([request.tests], request.tests), plugins=[plugin, session])
    known: dict[int, Any] = {}
    return {
        mutant.id: _compare(mutant, recorders[mutant.module], found, known).model_copy(update={"seeds": session.seeds})
        for mutant in request.mutants
    }


def _compare(mutant: Marked, recorder: Recorder, found: ReferenceModules, known: dict[int, Any]) -> Compared:
    """One mutant on all recorded calls; `known` is what the reference came to, by the call's identity."""
    other = types.ModuleType(f"mutant_of_{mutant.module}")
    other.__dict__["__builtins__"] = found.builtins
    exec(compile(mutant.source, other.__name__, "exec"), other.__dict__)  # noqa: S102  the author's own
    compared = Compared()
    for name in mutant.functions:
        for call in recorder.calls.get(name, ()):
            compared.calls += 1
            if id(call) not in known:
                known[id(call)] = _run(recorder.module, call)
            why = _differ(known[id(call)], _run(other, call), mutant.rtol)
            if why and not compared.difference:
                compared.difference = f"{name}, call {compared.calls}: {why}"
    return compared


def _run(module: types.ModuleType, call: Call) -> Any:
    """What a call comes to, and what it leaves of its arguments."""
    name, args, kwargs, state = copy.deepcopy(call)
    seed_everything(0)
    target = getattr(module, name)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            if isinstance(target, type):
                (made_args, made_kwargs), *args = args  # type: ignore[assignment]
                model: Any = target(*made_args, **made_kwargs)
                model = model.to(next(iter(state.values())).dtype) if state else model
                model.load_state_dict(state)
                target = model
            return _plain(target(*args, **kwargs)), [_plain(value) for value in (*args, *kwargs.values())]
        except Exception as error:  # noqa: BLE001  what it raises is what it comes to
            return "raises", next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins")


def _plain(value: Any) -> Any:
    """Tensors and what a module keeps as arrays."""
    if hasattr(value, "state_dict"):
        return {key: _plain(part) for key, part in value.state_dict().items()}
    if hasattr(value, "detach"):
        return value.detach().cpu().numpy()
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, np.random.Generator):
        return repr(value.bit_generator.state)
    return value


def _differ(first: Any, second: Any, rtol: float) -> str:
    """How two results differ; empty where they do not."""
    if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
        if len(first) != len(second):
            return "another number of parts"
        return next((why for a, b in zip(first, second, strict=True) if (why := _differ(a, b, rtol))), "")
    if isinstance(first, dict) and isinstance(second, dict):
        if first.keys() != second.keys():
            return "other keys"
        return next((why for key in first if (why := _differ(first[key], second[key], rtol))), "")
    if callable(first) and callable(second):
        return ""
    if isinstance(first, (str, bytes, type(None))) or isinstance(second, (str, bytes, type(None))):
        return "" if first == second else "another value"
    a, b = np.asarray(first), np.asarray(second)
    if a.shape != b.shape:
        return "another shape"
    if a.dtype == object or b.dtype == object:
        return "" if type(first) is type(second) else "another type"
    finite = np.abs(a[np.isfinite(a)]) if a.dtype.kind in "fc" else np.abs(a.astype(np.float64))
    scale = float(finite.max()) if finite.size else 0.0
    return "" if np.allclose(b, a, rtol=rtol, atol=rtol * scale, equal_nan=True) else "other numbers"


def _digest(value: Any) -> bytes:
    """What is the same for equal arguments; of an argument that cannot be written, its identity."""
    try:
        return hashlib.sha256(pickle.dumps(value)).digest()
    except Exception:  # noqa: BLE001  a callable of the test's: each is another
        return os.urandom(16)


def main() -> None:
    """Read the request, answer it."""
    try:
        compared = record_and_compare(Request.model_validate_json(sys.stdin.read()))
    except AutograderError as error:
        print(json.dumps({"error": str(error)}))
        return
    print(json.dumps({"compared": {name: found.model_dump() for name, found in compared.items()}}))


if __name__ == "__main__":
    main()
