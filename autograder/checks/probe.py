"""Probes: functions of the test author's that run beside the student's code, for what cannot cross.

A training step through a student's module, autograd through a student's function: such a thing has to run where the
student's objects are. A probe's source goes there, so it is public by construction; what it returns is the student's
claim. It therefore returns arrays (parameters, gradients, outputs), never a verdict, and the test recomputes from them,
or compares them with what the same probe returns on the reference (`on_reference`).

    @probe
    def one_step(x, y):
        import torch
        from networks import Network
        model = Network(4).double()
        before = model.state_dict()
        ...
        return before, model.state_dict()
"""

from __future__ import annotations

import ast
import builtins
import dis
import inspect
import random
import sys
import textwrap
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.proxy import handles, modules


class ProbeError(TypeError):
    """A probe that cannot run there, or that returned something else than arrays."""


class Probe:
    """A function that runs on the student's side. Outside a grading run it is called as it stands."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.name = function.__name__
        self.function = function
        self.source = _source(function)
        self.__doc__ = function.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the probe beside the student's code, its global generators seeded for the test."""
        __tracebackhide__ = True
        if handles.current is None:
            return check_claim(self.name, self.function(*args, **kwargs))
        return check_claim(self.name, handles.current.probe(self.source, self.name, args, kwargs))

    def on_reference(self, *args: Any, **kwargs: Any) -> Any:
        """Run the probe in the trusted process, with the reference in the submission's place and the same seeds."""
        if modules.reference is None or handles.current is None:
            raise ProbeError(f"{self.name}.on_reference needs the grader: there is no reference in plain pytest")
        function = modules.reference.run(self.source, self.name)
        state, numpy_state = random.getstate(), np.random.get_state()
        torch = sys.modules.get("torch")
        torch_state = torch.get_rng_state() if torch is not None else None
        try:
            seed_everything(handles.current.seed)
            return check_claim(self.name, function(*args, **kwargs))
        finally:
            random.setstate(state)
            np.random.set_state(numpy_state)
            if torch is not None:
                torch.set_rng_state(torch_state)


def probe(function: Callable[..., Any]) -> Probe:
    """Make a function a probe.

    Raises:
        ProbeError: it uses a name of its module or of a function around it; it must import what it needs itself.
    """
    return Probe(function)


def seed_everything(seed: int) -> None:
    """Seed the global generators of this process, torch's too where it is imported."""
    random.seed(seed)
    np.random.seed(seed)
    torch = sys.modules.get("torch")
    if torch is not None:
        # torch.manual_seed asks every device that there might be, at a cost of a millisecond
        (torch.manual_seed if torch.backends.cuda.is_built() else torch.default_generator.manual_seed)(seed)


def check_claim(name: str, value: Any) -> Any:
    """A probe's result: numbers, arrays and tensors, and tuples, lists and dicts of these.

    Raises:
        ProbeError: there is anything else in it: a truth value would be a verdict.
    """
    if isinstance(value, dict):
        return {key: check_claim(name, item) for key, item in value.items()}
    if type(value) in (tuple, list):
        return type(value)(check_claim(name, item) for item in value)
    dtype = getattr(value, "dtype", None)
    plain = type(value) in (int, float, complex, np.ndarray) or isinstance(value, np.generic)
    tensor = type(value).__module__.startswith("torch") and type(value).__name__ in ("Tensor", "Parameter")
    if not (plain or tensor) or str(dtype) in ("bool", "torch.bool"):
        raise ProbeError(f"the probe {name} returned a {type(value).__name__}; a probe returns arrays, never a verdict")
    return value


def _outer_names(code: types.CodeType) -> set[str]:
    """Names that a function, or one inside it, reads from its module or from a function around it."""
    names = {step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"} | set(code.co_freevars)
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            names |= _outer_names(inner) - set(code.co_cellvars)
    return names


def _source(function: Callable[..., Any]) -> str:
    """The function's source without decorators and indentation."""
    names = sorted(_outer_names(function.__code__) - vars(builtins).keys())
    if names:
        raise ProbeError(f"the probe {function.__name__} uses {names[0]} from outside; import or define it inside")
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    if not isinstance(node, ast.FunctionDef):
        raise ProbeError(f"{function.__name__} is not a function that can be a probe; define it with def")
    node.decorator_list = []
    node.returns = None  # annotations name what only the suite has imported
    signature = node.args
    for argument in (*signature.posonlyargs, *signature.args, *signature.kwonlyargs, signature.vararg, signature.kwarg):
        if argument is not None:
            argument.annotation = None
    return ast.unparse(node)
