"""Does once, in the warm process that is forked, what every child of it will do with a submission.

A child that looks something up for the first time writes down what it found: Python keeps methods by type and name, and
puts into its code what it has met there; the linker keeps where functions are. Each of these is a page that every child
copies, hundreds of them. What was done before the fork stands there already.
The source is our own, and of what it changes all is put back. This file imports nothing but the standard library.
"""

import builtins
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


if __name__ == "__main__":
    print(compute(np.zeros((2, 2))))
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
            answer, *_ = asking.receive_frame()
            if answer != student_side.VALUE:
                raise RuntimeError("the rehearsal of a submission failed")
    finally:
        asking.socket.close()
        answering.socket.close()
        before.restore()
        shutil.rmtree(folder)


def _requests(student_side: Any, *, torch: bool) -> Any:
    """What is asked of a sandbox: (kind, metadata, buffers) each."""
    yield student_side.FILES, {"names": [f"{NAME}.py"]}, [_SOURCE.encode()]
    yield student_side.IMPORT, {
        "modules": [NAME], "classes": {NAME: ["Model"]}, "seed": 0, "torch": torch, "cpu_s": 10.0, "wall_s": 10.0,
        "cells": {}, "forbidden": [], "skip": [],
    }, []  # fmt: skip
    array = ["a", "float64", [2, 2], 0]
    call = {"op": "call", "on": ["m", NAME, "compute"], "args": [array], "kwargs": {}, "returned": [], "release": []}
    yield student_side.DO, {**call, "begin": 0}, [bytes(32)]
    yield student_side.DO, call, [bytes(32)]


class _State:
    """What a server of a submission changes of its process."""

    def __init__(self) -> None:
        self.folder = os.getcwd()
        self.argv = sys.argv
        self.input = builtins.input
        self.modules = set(sys.modules)
        lists: list[list[Any]] = [sys.path, sys.path_hooks, sys.meta_path]
        self.lists = [(which, list(which)) for which in lists]
        self.streams = {name: getattr(sys, name) for name in _STREAMS}
        self.handlers = {number: signal.getsignal(number) for number in (signal.SIGPROF, signal.SIGALRM)}

    def restore(self) -> None:
        """As it was."""
        os.chdir(self.folder)
        sys.argv = self.argv
        builtins.input = self.input
        for name in set(sys.modules) - self.modules:
            del sys.modules[name]
        for which, held in self.lists:
            which[:] = held
        sys.path_importer_cache.clear()
        for name, stream in self.streams.items():
            setattr(sys, name, stream)
        for number, handler in self.handlers.items():
            signal.signal(number, handler)
