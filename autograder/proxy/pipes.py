"""Frames over pipes to a process on the student's own machine: any system, no sandbox.

Nothing is kept from the student's code here: it is theirs, and so is the machine. What is the same as in the sandbox is
what a call means: copies, changed arguments, handles, exceptions, limits of time and, where the system counts it, of
memory. Threads read and write the pipes, since not every system can wait for a pipe and a clock at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Final

from autograder.errors import GraderError
from autograder.limits import Limits
from autograder.proxy import wire
from autograder.proxy.channel import POLL_S, Budget, Buffers, Channel, DiedError, LimitError, Opener
from autograder.proxy.usage import Usage, read_usage
from autograder.sandbox.zygote import ENVIRONMENT

_SIDE: Final = Path(__file__).with_name("_pipe_side.py")
_START_WAIT_S: Final = 120.0
_JOINED_BYTES: Final = 1 << 20
_OUTPUT_PAUSE_S: Final = 0.001
_CAN_WAIT_FOR_PIPES: Final = sys.platform != "win32"
_KEPT_VARIABLES: Final = frozenset({"PYTHONPATH", "PYTHONHOME"})


def pipe_channels(packages: list[str], *, optimises: bool = False) -> Opener:
    """Channels to processes of this machine's Python, which import these packages before the submission.

    Args:
        packages: what to import.
        optimises: whether optimisers of torch's are used, the first of which takes seconds.
    """

    def open_channel(limits: Limits) -> Channel:
        return PipeChannel(PipeProcess(packages, limits, optimises=optimises), limits)

    return open_channel


class PipeProcess:
    """One use: a process in a temporary folder of its own, its pipes, and the means to end it.

    Raises:
        GraderError: Python or a package cannot be started; says why.
    """

    isolated = False
    was_killed = False
    over_disk = False
    fault = ""

    def __init__(self, packages: list[str], limits: Limits, *, optimises: bool = False) -> None:
        self.memory_killed = False
        self.peak_memory_mib = 0.0
        self.exit_reason = ""
        self.max_memory_mib = float(limits.memory_mib)
        self.usage = Usage(0.0, 0.0)
        self.output = bytearray()
        self.max_output_bytes = limits.output_kib << 10
        self.output_bytes = 0
        self.came: queue.Queue[bytes] = queue.Queue(64)
        self.outbox: queue.Queue[bytes | memoryview | None] = queue.Queue(1)
        self.sent: queue.Queue[bool] = queue.Queue(1)
        self.folder = tempfile.mkdtemp(prefix="autograder-check-")
        self._ended = False
        self._output_lock = threading.Lock()
        try:
            self.popen = self._start(packages, limits, optimises=optimises)
        except OSError as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise GraderError(f"Python could not be started for your code ({error}).") from None
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self._read, self._collect, self._write)]
        for thread in self.threads:
            thread.start()
        self._await_ready()

    def _start(self, packages: list[str], limits: Limits, *, optimises: bool) -> subprocess.Popen[bytes]:
        config = json.dumps({"packages": packages, "optimises": optimises, "memory_bytes": limits.memory_mib << 20})
        program, environment = _interpreter()
        return subprocess.Popen(
            [program, "-P", str(_SIDE), config],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=self.folder,
            env=environment,
            start_new_session=True,  # what the student's code starts ends with it; on Windows this says nothing
        )

    def _await_ready(self) -> None:
        try:
            ready = self.came.get(timeout=_START_WAIT_S)
        except queue.Empty:
            ready = b""
        except BaseException:
            self.end()
            raise
        if ready:
            usage = read_usage(self.popen)
            self.max_memory_mib += usage.memory_mib if usage is not None else 0.0
            return
        self.end()
        lines = self.output.decode("utf-8", "replace").strip().splitlines() or ["it did not say why"]
        raise GraderError(f"Python could not be started for your code: {lines[-1].rstrip('.')}.")

    # ---- the pipes, a thread each

    def _read(self) -> None:
        """Replies, as they come; an empty one at the end."""
        assert self.popen.stdout is not None
        while True:
            data = _read_some(self.popen.stdout)
            while not self._ended:
                with contextlib.suppress(queue.Full):
                    self.came.put(data, timeout=POLL_S)
                    break
            if not data:
                return

    def _collect(self) -> None:
        """What is printed: the first part is kept, the rest thrown away."""
        assert self.popen.stderr is not None
        if _CAN_WAIT_FOR_PIPES:
            while _wait_for(self.popen.stderr, None):
                with self._output_lock:  # a byte is in the pipe or in `output`, and never between the two
                    if not self._keep(_read_some(self.popen.stderr)):
                        return
        else:
            while data := _read_some(self.popen.stderr):
                with self._output_lock:
                    self._keep(data)

    def _keep(self, data: bytes) -> bool:
        self.output += data[: max(0, self.max_output_bytes - len(self.output))]
        self.output_bytes += len(data)
        return bool(data)

    def await_output(self) -> None:
        """Wait until what was printed before now has been read."""
        assert self.popen.stderr is not None
        if _CAN_WAIT_FOR_PIPES:
            collecting = self.threads[1]
            while collecting.is_alive() and _wait_for(self.popen.stderr, 0):
                time.sleep(_OUTPUT_PAUSE_S)
            with self._output_lock:
                return
        before = -1
        while before != self.output_bytes:  # the thread is given a moment for what is on its way
            before = self.output_bytes
            time.sleep(_OUTPUT_PAUSE_S)

    def take_output(self) -> bytes:
        """What was printed since it was last taken."""
        with self._output_lock:
            taken, self.output = self.output, bytearray()
        return bytes(taken)

    def _write(self) -> None:
        """Requests; `sent` says whether one went through."""
        assert self.popen.stdin is not None
        while (data := self.outbox.get()) is not None:
            try:
                view = memoryview(data)
                while view:
                    view = view[os.write(self.popen.stdin.fileno(), view) :]
            except OSError:
                self.sent.put(False)
            else:
                self.sent.put(True)

    # ---- its life

    def look(self) -> Usage:
        """What it used so far; what it had used when it was last seen, where it is gone."""
        found = None if self._ended else read_usage(self.popen)
        if found is not None:
            self.usage = found
            self.peak_memory_mib = max(self.peak_memory_mib, found.memory_mib)
        return self.usage

    def cpu_s(self) -> float:
        """CPU seconds used so far; 0 where the system does not say: then wall time alone decides."""
        return self.look().cpu_s

    def has_ended(self, wait_s: float) -> bool:
        """Whether it ends by itself within so many seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self.popen.wait(wait_s)
            self.exit_reason = f"ended by signal {-status}" if status < 0 else f"exited with status {status}"
            return True
        return False

    def end(self) -> None:
        """Kill it with everything that it started, and remove its folder. Safe to call again."""
        if self._ended:
            return
        self.look()
        self._ended = True
        if self.popen.returncode is None and hasattr(os, "killpg"):
            with contextlib.suppress(OSError):
                os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.kill()
        self.popen.wait()
        with contextlib.suppress(queue.Full):
            self.outbox.put_nowait(None)
        streams = (self.popen.stdout, self.popen.stderr, self.popen.stdin)
        for thread, stream in zip(self.threads, streams, strict=True):
            thread.join(1.0)
            # a process that left the group may hold the other end; closing under a reader hangs on Windows
            if stream is not None and not thread.is_alive():
                with contextlib.suppress(OSError):
                    stream.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class PipeChannel(Channel):
    """The pipes of one process."""

    process: PipeProcess

    def __init__(self, process: PipeProcess, limits: Limits) -> None:
        super().__init__(process, limits.message_mib << 20, limits.output_kib << 10)
        self._came = bytearray()
        self._ended = False

    def tell(self, kind: wire.Kind, nonce: bytes, metadata: dict[str, Any], buffers: Buffers, budget: Budget) -> None:
        """Send one frame; a small one at once."""
        head = wire.pack_head(kind, nonce, metadata, buffers, in_memory=False)
        if sum(map(len, buffers)) <= _JOINED_BYTES:
            self.send_bytes(b"".join((head, *buffers)), budget)
            return
        for piece in (head, *buffers):
            self.send_bytes(piece, budget)

    def send_bytes(self, data: bytes | bytearray | memoryview, budget: Budget) -> None:
        self.process.outbox.put(memoryview(data))
        while True:
            with contextlib.suppress(queue.Empty):
                if not self.process.sent.get(timeout=POLL_S):
                    raise DiedError
                return
            self.look_at_limits(budget)

    def receive_bytes(self, size: int, budget: Budget) -> bytearray:
        while len(self._came) < size:
            if self._ended:
                raise DiedError
            try:
                data = self.process.came.get(timeout=POLL_S)
            except queue.Empty:
                self.look_at_limits(budget)
                continue
            self._ended = not data
            self._came += data
            if not self.until_look_s:
                self.look_at_limits(budget)
        taken = self._came[:size]
        del self._came[:size]
        return taken

    def look_at_limits(self, budget: Budget) -> None:
        if self.process.look().memory_mib > self.process.max_memory_mib:
            self.process.memory_killed = True  # it will be
            raise LimitError("your code used more memory than it may.")
        super().look_at_limits(budget)

    def drain(self) -> None:
        """What was printed is read by another thread, which is waited for."""
        self.process.await_output()
        self.keep_output(self.process.take_output())


def _wait_for(stream: Any, timeout_s: float | None) -> bool:
    """Whether something can be read, the end included; not where the stream was closed meanwhile."""
    try:
        poller = select.poll()  # unlike select, for descriptors of any number
        poller.register(stream.fileno(), select.POLLIN)
        return bool(poller.poll(None if timeout_s is None else timeout_s * 1000))
    except (OSError, ValueError):
        return False


def _read_some(stream: Any) -> bytes:
    try:
        data: bytes = os.read(stream.fileno(), 1 << 16)
    except (OSError, ValueError):
        return b""
    return data


def _interpreter() -> tuple[str, dict[str, str]]:
    """This Python, and the environment to start it in: the sandbox's, as far as it is not of one system."""
    own = {name: value for name, value in ENVIRONMENT.items() if name not in ("PATH", "LANG", "USER")}
    kept = {name: value for name, value in os.environ.items() if not _configures_python(name)}
    base: str = getattr(sys, "_base_executable", sys.executable)
    if sys.platform == "win32" and base != sys.executable:
        # a virtual environment's python.exe starts another: its times and its end would be those of a mere starter
        return base, {**kept, **own, "__PYVENV_LAUNCHER__": sys.executable}
    return sys.executable, {**kept, **own}


def _configures_python(name: str) -> bool:
    """Variables that would make the student's Python another one than the grader's."""
    return name.startswith("PYTHON") and name not in _KEPT_VARIABLES
