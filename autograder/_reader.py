"""The bounded processes that read students' notebooks and sources. `reader.py` is their trusted end.

Usage: python -P -s -m autograder._reader CONTROL_FD SALVAGE [libraries]   (SALVAGE: the path of proxy/_salvage.py)

The process imports the libraries once, if it is to read notebooks: a fork of them costs several of one without. A
request is a byte on CONTROL_FD with a socket; a fork reads it there, under limits of its own, and answers: nothing of
one student's is in the memory of the next one's fork, and what a file does to a fork ends with it. A request is a line
of JSON, {"op", "name", "sizes"...}, and as many bytes as the sizes say; the answer is JSON, an Answer. This process
holds no secret, and ends when CONTROL_FD does.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import logging
import os
import signal
import socket
import sys
import warnings
from collections.abc import Callable
from typing import Any, Final

import msgspec

from autograder.cells import Cell, read_cells
from autograder.errors import SubmissionError
from autograder.imports import Finding, find_forbidden
from autograder.notebooks import Notebook, read_notebook

CPU_S: Final = 10
WALL_S: Final = 40
MEMORY_BYTES: Final = 2 << 30


class Request(msgspec.Struct):
    """What is asked: `notebook` or `cells` of one file, or `imports` of several."""

    op: str
    names: list[str]
    sizes: list[int]
    modules: list[str] = []
    packages: list[str] = []


class Answer(msgspec.Struct):
    """What was read, or why it could not be: `refusal` is the student's matter, `missing` a package of ours."""

    notebook: Notebook | None = None
    cells: list[Cell] = []
    findings: dict[str, Finding] = {}
    refusal: str = ""
    missing: str = ""


def serve(control: socket.socket, salvage: Any) -> None:
    """Fork for each request until the other end is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # forks are reaped by the kernel
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not data:
            return
        with socket.socket(fileno=descriptors[0]) as channel:
            try:
                pid = os.fork()
            except OSError:
                continue  # the other end sees the channel end, and asks again
            if pid == 0:
                control.close()
                answer_and_leave(channel, salvage)


def answer_and_leave(channel: socket.socket, salvage: Any) -> None:
    """In the fork: limits first, then the request; never returns."""
    import resource  # not on Windows, where this module is imported for its records alone

    try:
        with open("/proc/self/statm") as file:  # noqa: PTH123
            size = int(file.read().split()[0]) * resource.getpagesize()
        for which, value in (
            (resource.RLIMIT_AS, size + MEMORY_BYTES),
            (resource.RLIMIT_CPU, CPU_S),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(which, (value, value))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(WALL_S)  # ends the fork, whatever it is doing
        stream = channel.makefile("rb")
        request = msgspec.json.decode(stream.readline(), type=Request)
        files = {name: stream.read(size) for name, size in zip(request.names, request.sizes, strict=True)}
        channel.sendall(msgspec.json.encode(answer(request, files, salvage)))
    except BaseException:  # noqa: BLE001  no answer is an answer: it could not be read within the limits
        os._exit(1)
    os._exit(0)


def answer(request: Request, files: dict[str, bytes], salvage: Any) -> Answer:
    """The answer to one request, about files by name."""
    try:
        if request.op == "notebook":
            return Answer(notebook=read_notebook(*next(iter(files.items()))))
        if request.op == "cells":
            return Answer(cells=read_cells(*next(iter(files.items()))))
        return Answer(findings=read_imports(files, request.modules, request.packages, salvage.parse))
    except SubmissionError as error:
        return Answer(refusal=str(error))
    except ModuleNotFoundError as error:
        return Answer(missing=error.name or "")


def read_imports(
    files: dict[str, bytes], modules: list[str], packages: list[str], parse: Callable[[str, str], tuple[Any, Any]]
) -> dict[str, Finding]:
    """The forbidden imports of sources, by module; what of a source does not parse imports nothing.

    Raises:
        SubmissionError: a source is too large or too deep to be read.
    """
    trees = {}
    for name, data in files.items():
        try:
            text = importlib.util.decode_source(data)
        except (SyntaxError, UnicodeDecodeError):
            text = data.decode("latin-1")
        trees[name], lost = parse(text, name)
        if any(isinstance(block.error, (MemoryError, RecursionError)) for block in lost):
            raise SubmissionError(
                f"{name} cannot be read within the limits of time and memory; hand in a smaller file."
            )
    return find_forbidden(trees, modules, packages)


def load_salvage(path: str) -> Any:
    """The parser that also runs beside the student's code; loaded by path, as it is there."""
    spec = importlib.util.spec_from_file_location("_salvage", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def import_libraries() -> None:
    """What notebooks are read with; the answer to the first of them says what is missing.

    Jupyter brings along a package by which jsonschema judges what is an address, and which makes 38 grammars when it is
    imported: three seconds, for a format that no notebook's schema speaks of.
    """
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # as if it were not installed
    with contextlib.suppress(ModuleNotFoundError):
        import nbconvert.filters.strings
        import nbformat

        del nbconvert, nbformat
        import IPython.core.inputtransformer2  # noqa: F401


def main() -> None:
    """Import the libraries if they are asked for, then serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the driver, whose end ends this process
    logging.disable()
    warnings.simplefilter("ignore")
    if "libraries" in sys.argv[3:]:
        import_libraries()
    gc.collect()
    gc.freeze()  # the forks' collector must not touch (and so copy) what they share
    serve(socket.socket(fileno=int(sys.argv[1])), load_salvage(sys.argv[2]))


if __name__ == "__main__":
    main()
