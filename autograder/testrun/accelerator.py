"""The GPUs of a run: whether a test can have them, and lending them to one submission at a time.

Where they are not there, do not work or are too small, a test is put off, with a reason for the TA. That is settled
before the student's code is near, and after a failing test it is asked again.
"""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from autograder.errors import GraderError
from autograder.sandbox import Zygote, open_gpu_sandbox
from autograder.sandbox.devices import Found, Grant, find_devices, hold_devices
from autograder.verdict import ExpectedTest, Outcome, TestResult

Choice = Literal["auto", "cpu"]
LATER: Final = (
    "It needs a GPU, which is not here: it is graded later, and its points are neither given nor lost until then."
)
_ASKED_FOR_CPU: Final = "the run was asked for --device cpu, and the test does not allow it"


@dataclass(frozen=True)
class Trial:
    """What came of trying the devices.

    Attributes:
        reason: why CUDA does not work there, for the TA; empty where it does.
        free_gib: free memory of each device, in GiB.
    """

    reason: str
    free_gib: tuple[float, ...] = ()

    def why_not(self, gpus: int, memory_gib: float) -> str:
        """Why so many devices with so much free memory each cannot be had; empty where they can."""
        if self.reason:
            return self.reason
        fitting = sum(free_gib >= memory_gib for free_gib in self.free_gib)
        if fitting >= gpus and len(self.free_gib) == fitting:
            return ""
        most = max(self.free_gib, default=0.0)
        return (
            f"{gpus} GPUs with {memory_gib:g} GiB free are needed; here are {len(self.free_gib)}, {most:.1f} GiB free"
        )


@dataclass(frozen=True)
class Place:
    """Where a submission's tests with GPUs run: a fork server whose uses are granted these devices."""

    sandbox: Zygote
    grant: Grant


class Accelerator:
    """What a run does with tests that need GPUs; used by several threads at a time.

    Args:
        choice: `auto` takes the machine's GPUs; `cpu` none, and runs what a suite allows on the processor.
        packages: of the assignment.
        found: the devices; None: those of this machine.
        only: the tests that need just so many are run, and the others put off; None: all that can be.
    """

    def __init__(
        self, choice: Choice, packages: Sequence[str], found: Found | None = None, only: int | None = None
    ) -> None:
        self.choice = choice
        self.only = only
        self.packages = list(packages)
        self.found = Found(reason=_ASKED_FOR_CPU) if choice == "cpu" else found or find_devices()
        self.trial = Trial(self.found.reason)
        self._sandbox: Zygote | None = None
        self._lock = threading.Lock()

    def prepare(self, tests: Sequence[ExpectedTest], beside: Zygote) -> None:
        """Start and try what these tests need; nothing where none needs a GPU.

        What does not work is a reason to put tests off, not an error.

        Args:
            tests: of the suite.
            beside: the sandbox of the other tests, whose kind is taken.
        """
        needed = max((test.gpus for test in tests if self.only in (None, test.gpus)), default=0)
        if not needed or self.trial.reason:
            return
        most = max(min(needed, self.found.count), 1)
        try:
            self._sandbox = open_gpu_sandbox(beside, self.packages, self.found)
            with hold_devices(self.found, most) as grant:
                self.trial = self.try_place(Place(self._sandbox, grant))
        except GraderError as error:
            self.trial = Trial(str(error).rstrip("."))
        if self.trial.reason:
            self.close()

    def runs_on_cpu(self, test: ExpectedTest) -> bool:
        """Whether the processor stands in for a test's GPUs."""
        return self.choice == "cpu" and test.runs_on_cpu

    def why_not(self, test: ExpectedTest) -> str:
        """Why a test is put off, for the TA; empty where it runs."""
        if not test.gpus or self.runs_on_cpu(test):
            return ""
        if self.only not in (None, test.gpus):
            return f"this run is for the tests that need {self.only} GPUs"
        if self.trial.reason:
            return self.trial.reason
        if test.gpus > self.found.count:
            return f"{test.gpus} GPUs are needed; here are {self.found.count}"
        return self.trial.why_not(test.gpus, test.gpu_memory_gib)

    @contextlib.contextmanager
    def lend(self, count: int, until_s: float = math.inf) -> Iterator[Place]:
        """Wait for so many GPUs, and hold them.

        Raises:
            GraderError: they cannot be had, or the fork server is lost and cannot be started again.
        """
        with hold_devices(self.found, count, until_s) as grant:
            yield Place(self._running(), grant)

    def try_place(self, place: Place) -> Trial:
        """Whether the devices that are held work now, where no submission is.

        Raises:
            GraderError: the fork server is lost.
        """
        from autograder.testrun.trial import try_devices  # here: it imports NumPy, which a driver without GPUs spares

        return try_devices(place.sandbox, place.grant, tensors="torch" in self.packages)

    def _running(self) -> Zygote:
        with self._lock:
            if self._sandbox is None:
                raise GraderError("The GPUs' sandbox is closed; run the command again.")
            if not self._sandbox.is_alive:
                lost = self._sandbox
                lost.close()
                self._sandbox = open_gpu_sandbox(lost, self.packages, self.found)
            return self._sandbox

    def describe(self) -> dict[str, Any]:
        """For the record."""
        return {"choice": self.choice, "gpus": self.found.count if not self.trial.reason else 0,
                "reason": self.trial.reason}  # fmt: skip

    def close(self) -> None:
        """End the sandbox. Safe to call again."""
        with self._lock:
            if self._sandbox is not None:
                self._sandbox.close()
                self._sandbox = None


def defer(test: ExpectedTest, reason: str) -> TestResult:
    """A test that is put off: a sentence for the student, and the reason for the TA."""
    return TestResult(nodeid=test.nodeid, outcome=Outcome.DEFERRED, summary=LATER, evidence=(f"put off: {reason}",))


NO_GPU: Final = Accelerator("auto", (), Found(reason="nothing here looks for one"))
"""Where a suite is run by something that lends none."""


def lend_none(choice: Choice) -> Accelerator:
    """An accelerator that lends nothing of this machine's, and knows what was chosen."""
    return Accelerator(choice, (), NO_GPU.found)
