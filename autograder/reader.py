"""The trusted end of `_reader.py`: notebooks and sources are read there; plain data comes back.

There is a process for notebooks, which imports large libraries, and a small one for sources, which every submission
has. Each starts with its first request and stays warm; its forks come and go, one a request.
"""

from __future__ import annotations

import atexit
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from autograder._reader import WALL_S, Answer, Request, answer, load_salvage
from autograder.cells import Cell
from autograder.errors import GraderError, SubmissionError
from autograder.imports import Finding, could_import
from autograder.notebooks import MAX_CELLS, Notebook
from autograder.submission.names import printable

SALVAGE: Final = Path(__file__).parent / "proxy" / "_salvage.py"
_MAX_ANSWER_BYTES: Final = 64 << 20
_PATIENCE_S: Final = WALL_S + 10.0
_TRIES: Final = 3
_ENVIRONMENT: Final = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
    "IPYTHONDIR": "/nonexistent",
    "PYTHONUTF8": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
}


class Server:
    """One process that forks for each request; may be used by several threads at a time.

    Args:
        libraries: whether it imports what notebooks are read with.

    Attributes:
        process: once it was asked for something.
    """

    def __init__(self, *, libraries: bool) -> None:
        self.libraries = libraries
        self.process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._lock = threading.Lock()

    def exchange(self, pieces: list[bytes]) -> bytes:
        """The bytes that a fork answers; none where it died of what it read.

        Raises:
            GraderError: the process cannot be started.
        """
        for _ in range(_TRIES):
            channel, theirs = socket.socketpair()
            with channel:
                channel.settimeout(_PATIENCE_S)
                with theirs:
                    self._send(theirs)
                try:
                    for piece in pieces:
                        channel.sendall(piece)
                    return _read_all(channel)
                except TimeoutError:
                    return b""
                except (BrokenPipeError, ConnectionResetError):
                    continue  # it ended before it had read the request: it was not there, or not for long
        return b""

    def _send(self, theirs: socket.socket) -> None:
        with self._lock:
            for _ in range(_TRIES):
                if self._control is None:
                    self._start()
                assert self._control is not None
                try:
                    socket.send_fds(self._control, [b"r"], [theirs.fileno()], socket.MSG_NOSIGNAL)
                except OSError:
                    self._stop()
                else:
                    return
        raise GraderError("The reader of submissions ended again and again; run the command again.")

    def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        command = [sys.executable, "-P", "-s", "-m", "autograder._reader", str(theirs.fileno()), str(SALVAGE)]
        with theirs:
            try:
                self.process = subprocess.Popen(
                    [*command, "libraries"] if self.libraries else command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env=_ENVIRONMENT,
                    cwd="/",
                    start_new_session=True,
                )
            except OSError as error:
                self._stop()
                raise GraderError(
                    f"The reader of submissions cannot be started ({error}); run the command again."
                ) from None

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


class Reader:
    """Reads notebooks and sources in processes of their own; may be used by several threads at a time."""

    def __init__(self) -> None:
        self.notebooks = Server(libraries=True)
        self.sources = Server(libraries=False)

    def read_notebook(self, name: str, data: bytes) -> Notebook:
        """The module that a notebook holds.

        Raises:
            SubmissionError: it cannot be read; one sentence for the student.
            GraderError: the packages of the extra `notebook` are not installed, or the process cannot be started.
        """
        notebook = self._ask("notebook", {name: data}).notebook
        if notebook is None or not _is_sound(notebook):
            raise GraderError(f"The reader of notebooks gave no answer on {name}; run the command again.")
        return notebook

    def read_cells(self, name: str, data: bytes) -> list[Cell]:
        """The cells of a notebook, as a grader is shown them.

        Raises:
            SubmissionError: it cannot be read; one sentence.
            GraderError: the process cannot be started.
        """
        return self._ask("cells", {name: data}).cells

    def find_forbidden(
        self, files: Mapping[str, bytes], modules: Sequence[str], packages: Sequence[str]
    ) -> dict[str, Finding]:
        """The first forbidden import of each module, or of a file that it imports.

        Sources that cannot hold one, and they are most, are not read for it.

        Raises:
            SubmissionError: a source cannot be read within the limits.
            GraderError: the process cannot be started.
        """
        if not any(could_import(data, packages) for data in files.values()):
            return {}
        return self._ask("imports", files, modules, packages).findings

    def close(self) -> None:
        """End the processes."""
        self.notebooks.close()
        self.sources.close()

    def _ask(
        self, op: str, files: Mapping[str, bytes], modules: Sequence[str] = (), packages: Sequence[str] = ()
    ) -> Answer:
        request = Request(op, list(files), [len(data) for data in files.values()], list(modules), list(packages))
        answered = self._answer(request, dict(files))
        if answered.missing:
            raise GraderError(
                f"Notebooks need {answered.missing.partition('.')[0]}, which is not installed here; install it with "
                "pip install 'autograder[notebook]' and run the command again."
            )
        if answered.refusal:
            raise SubmissionError(printable(answered.refusal[:500]))
        return answered

    def _answer(self, request: Request, files: dict[str, bytes]) -> Answer:
        server = self.sources if request.op == "imports" else self.notebooks
        reply = server.exchange([msgspec.json.encode(request) + b"\n", *files.values()])
        if not reply:
            raise SubmissionError(
                f"{next(iter(files), 'The submission')} cannot be read within the limits of time and memory; "
                "hand in a smaller file."
            )
        try:
            return msgspec.json.decode(reply, type=Answer)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise GraderError(f"The reader of sources gave an answer that is none ({type(error).__name__}).") from None


class DirectReader(Reader):
    """Reads in this very process: for one's own files on one's own machine, never for anybody else's."""

    def _answer(self, request: Request, files: dict[str, bytes]) -> Answer:
        return answer(request, files, load_salvage(str(SALVAGE)))


def _read_all(channel: socket.socket) -> bytes:
    data = bytearray()
    while len(data) <= _MAX_ANSWER_BYTES:
        part = channel.recv(1 << 16)
        if not part:
            return bytes(data)
        data += part
    return b""


def _is_sound(notebook: Notebook) -> bool:
    """Whether the cells lie within the source, one after another."""
    line = 1
    for _, first, count in notebook.cells:
        if first != line or count < 1:
            return False
        line += count
    return len(notebook.cells) <= MAX_CELLS and line - 1 <= notebook.source.count("\n") + 1


_shared: Reader | None = None
_shared_lock = threading.Lock()


def shared_reader() -> Reader:
    """The reader of this process, closed when it ends."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Reader()
            atexit.register(_shared.close)
        return _shared
