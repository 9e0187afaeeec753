"""Does once, in the warm process that is forked, what every child of it will do with a submission.

A child that looks something up for the first time writes down what it found: Python keeps methods by type and name, and
puts into its code what it has met there; the linker keeps where functions are. Each of these is a page that every child
copies, hundreds of them. What was done before the fork stands there already.
The source is our own, and what a submission could notice of it is put back.
This file imports nothing but the standard library.
"""

import builtins
import linecache
import os
import shutil
import signal
import socket
import sys
import tempfile
from typing import Any

NAME = "autograder_rehearsal"
_SOURCE = '''"""A submission as any other."""

import math
from typing import Any

import numpy as np

SCALE = 2.0


class Model:
    """A class."""

    def __init__(self, width: int = 2) -> None:
        self.weights = np.zeros((width, width))

    def predict(self, x: np.ndarray) -> np.ndarray:
        """A method."""
        return x @ self.weights


def compute(x: np.ndarray, scale: float = SCALE) -> np.ndarray:
    """A function."""
    shifted = x - x.max(axis=1, keepdims=True)
    exponents = np.exp(shifted)
    return scale * exponents / exponents.sum(axis=1, keepdims=True)


def practise() -> None:
    """What submissions do often."""
    generator = np.random.default_rng(0)
    x, labels = generator.normal(size=(4, 3)), generator.integers(0, 3, size=4)
    chosen = np.zeros((4, 3))
    chosen[np.arange(4), labels] = 1.0
    p = compute(x @ np.ones((3, 3)))
    loss = -np.mean(np.log(np.clip(p, 1e-12, None))[np.arange(4), labels])
    gradient = x.T @ (p - chosen) / len(x)
    if not np.isfinite(loss) or np.allclose(gradient, 0.0):
        raise ValueError(f"{loss:.3f}")
    centred = (x - np.mean(x, axis=0)) / np.std(x, axis=0)
    np.linalg.svd(centred, full_matrices=False)
    np.linalg.norm(np.concatenate([centred, x]).reshape(-1))
    np.where(x > 0, np.maximum(x, 0.0), np.abs(x)).sum(axis=1).argmax()
    np.dot(np.outer(x[0], x[1]), np.sqrt(np.square(x[2]))).tolist()


if __name__ == "__main__":
    print(compute(np.zeros((2, 2))))
'''
_TORCH_SOURCE = '''

import torch
import torch.nn.functional as F
from torch import nn


class Network(nn.Module):
    """A module."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, width), nn.ReLU(), nn.Linear(width, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """A forward pass."""
        return self.layers(x)


def practise_torch() -> None:
    """What submissions do often."""
    torch.manual_seed(0)
    network = Network()
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    x, labels = torch.randn(4, 3), torch.tensor([0, 1, 2, 0])
    for _ in range(2):
        optimiser.zero_grad()
        loss = F.cross_entropy(network(x), labels)
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        p = F.softmax(network(x), dim=1)
        (p.argmax(dim=1) == labels).float().mean().item()
    torch.from_numpy(p.detach().numpy()).sum(dim=0, keepdim=True).to(torch.float64)
'''
_NONCE = bytes(16)
_STREAMS = ("stdin", "stdout", "stderr", "__stdout__", "__stderr__")


def rehearse(student_side: Any, *, torch: bool) -> None:
    """Have a submission of our own imported and called in this process.

    Raises:
        RuntimeError: it was not, as no submission would be.
    """
    try:
        folder = tempfile.mkdtemp()
    except OSError:  # nowhere to write: each child then does all of it for itself
        return
    before = _State()
    ours, theirs = socket.socketpair()
    asking, answering = student_side.Wire(theirs.detach()), student_side.Wire(ours.detach())
    os.chdir(folder)
    try:
        student_side.open_streams()
        server = student_side.Server(answering)
        for kind, request, buffers in _requests(student_side, torch=torch):
            asking.send_frame(_NONCE, kind, request, buffers)
            server.serve_one()
            answer, _, told, _ = asking.receive_frame()
            if kind == student_side.FILES and answer != student_side.VALUE:
                return  # nowhere to write, as above
            if answer != student_side.VALUE:
                raise RuntimeError(f"the rehearsal of a submission failed ({told.get('type')}: {told.get('text')})")
    finally:
        asking.socket.close()
        answering.socket.close()
        before.restore()
        for name in [name for name in linecache.cache if name.startswith(folder)]:  # torch asks where it is called from
            del linecache.cache[name]
        shutil.rmtree(folder, ignore_errors=True)


def _requests(student_side: Any, *, torch: bool) -> Any:
    """What is asked of a sandbox: (kind, metadata, buffers) each."""
    source = _SOURCE + _TORCH_SOURCE if torch else _SOURCE
    yield student_side.FILES, {"names": [f"{NAME}.py"]}, [source.encode()]
    yield student_side.IMPORT, {
        "modules": [NAME], "classes": {NAME: ["Model"]}, "seed": 0, "torch": torch, "cpu_s": 10.0, "wall_s": 10.0,
        "cells": {}, "forbidden": [], "skip": [],
    }, []  # fmt: skip
    array = ["a", "float64", [2, 2], 0]
    call = {"op": "call", "on": ["m", NAME, "compute"], "args": [array], "kwargs": {}, "returned": [], "release": []}
    yield student_side.DO, {**call, "begin": 0}, [bytes(32)]
    yield student_side.DO, call, [bytes(32)]
    for name in ("practise", "practise_torch") if torch else ("practise",):
        yield student_side.DO, {**call, "on": ["m", NAME, name], "args": []}, []


class _State:
    """What a server of a submission changes of its process."""

    def __init__(self) -> None:
        self.folder = os.getcwd()
        self.argv = sys.argv
        self.input = builtins.input
        self.places = set(sys.path_importer_cache)
        lists: list[list[Any]] = [sys.path, sys.path_hooks, sys.meta_path]
        self.lists = [(which, list(which)) for which in lists]
        self.streams = {name: getattr(sys, name) for name in _STREAMS}
        self.handlers = {number: signal.getsignal(number) for number in (signal.SIGPROF, signal.SIGALRM)}

    def restore(self) -> None:
        """As it was."""
        os.chdir(self.folder)
        sys.argv = self.argv
        builtins.input = self.input
        sys.modules.pop(NAME, None)  # what else was imported is of use to a submission too
        for which, held in self.lists:
            which[:] = held
        for place in set(sys.path_importer_cache) - self.places:
            del sys.path_importer_cache[place]
        for name, stream in self.streams.items():
            setattr(sys, name, stream)
        for number, handler in self.handlers.items():
            signal.signal(number, handler)
