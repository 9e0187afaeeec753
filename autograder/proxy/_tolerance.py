"""Imports a submission statement by statement: what fails at its top level is passed over, and the rest goes on.

A statement that raises, leaves (SystemExit) or does not parse costs what it would have defined. One that computes or
waits for longer than its share of the import is interrupted, in cooperation: a handler raises in it; code that holds
out against that is ended from outside. What was passed over is said in records for the trusted side, to which all of it
is the student's claim.
This file imports nothing of the package's.
"""

import ast
import gc
import importlib.machinery
import importlib.util
import linecache
import os
import signal
import sys
import threading
import time
from typing import Any

MAX_RECORDS, MAX_TEXT = 20, 200
MAX_KEPT = 2_000  # until the import has ended
USABLE = 0.8  # of the import's limits; the rest is for what cannot be interrupted
LEAST_S = 0.01  # what a statement may always use
TICK_CPU_S, TICK_WALL_S = 0.01, 0.1
MOST_GAP_S = 0.3  # between two ticks; for the rest the machine or the process stood still
IDLE = 20  # what computes for less than this part of the time waits


class TooLongError(BaseException):
    """Raised in a statement that takes too long. Not an Exception, so that `except Exception` lets it through."""


class Unit:
    """A source that is parsed and numbered by itself: a file, or a cell of a notebook."""

    def __init__(self, name: str, path: str, text: str) -> None:
        self.name = name
        self.path = path
        self.text = text


class Watch:
    """Interrupts a statement that takes too long.

    Args:
        cpu_s: what the whole import may compute; a statement may use half of what is left of it.
        wall_s: what it may take by the clock; a statement may wait, without computing, for half of what is left.
    """

    def __init__(self, cpu_s: float, wall_s: float) -> None:
        self.cpu_end_s = time.process_time() + USABLE * cpu_s
        self.wall_end_s = time.monotonic() + USABLE * min(wall_s, cpu_s)
        self.running: list[list[float]] = []  # begun (CPU, wall) and may use (CPU, wall), the innermost last
        self.stood_still_s = 0.0
        self.looked_s = time.monotonic()

    def start(self) -> None:
        """Let the clocks tick, where there are any (not on Windows)."""
        if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
            for number, timer, every_s in (
                (signal.SIGPROF, signal.ITIMER_PROF, TICK_CPU_S),
                (signal.SIGALRM, signal.ITIMER_REAL, TICK_WALL_S),
            ):
                signal.signal(number, self.look)
                signal.setitimer(timer, every_s, every_s)

    def stop(self) -> None:
        """Stop the clocks. The handlers stay: a signal that is still on its way must not end the process."""
        self.running.clear()
        if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)

    def clock_s(self) -> float:
        """The time, without what a machine or a process that stood still has lost: a tick comes every TICK_WALL_S."""
        now_s = time.monotonic()
        self.stood_still_s += max(0.0, now_s - self.looked_s - MOST_GAP_S)
        self.looked_s = now_s
        return now_s - self.stood_still_s

    def begin(self) -> None:
        """A statement begins, perhaps inside one that imports its module."""
        cpu_s, wall_s = time.process_time(), self.clock_s()
        may_compute_s = max(LEAST_S, (self.cpu_end_s - cpu_s) / 2)
        may_wait_s = max(LEAST_S, (self.wall_end_s - wall_s) / 2)
        self.running.append([cpu_s, wall_s, may_compute_s, may_wait_s])

    def end(self) -> None:
        """The statement has ended; its time is not that of the one around it."""
        if self.running:
            cpu_s, wall_s, _, _ = self.running.pop()
            if self.running:
                self.running[-1][0] += time.process_time() - cpu_s
                self.running[-1][1] += self.clock_s() - wall_s

    def look(self, *signal_and_frame: Any) -> None:
        """End the innermost statement if it has used what it may."""
        if not self.running:
            return
        began_cpu_s, began_wall_s, may_compute_s, may_wait_s = self.running[-1]
        computed_s, waited_s = time.process_time() - began_cpu_s, self.clock_s() - began_wall_s
        if computed_s > may_compute_s:
            raise TooLongError(f"it used more than {may_compute_s:.2g} seconds of CPU time")
        if waited_s > may_wait_s and computed_s < waited_s / IDLE:  # else it computes, on a busy machine
            raise TooLongError(f"it waited for more than {may_wait_s:.2g} seconds")


class Importer:
    """Imports the modules of a folder tolerantly, by a path hook of its own.

    Args:
        folder: the submission's.
        salvage: the module that parses.
        request: IMPORT's metadata.
    """

    def __init__(self, folder: str, salvage: Any, request: dict[str, Any]) -> None:
        self.folder = folder
        self.salvage = salvage
        self.cells = request["cells"]
        self.skipped = {(file, line) for file, line in request["skip"]}
        self.forbidden = frozenset(request["forbidden"])
        self.watch = Watch(request["cpu_s"], request["wall_s"])
        self.records: list[dict[str, Any]] = []
        self.beyond = 0

    def install(self) -> None:
        """Be asked for the folder's modules, and for those that are forbidden."""

        def hook(path: str) -> Any:
            if path != self.folder and not path.startswith(self.folder + os.sep):
                raise ImportError(path)
            load: Any = lambda name, file: Loader(name, file, self)  # noqa: E731  what a finder calls for a module
            return importlib.machinery.FileFinder(path, (load, [".py"]))

        sys.path_hooks.insert(0, hook)
        sys.path_importer_cache.pop(self.folder, None)
        sys.path.insert(0, self.folder)
        if self.forbidden:
            sys.meta_path.insert(0, Forbidding(self.folder, self.forbidden))

    def units(self, path: str) -> list[Unit]:
        """A file as it is, or the cells of the notebook that it was made from."""
        name = os.path.relpath(path, self.folder)
        with open(path, "rb") as file:
            text = importlib.util.decode_source(file.read())
        cells = self.cells.get(name)
        if not cells:
            return [Unit(name, path, text)]
        lines = text.split("\n")
        found = []
        for label, start, count in cells:
            unit = Unit(label, os.path.join(self.folder, label), "\n".join(lines[start - 1 : start - 1 + count]) + "\n")
            linecache.cache[unit.path] = (len(unit.text), None, unit.text.splitlines(True), unit.path)
            found.append(unit)
        return found

    def execute(self, module: Any, path: str) -> None:
        """Run a module's statements.

        Raises:
            BaseException: the first failure, where nothing but imports could be run.
        """
        failure: BaseException | None = None
        ran = False
        flags = 0
        for index, unit in enumerate(self.units(path)):
            # a statement that is to be skipped is told by its tree; to another thread a warning would be an error
            by_tree = self.skipped or len(sys._current_frames()) > 1
            statements = None if by_tree else self.salvage.compile_blocks(unit.text, unit.path, flags)
            lost = []
            if statements is None:
                statements, lost = self.salvage.parse(unit.text, unit.path)
            for block in lost:
                failure = failure or block.error
                self.note(unit, block.first, block.line, block.error, block.names)
            if index == 0:
                module.__doc__ = ast.get_docstring(ast.Module(statements, []), clean=False)
            for statement in statements:
                if _is_text(statement):
                    continue
                if isinstance(statement, ast.ImportFrom):
                    flags |= self.salvage.future_flags(statement)
                error = self.run(statement, unit, module, flags)
                failure = failure or error
                ran = ran or (error is None and not self.defines_nothing(statement))
        if failure is not None and not ran:
            raise TimeoutError(str(failure)) if isinstance(failure, TooLongError) else failure

    def defines_nothing(self, statement: Any) -> bool:
        """Whether a statement is an import or `pass`."""
        if isinstance(statement, self.salvage.Block):
            return bool(statement.defines_nothing)
        return isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass))

    def run(self, statement: Any, unit: Unit, module: Any, flags: int) -> BaseException | None:
        """Run one statement, a tree or a block; what it raised, if it did."""
        block = statement if isinstance(statement, self.salvage.Block) else None
        if block is None and (unit.name, statement.lineno) in self.skipped:
            return TooLongError("it took too long before")
        watched = threading.current_thread() is threading.main_thread()
        try:
            if block is not None:
                code = block.code
            else:
                code = compile(ast.Module([statement], []), unit.path, "exec", flags, dont_inherit=True)
            try:
                if watched:
                    self.watch.begin()
                exec(code, vars(module))  # noqa: S102  this is where the student's code runs
            finally:
                if watched:
                    self.watch.end()
        except BaseException as error:  # noqa: BLE001  whatever the statement raises costs that statement alone
            # of what used up the memory without the frames that hold it
            raised = MemoryError(*error.args[:1]) if isinstance(error, MemoryError) else error
            line = _line_in(error, unit.path)
        else:
            return None
        if isinstance(raised, MemoryError):
            gc.collect()
        if block is not None:
            first, names = block.describe()
        else:
            first, names = statement.lineno, self.salvage.bound_names(statement)
        self.note(unit, first, line or first, raised, names)
        try:
            return raised
        finally:
            del raised  # whose traceback holds this frame

    def note(self, unit: Unit, first: int, line: int, error: BaseException, names: list[str]) -> None:
        """Keep a record of what was passed over."""
        if len(self.records) >= MAX_KEPT:
            self.beyond += 1
            return
        if isinstance(error, TooLongError):
            # where it happened to be interrupted says nothing: the statement does, and always the same
            kind, text, line = "slow", str(error), first
        else:
            kind, text = "raised", error.msg if isinstance(error, SyntaxError) else _text(error)
        self.records.append(
            {
                "file": unit.name[:MAX_TEXT], "first": first, "line": line, "kind": kind,
                "type": type(error).__name__[:80],
                "text": text.replace(self.folder + os.sep, "")[:MAX_TEXT].encode("utf-8", "replace").decode(),
                "names": [name[:60] for name in names],
            }
        )  # fmt: skip

    def passed_over(self) -> dict[str, Any]:
        """The records for the trusted side: of too many, those that would have defined something come first."""
        order = {id(record): place for place, record in enumerate(self.records)}
        kept = sorted(self.records, key=lambda record: not record["names"])[:MAX_RECORDS]
        kept.sort(key=lambda record: order[id(record)])
        return {"passed_over": kept, "more": len(self.records) - len(kept) + self.beyond}


class Loader(importlib.machinery.SourceFileLoader):
    """Loads a module of the submission's."""

    def __init__(self, name: str, path: str, importer: Importer) -> None:
        super().__init__(name, path)
        self.importer = importer

    def exec_module(self, module: Any) -> None:
        """Run it, statement by statement."""
        self.importer.execute(module, self.path)


class Forbidding:
    """Refuses the import of what an assignment rules out, from the submission's own files. Best effort: the sources
    are read for it before anything runs.
    """  # noqa: D205

    def __init__(self, folder: str, packages: frozenset[str]) -> None:
        self.folder = folder
        self.packages = packages

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The submission's own module, None where others are to find one, or ImportError."""
        if name.partition(".")[0] not in self.packages:
            return None
        frame: Any = sys._getframe(1)
        while frame and _is_importlib(frame.f_code.co_filename) and not self.is_own(frame):
            frame = frame.f_back
        if not frame or not self.is_own(frame):
            return None
        if path is None:  # of that name the submission may have a module itself, which is then the one that is meant
            path = [self.folder]
        found = importlib.machinery.PathFinder.find_spec(name, path) if self.is_inside(path) else None
        if found is None:
            raise ImportError(f"{name.partition('.')[0]} may not be used in this assignment", name=name)
        return found

    def is_inside(self, path: Any) -> bool:
        """Whether all of a search path lies in the submission."""
        return all(place == self.folder or place.startswith(self.folder + os.sep) for place in path)

    def is_own(self, frame: Any) -> bool:
        """Whether a frame runs a file of the submission's, or a text: `exec` and `eval` say `<string>`."""
        name = frame.f_code.co_filename
        return bool(name.startswith(self.folder + os.sep) or (name.startswith("<") and not _is_importlib(name)))


def _is_importlib(filename: str) -> bool:
    return filename.startswith("<frozen importlib") or f"{os.sep}importlib{os.sep}" in filename


def _is_text(node: Any) -> bool:
    """A docstring, or a string that stands by itself."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _line_in(error: BaseException, path: str) -> int:
    """The line of a file's top level at which an exception came out; 0 where it did not come through there."""
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno or 0
    trace = error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == path:
            return trace.tb_lineno
        trace = trace.tb_next
    return 0


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:  # noqa: BLE001  a hostile __str__ must not cost the import
        return ""
