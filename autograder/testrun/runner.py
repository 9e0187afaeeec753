"""The driver's side of a suite's process: Workspace -> list[TestResult], whatever dies on the way."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import math
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from autograder.errors import GraderError, SpecError
from autograder.limits import Limits
from autograder.sandbox import Zygote
from autograder.sandbox.zygote import ENVIRONMENT
from autograder.spec import Assignment
from autograder.testrun.accelerator import NO_GPU, Place, defer
from autograder.testrun.events import Event, EventReader, ForkEndedError
from autograder.testrun.host_process import tell
from autograder.testrun.job import IMPORT, RUN, HostConfig, Job, Server
from autograder.verdict import ExpectedTest, Outcome, TestResult
from autograder.workspace import Workspace

_COLLECT_WAIT_S: Final = 300.0
_TRUSTED_WAIT_S: Final = 60.0  # what a test's own body may take on our side, beyond what it waits for the student
_SLOWEST: Final = 25.0  # a process that computes is ended by its CPU limit after 20 times that of wall time at most
_MAX_DEATHS: Final = 3


@dataclass(frozen=True)
class TestRun:
    """What one submission's tests came to."""

    __test__ = False

    results: tuple[TestResult, ...]
    peak_memory_mib: float
    sandboxes: int
    wall_s: float
    import_failure: str
    """Why nothing could be imported, for the student; empty where it could."""
    passed_over: tuple[str, ...] = ()
    """What of the submission's top level failed, a sentence each."""


class Suite:
    """A suite collected once, ready to be run against any number of submissions, by several threads at a time.

    Args:
        assignment: whose suites.
        sandbox: where the student's code runs.
        key: the assignment's key, from which every test's seed is derived.

    Raises:
        SpecError: the suites cannot be collected, or the reference cannot be imported.
    """

    def __init__(self, assignment: Assignment, sandbox: Zygote, key: bytes) -> None:
        self.assignment = assignment
        self.key = key
        self.reference: dict[str, TestResult] = {}
        self.imported: dict[str, str] = {}
        """What the reference's tests imported as they ran: modules and their files."""
        self.accelerator = NO_GPU
        """Lends GPUs to the tests that need them."""
        self._sandbox = sandbox
        self._lock = threading.Lock()
        self._open()

    def _open(self) -> None:
        """Start the suite's process and have it collect the tests."""
        self._requests, theirs = socket.socketpair()
        self._process = self._start(theirs)
        try:
            self.tests = self._await_tests()
        except BaseException:
            self.close()
            raise

    def _start(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        address = self._sandbox.address()
        config = HostConfig(
            tests=self.assignment.tests.resolve(),
            reference=self.assignment.reference.resolve(),
            modules=self.assignment.spec.modules,
            points=self.assignment.spec.points,
            control_fd=address.control_fd,
            server=Server.of(self._sandbox),
            packages=self.assignment.spec.packages,
        )
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "autograder.testrun.host_process", str(theirs.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno(), address.control_fd],
            env={**ENVIRONMENT, "HOME": os.environ.get("HOME", "/"), "PATH": os.environ.get("PATH", "/usr/bin")},
            cwd=self.assignment.tests,  # pytest writes paths relative to it
            start_new_session=True,
        )
        theirs.close()
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(config.model_dump_json().encode())
            process.stdin.close()
        return process

    def _await_tests(self) -> tuple[ExpectedTest, ...]:
        self._requests.settimeout(_COLLECT_WAIT_S)
        try:
            size = int.from_bytes(self._read(4), "big")
            message = json.loads(self._read(size))
        except TimeoutError:
            raise SpecError(
                f"{self.assignment.tests} was not collected in {_COLLECT_WAIT_S:g} s; run pytest there."
            ) from None
        except EOFError:
            raise SpecError(
                f"{self.assignment.tests}: collecting the suites ended the process; run pytest there."
            ) from None
        finally:
            self._requests.settimeout(None)
        if "error" in message:
            raise SpecError(f"{self.assignment.tests}: {message['error']}")
        tests = tuple(ExpectedTest.model_validate(test) for test in message["tests"])
        most = self.assignment.spec.limits.gpus
        for test in tests:
            if test.gpus > most:
                raise SpecError(
                    f"{self.assignment.tests}: {test.nodeid} asks for {test.gpus} GPUs, and assignment.toml allows a "
                    f"submission {most}; set gpus under [limits]."
                )
        return tests

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self._requests.recv(size - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def import_ahead(self) -> bool:
        """Have the process that is forked import what the reference's tests did, not each of its forks.

        Returns:
            Whether there is anything; the next run waits until it is done, or says that the process is gone.
        """
        if not self.imported:
            return False
        with self._lock, contextlib.suppress(OSError):
            self._requests.sendall(IMPORT)
            tell(self._requests, self.imported)
        return True

    def start_again(self) -> None:
        """Start the suite's process anew, with nothing imported ahead: the tests did not bear it.

        Raises:
            SpecError: as at first.
        """
        self.imported = {}
        self.close()
        self._open()

    @property
    def is_alive(self) -> bool:
        """Whether its process is there to be asked."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the suite's process and its forks."""
        self._requests.close()
        self._process.kill()
        self._process.wait()

    # ---- one submission

    def run(
        self,
        workspace: Workspace,
        tests: Sequence[int] | None = None,
        *,
        whole: int | None = None,
        until_s: float = math.inf,
    ) -> TestRun:
        """Run every test against a workspace, or those at these places in `self.tests`, in that order.

        Args:
            workspace: whose.
            tests: the places; None for all.
            whole: after so many of them the run ends with the first loss, and with a time-out at once: what is asked
                is whether a test is lost, not which.
            until_s: when to stop, by `time.monotonic()`: the tests that are not judged by then have no result.

        Raises:
            GraderError: the trusted side died again and again; the submission stays ungraded.
        """
        places = range(len(self.tests)) if tests is None else tests
        if not any(self.tests[place].gpus for place in places):
            return self._run_places(workspace, places, whole=whole, until_s=until_s)
        return self._run_divided(workspace, places, whole=whole, until_s=until_s)

    def _run_divided(
        self, workspace: Workspace, places: Sequence[int], *, whole: int | None, until_s: float
    ) -> TestRun:
        """Tests that need GPUs apart from the others: in a sandbox that has them, or put off."""
        here: list[int] = []
        with_gpus: list[int] = []
        deferred: dict[int, TestResult] = {}
        for place in places:
            test = self.tests[place]
            reason = self._why_not(test)
            if reason:
                deferred[place] = defer(test, reason)
            else:
                (with_gpus if test.gpus and not self.accelerator.runs_on_cpu(test) else here).append(place)
        run = self._run_places(workspace, here, whole=whole, until_s=until_s)
        found = dict(zip(here, run.results, strict=False)) | deferred
        if with_gpus and (whole is None or len(run.results) == len(here)):
            second = self._run_with_gpus(workspace, with_gpus, whole=whole, until_s=until_s)
            found |= dict(zip(with_gpus, second.results, strict=False))
            run = _join(run, second)
        return replace(run, results=tuple(found[place] for place in places if place in found))

    def _why_not(self, test: ExpectedTest) -> str:
        """Why a test is put off: what held for the reference holds for the submissions."""
        reference = self.reference.get(test.nodeid)
        if reference is not None and reference.outcome is Outcome.DEFERRED:
            return next(iter(reference.evidence), "put off: it was for the reference").removeprefix("put off: ")
        return self.accelerator.why_not(test)

    def _run_with_gpus(
        self, workspace: Workspace, places: Sequence[int], *, whole: int | None, until_s: float
    ) -> TestRun:
        """Hold the devices, run; where a test is lost, ask whether they still work: else it is put off."""
        count = max(self.tests[place].gpus for place in places)
        with self.accelerator.lend(count, until_s) as place:
            run = self._run_places(workspace, places, whole=whole, until_s=until_s, place=place)
            lost = [result for result in run.results if result.outcome not in (Outcome.PASSED, Outcome.PARTIAL)]
            reason = self.accelerator.try_place(place).reason if lost else ""
        if not reason:
            return run
        by_nodeid = {test.nodeid: test for test in self.tests}
        results = [defer(by_nodeid[r.nodeid], reason) if r in lost else r for r in run.results]
        return replace(run, results=tuple(results))

    def _run_places(
        self,
        workspace: Workspace,
        places: Sequence[int],
        *,
        whole: int | None,
        until_s: float,
        place: Place | None = None,
    ) -> TestRun:
        """Run the tests at these places in one kind of sandbox, whatever dies on the way."""
        started_s = time.monotonic()
        state = _RunState([], 0, 0.0, 0, tests=places, whole=whole, until_s=until_s, place=place)
        died_in: list[int] = []
        while True:
            try:
                self._run_fork(self._job(workspace, state), state)
                break
            except ForkEndedError as death:
                if state.left_s <= 0:
                    break
                self._note_death(death, state, died_in)
        wall_s = time.monotonic() - started_s
        return TestRun(
            tuple(state.results), state.peak_memory_mib, state.sandboxes, wall_s, state.import_failure,
            state.passed_over,
        )  # fmt: skip

    def _note_death(self, death: ForkEndedError, state: _RunState, died_in: list[int]) -> None:
        """Twice in the same test, which the reference passes: that test fails. Else a fault, after a few."""
        died_in.append(state.started if state.started == state.following else -1)
        if died_in[-1] >= 0 and died_in.count(died_in[-1]) >= 2:
            state.results.append(
                TestResult(
                    nodeid=self.tests[state.tests[state.started]].nodeid,
                    outcome=Outcome.FAILED,
                    summary="What your code returned could not be used in this check.",
                    evidence=(f"the grader's own process {death} twice in this test",),
                )
            )
        elif died_in.count(-1) > _MAX_DEATHS:
            raise GraderError(f"The suite's process {death} again and again; run the command again.")

    def _job(self, workspace: Workspace, state: _RunState) -> Job:
        limits = self.assignment.spec.limits
        return Job(
            files=workspace.files,
            modules=list(workspace.modules),
            limits=limits,
            cpu_limits_s={test.nodeid: self._cpu_limit_s(test, limits) for test in self.tests},
            seeds={test.nodeid: self.seed(workspace, test.nodeid) for test in self.tests},
            subtests={nodeid: result.subtests for nodeid, result in self.reference.items() if result.subtests},
            allowed=self._allowed(resumed=bool(state.results) or state.whole is not None),
            import_seed=int(self.seed(workspace, "import")[-8:], 16),
            cells=workspace.cells,
            forbidden=self.assignment.spec.forbidden,
            refused=workspace.forbidden,
            places=list(state.tests),
            first=state.following,
            whole=state.whole,
            lost=any(result.outcome is not Outcome.PASSED for result in state.results),
            server=Server.of(state.place.sandbox) if state.place else None,
            grant=state.place.grant if state.place else None,
            tells_imports=not self.reference,
        )

    def _allowed(self, *, resumed: bool) -> dict[str, list[str]] | None:
        """What may be asked of objects in each test.

        In a run that goes on in the middle, or in another order, a wider fixture is set up by another test than in the
        reference's run: there each test may ask what any does.
        """
        if not self.reference:
            return None
        every = sorted({question for result in self.reference.values() for question in result.asked})
        return {nodeid: every if resumed else list(result.asked) for nodeid, result in self.reference.items()}

    def _cpu_limit_s(self, test: ExpectedTest, limits: Limits) -> float:
        reference_cpu_s = self.reference[test.nodeid].cpu_s if self.reference else 0.0
        return limits.test_cpu_s(reference_cpu_s, test.timeout_s)

    def seed(self, workspace: Workspace, test: str) -> str:
        """HMAC-SHA256 of the key over the submission's digest and the test: 28 bytes for `rng`, 4 for the student."""
        message = f"{workspace.source_digest}\0{test}".encode()
        return hmac.new(self.key, message, hashlib.sha256).hexdigest()

    def _run_fork(self, job: Job, state: _RunState) -> None:
        channel, theirs = socket.socketpair()
        with channel, os.fdopen(os.memfd_create("events"), "rb", buffering=0) as file:
            try:
                descriptors = [theirs.fileno(), file.fileno()]
                if state.place is not None:
                    descriptors.append(state.place.sandbox.address().control_fd)
                with self._lock:
                    socket.send_fds(self._requests, [RUN], descriptors, socket.MSG_NOSIGNAL)
            except OSError:
                raise GraderError("The suite's process is gone; run the command again.") from None
            finally:
                theirs.close()
            state.started = -1
            reader = EventReader(channel, file.fileno())
            try:
                _send(channel, job.model_dump_json().encode() + b"\n")
                slowest_s = _SLOWEST * max((job.limits.import_cpu_s, *job.cpu_limits_s.values()))
                patience_s = _TRUSTED_WAIT_S + job.limits.wall_s + slowest_s
                while not _take(reader.read(patience_s, state.until_s), state):
                    pass
                self.imported |= state.imported
            finally:
                reader.end()


def _take(event: Event, state: _RunState) -> bool:
    """Take an event into account; whether it was the last."""
    if event.result is not None:
        state.results.append(event.result)
    if event.start is not None:
        state.started = event.start
    if event.done:
        state.peak_memory_mib = max(state.peak_memory_mib, event.peak_memory_mib)
        state.sandboxes += event.sandboxes
        state.import_failure = state.import_failure or event.import_failure
        state.passed_over = state.passed_over or event.passed_over
        state.imported |= event.imported
    return event.done


def _join(first: TestRun, second: TestRun) -> TestRun:
    """Two runs of one submission as one; the results are the caller's to put in order."""
    return TestRun(
        results=(*first.results, *second.results),
        peak_memory_mib=max(first.peak_memory_mib, second.peak_memory_mib),
        sandboxes=first.sandboxes + second.sandboxes,
        wall_s=first.wall_s + second.wall_s,
        import_failure=first.import_failure or second.import_failure,
        passed_over=first.passed_over or second.passed_over,
    )


@dataclass
class _RunState:
    results: list[TestResult]
    started: int
    peak_memory_mib: float
    sandboxes: int
    import_failure: str = ""
    passed_over: tuple[str, ...] = ()
    imported: dict[str, str] = field(default_factory=dict)
    tests: Sequence[int] = ()
    whole: int | None = None
    until_s: float = math.inf
    place: Place | None = None

    @property
    def left_s(self) -> float:
        """How long it may still take."""
        return self.until_s - time.monotonic()

    @property
    def following(self) -> int:
        """Which of `tests` is next."""
        return len(self.results)


def _send(channel: socket.socket, data: bytes) -> None:
    try:
        channel.sendall(data)
    except OSError:
        raise ForkEndedError("ended before it began") from None


def refuse_tests(workspace: Workspace, tests: Sequence[ExpectedTest]) -> TestRun | None:
    """Nothing to import, or nothing that may be graded: every test ends the same; else None."""
    outcome, sentence = Outcome.MISSING, workspace.refusal
    if not sentence and workspace.forbidden and workspace.forbidden.keys() == set(workspace.modules):
        outcome, sentence = Outcome.FORBIDDEN, next(iter(workspace.forbidden.values()))
    if not sentence:
        return None
    results = tuple(TestResult(nodeid=test.nodeid, outcome=outcome, summary=sentence) for test in tests)
    return TestRun(results, 0.0, 0, 0.0, "")


def key_for(secret: bytes, assignment_id: str) -> bytes:
    """An assignment's key, derived from the course's secret: a zip may hold it, and gives no other away."""
    return hmac.new(secret, assignment_id.encode(), hashlib.sha256).digest()
