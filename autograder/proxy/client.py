"""The trusted end of the wire: a submission's life in sandboxes, one test after another.

A sandbox is started when a test first needs it, the submission is imported once in it, and it is kept until it is
lost: to a limit, to a death, to garbage on the wire. What was lost costs the test that was running; the next test
gets a fresh one, whose import is not charged to it.
"""

from __future__ import annotations

import os
import secrets
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from autograder.errors import GraderError
from autograder.limits import Limits
from autograder.proxy import wire
from autograder.proxy.exceptions import student_exception
from autograder.sandbox.zygote import StudentProcess, ZygoteClient
from autograder.verdict import Outcome

_POLL_S: Final = 0.05
_KEPT_EVIDENCE: Final = 20


class SandboxLostError(BaseException):
    """The sandbox is gone in the middle of a test. Not an Exception: no test may catch it and go on to pass."""

    def __init__(self, outcome: Outcome, sentence: str) -> None:
        super().__init__(sentence)
        self.outcome = outcome
        self.sentence = sentence


class ArgumentChangedError(AssertionError):
    """The student's function changed an argument in place."""


class MissingNameError(Exception):
    """The submission does not define a name that the test uses."""


@dataclass
class TestUse:
    """What one test of the submission used and met so far; what is set here outlives the test's own body."""

    __test__ = False

    seed: int
    cpu_limit_s: float
    wall_limit_s: float
    cpu_s: float = 0.0
    wall_s: float = 0.0
    begun: bool = False
    lost: SandboxLostError | None = None
    missing: str = ""
    changed: str = ""
    evidence: list[str] = field(default_factory=list)


class Submission:
    """A submission behind the boundary.

    Args:
        zygote: where sandboxes come from.
        files: the workspace, bytes by relative path.
        modules: what to import, in order.
        limits: of the sandbox and of each test.
        import_seed: for the global generators at import.
    """

    def __init__(
        self,
        zygote: ZygoteClient,
        files: dict[str, bytes],
        modules: tuple[str, ...],
        limits: Limits,
        import_seed: int,
    ) -> None:
        self.zygote = zygote
        self.files = files
        self.modules = modules
        self.limits = limits
        self.import_seed = import_seed
        self.process: StudentProcess | None = None
        self.import_failure: SandboxLostError | None = None
        self.import_error: BaseException | None = None
        self.test: TestUse | None = None
        self.printed = b""
        self.peak_memory_mib = 0.0
        self.sandboxes = 0
        self._cpu_at_begin_s = 0.0
        self._output_open = True  # the student may close their end of it

    # ---- a test's life

    def begin_test(self, test: TestUse) -> None:
        """Everything until `end_test` is charged to `test`."""
        self.test = test
        self.printed = b""

    def end_test(self) -> None:
        """Close the test's account."""
        if self.test is not None and self.process is not None and self.test.begun:
            self.test.cpu_s = self.process.cpu_s() - self._cpu_at_begin_s
        self.test = None

    def call(self, module: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function of the student's and return what it claims to have returned."""
        __tracebackhide__ = True  # a suite's traceback ends at the call
        process = self._ready()
        buffers: list[bytes] = []
        metadata = {
            "module": module,
            "name": name,
            "args": [wire.encode(value, buffers, self.sandboxes) for value in args],
            "kwargs": {key: wire.encode(value, buffers, self.sandboxes) for key, value in kwargs.items()},
        }
        return self._answer(process, wire.Kind.CALL, metadata, buffers, f"{module}.{name}")

    def get(self, module: str, name: str) -> Any:
        """Read an attribute of a module of the student's."""
        __tracebackhide__ = True  # a suite's traceback ends at the call
        process = self._ready()
        return self._answer(process, wire.Kind.GET, {"module": module, "name": name}, [], f"{module}.{name}")

    def close(self) -> None:
        """End the sandbox that is left."""
        self._end_process()

    # ---- a sandbox's life

    def _ready(self) -> StudentProcess:
        """A sandbox in which the submission is imported and the test has begun."""
        test = self.test
        if test is None:
            raise RuntimeError("the student's code was called outside a test")
        if test.lost is not None:
            raise test.lost
        if self.import_failure is not None:
            test.lost = self.import_failure
            raise self.import_failure
        if self.process is None:
            self._start(test)
        assert self.process is not None
        if not test.begun:
            test.begun = True
            self._exchange(self.process, wire.Kind.BEGIN, {"seed": test.seed}, [], self._test_budget(test))
            self._cpu_at_begin_s = self.process.cpu_s()
        return self.process

    def _start(self, test: TestUse) -> None:
        try:
            self.process = self.zygote.spawn(self.limits)
        except GraderError as error:
            test.lost = SandboxLostError(Outcome.FAULT, str(error))
            raise test.lost from None
        self.sandboxes += 1
        self._output_open = True
        budget = Budget(self.limits.import_cpu_s, max(self.limits.wall_s, 3 * self.limits.import_cpu_s))
        try:
            names = list(self.files)
            files = [self.files[name] for name in names]
            self._exchange(self.process, wire.Kind.FILES, {"names": names}, files, budget)
            request = {"modules": list(self.modules), "seed": self.import_seed}
            reply, _ = self._exchange(self.process, wire.Kind.IMPORT, request, [], budget)
        except SandboxLostError as lost:
            self.import_failure = SandboxLostError(lost.outcome, f"While it was imported, {lost.sentence}")
            test.lost = self.import_failure
            raise self.import_failure from None
        if isinstance(reply, wire.Raised):
            self.import_error = student_exception(reply)
            outcome = _import_outcome(reply)
            self._end_process()
            self.import_failure = SandboxLostError(outcome, _import_sentence(reply))
            test.lost = self.import_failure
            raise self.import_failure

    def _end_process(self) -> None:
        if self.process is not None:
            self.process.end()
            self.peak_memory_mib = max(self.peak_memory_mib, self.process.peak_memory_mib)
            self.process = None

    def _lose(self, outcome: Outcome, sentence: str, evidence: str = "") -> SandboxLostError:
        """End the sandbox; the error that ends the test with it."""
        test, process = self.test, self.process
        assert test is not None
        assert process is not None
        self._drain(process)
        if test.begun:
            test.cpu_s = process.cpu_s() - self._cpu_at_begin_s
        self._end_process()
        if process.memory_killed:
            outcome, sentence = Outcome.MEMORY, f"your code used more than {self.limits.memory_mib} MiB of memory."
        if process.fault:
            outcome, sentence = Outcome.FAULT, process.fault
        if evidence and len(test.evidence) < _KEPT_EVIDENCE:
            test.evidence.append(evidence)
        lost = SandboxLostError(outcome, sentence)
        test.lost = lost
        return lost

    # ---- one question and its answer

    def _test_budget(self, test: TestUse) -> Budget:
        return Budget(test.cpu_limit_s, test.wall_limit_s - test.wall_s)

    def _answer(
        self, process: StudentProcess, kind: wire.Kind, metadata: dict[str, Any], buffers: list[bytes], name: str
    ) -> Any:
        __tracebackhide__ = True  # a suite's traceback ends at the call
        test = self.test
        assert test is not None
        reply, out = self._exchange(process, kind, metadata, buffers, self._test_budget(test))
        if isinstance(reply, wire.Missing):
            test.missing = name
            raise MissingNameError(f"{name} is not defined in the submission.")
        if isinstance(reply, wire.Raised):
            raise student_exception(reply)
        try:
            value = wire.Decoder(out, self.sandboxes).decode(reply.value)
        except wire.WireError as error:
            raise self._garbage(error) from None
        if reply.changed and kind is wire.Kind.CALL:
            which = reply.changed[0]
            test.changed = argument_name(name, which)
            raise ArgumentChangedError(f"{test.changed} was changed by the call.")
        return value

    def _garbage(self, error: wire.WireError) -> SandboxLostError:
        return self._lose(
            Outcome.CRASHED,
            "your code broke the connection to the grader.",
            f"sent {clean(str(error))} on the wire",
        )

    def _exchange(
        self,
        process: StudentProcess,
        kind: wire.Kind,
        metadata: dict[str, Any],
        buffers: list[bytes],
        budget: Budget,
    ) -> tuple[wire.Reply, list[bytes]]:
        """Send one request and receive its reply within the budget."""
        started_s = time.monotonic()
        cpu_base_s = self._cpu_at_begin_s if kind in (wire.Kind.CALL, wire.Kind.GET) else process.cpu_s()
        watch = Watch(budget, started_s, cpu_base_s)
        nonce = secrets.token_bytes(16)
        try:
            for piece in wire.pack_frame(kind, nonce, metadata, buffers):
                self._send(process, piece, watch)
            header = wire.parse_header(
                self._receive(process, wire.HEADER.size, watch), nonce, self.limits.message_mib << 20
            )
            sizes = wire.parse_sizes(self._receive(process, 8 * header.buffers, watch), header)
            reply = wire.parse_reply(header, self._receive(process, header.metadata_bytes, watch))
            out = [self._receive(process, size, watch) for size in sizes]
        except wire.WireError as error:
            raise self._garbage(error) from None
        finally:
            if self.test is not None and kind in (wire.Kind.CALL, wire.Kind.GET):
                self.test.wall_s += time.monotonic() - started_s
        self._drain(process)
        return reply, out

    def _send(self, process: StudentProcess, data: bytes, watch: Watch) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[process.wire.send(view, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL) :]
            except BlockingIOError:
                self._wait(process, select.POLLOUT, watch)
            except OSError:
                raise self._died(process) from None

    def _receive(self, process: StudentProcess, size: int, watch: Watch) -> bytes:
        data = bytearray(size)
        view, got = memoryview(data), 0
        while got < size:
            try:
                count = process.wire.recv_into(view[got:], 0, socket.MSG_DONTWAIT)
            except BlockingIOError:
                self._wait(process, select.POLLIN, watch)
                continue
            except OSError:
                raise self._died(process) from None
            if count == 0:
                raise self._died(process)
            got += count
        return bytes(data)

    def _wait(self, process: StudentProcess, event: int, watch: Watch) -> None:
        """Until the wire is ready; reads what the student prints, and ends the sandbox at a limit."""
        poller = select.poll()
        poller.register(process.wire, event)
        if self._output_open:
            poller.register(process.output_fd, select.POLLIN)
        ready = dict(poller.poll(_POLL_S * 1000))
        if process.output_fd in ready:
            self._output_open = bool(ready[process.output_fd] & select.POLLIN)
            self._drain(process)
        if process.wire.fileno() not in ready or time.monotonic() >= watch.next_look_s:
            self._watch_limits(process, watch)

    def _watch_limits(self, process: StudentProcess, watch: Watch) -> None:
        now_s = time.monotonic()
        watch.next_look_s = now_s + _POLL_S
        if process.cpu_s() - watch.cpu_base_s > watch.budget.cpu_s:
            raise self._lose(Outcome.TIMEOUT, f"your code used more than {watch.budget.cpu_s:.3g} s of CPU time.")
        if now_s - watch.started_s > watch.budget.wall_s:
            raise self._lose(Outcome.TIMEOUT, "your code did not answer in time.", "a wall-clock time-out")

    def _died(self, process: StudentProcess) -> SandboxLostError:
        """The wire ended: the process exited, or closed it."""
        # Its exit is awaited for a moment, so that the evidence can tell an exit from a kill.
        poller = select.poll()
        poller.register(process.pidfd, select.POLLIN)
        poller.poll(1000)
        lost = self._lose(Outcome.CRASHED, "your code ended its own process.")
        if process.exit is not None and self.test is not None:
            self.test.evidence.append(f"the process {process.exit.reason}")
        return lost

    def _drain(self, process: StudentProcess) -> None:
        """Read what the student printed; the first part is kept, the rest thrown away."""
        poller = select.poll()
        poller.register(process.output_fd, select.POLLIN)
        keep = self.limits.output_kib << 10
        for _ in range(64):
            ready = poller.poll(0)
            if not ready or not ready[0][1] & select.POLLIN:
                return
            data = os.read(process.output_fd, 1 << 16)
            self.printed += data[: max(0, keep - len(self.printed))]


@dataclass(frozen=True)
class Budget:
    """What one exchange may use."""

    cpu_s: float
    wall_s: float


@dataclass
class Watch:
    """A budget and the clocks' readings when it began."""

    budget: Budget
    started_s: float
    cpu_base_s: float
    next_look_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.next_look_s = self.started_s + _POLL_S


argument_names: Callable[[str], list[str]] | None = None


def argument_name(function: str, which: int | str) -> str:
    """The parameter's name in the reference, for a position or keyword that the student's side reported."""
    if isinstance(which, str):
        return clean(which)
    names = argument_names(function) if argument_names is not None else []
    return names[which] if 0 <= which < len(names) else f"argument {which + 1}"


def clean(text: str) -> str:
    """A short printable form of a student's text."""
    return wire.clean_text(text, 200).replace("\n", " ")


def _import_outcome(reply: wire.Raised) -> Outcome:
    if reply.base == "MemoryError":
        return Outcome.MEMORY
    return Outcome.CRASHED if reply.base == "SystemExit" else Outcome.MISSING


def _import_sentence(reply: wire.Raised) -> str:
    """Why nothing could be imported, for the student: it is their own file, so all of it may be said."""
    where = f", line {reply.frames[-1][1]} of {clean(reply.frames[-1][0])}" if reply.frames else ""
    text = f": {clean(reply.text)}" if reply.text else ""
    return f"your file could not be imported: {clean(reply.type)}{text}{where}."
