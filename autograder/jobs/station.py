"""The two warm processes that a class's grades come from, started again where one of them is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from autograder.errors import GraderError
from autograder.sandbox import Zygote
from autograder.spec import Assignment
from autograder.testrun.accelerator import NO_GPU, Accelerator
from autograder.testrun.runner import Suite

_MOST_RESTARTS: Final = 5


class Station:
    """A sandbox and a suite; used by several threads at a time.

    Args:
        assignment: whose suite.
        key: the assignment's key.
        sandbox: to begin with; whoever opened it closes it.
        reopen: opens another like it; None: what is lost stays lost.
        is_unchanged: whether the assignment's files are still those that the first suite was collected from.
        accelerator: lends GPUs; whoever made it closes it.

    Raises:
        SpecError: the suite cannot be collected.
    """

    def __init__(
        self,
        assignment: Assignment,
        key: bytes,
        sandbox: Zygote,
        reopen: Callable[[], Zygote] | None,
        is_unchanged: Callable[[], bool],
        accelerator: Accelerator = NO_GPU,
    ) -> None:
        self.assignment = assignment
        self.key = key
        self.sandbox = sandbox
        self.reopen = reopen
        self.is_unchanged = is_unchanged
        self.suite = Suite(assignment, sandbox, key)
        self.suite.accelerator = accelerator
        self.restarts = 0
        self._opened: list[Zygote] = []
        self._lock = threading.Lock()
        self._closed = False

    def mend(self, suite: Suite) -> bool:
        """Whether the fault of a run with `suite` was the loss of a process of ours, and both are there again.

        Args:
            suite: the one that the run used; another thread may have mended the station meanwhile.

        Raises:
            GraderError: they cannot be started again.
        """
        with self._lock:
            if self._closed or self.reopen is None:
                return False
            if suite is not self.suite:
                return True
            if self.suite.is_alive and self.sandbox.is_alive:
                return False
            if self.restarts == _MOST_RESTARTS:
                raise GraderError("The grader's own processes end again and again; run the command again.")
            if not self.is_unchanged():
                raise GraderError("The assignment has changed while a class was graded; run the command again.")
            self.restarts += 1
            self._restart(self.reopen)
            return True

    def _restart(self, reopen: Callable[[], Zygote]) -> None:
        lost = self.suite
        lost.close()
        self.sandbox.close()
        self.sandbox = reopen()
        self._opened.append(self.sandbox)
        suite = Suite(self.assignment, self.sandbox, self.key)
        suite.reference = lost.reference
        suite.accelerator = lost.accelerator
        suite.imported = lost.imported
        suite.import_ahead()
        self.suite = suite  # last: another thread may take it at once

    def close(self) -> None:
        """End the suite, and what was opened here. Whoever waits for a grade learns of it as a GraderError."""
        with self._lock:  # a restart that is under way is waited for, so that nothing of it stays
            self._closed = True
        self.suite.close()
        for sandbox in self._opened:
            sandbox.close()
