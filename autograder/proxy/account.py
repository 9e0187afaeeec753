"""What one test met on the way: its account, which outlives the test's own body, and the errors that end it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from autograder.proxy.inputs import KEPT_CALLS, TakenCall
from autograder.verdict import Outcome


class SandboxLostError(BaseException):
    """The sandbox is gone in the middle of a test. Not an Exception: no test may catch it and go on to pass."""

    def __init__(self, outcome: Outcome, sentence: str, *, at_import: bool = False) -> None:
        super().__init__(sentence)
        self.outcome = outcome
        self.sentence = sentence
        self.at_import = at_import

    def again(self) -> SandboxLostError:
        """The same loss as a new exception: one that is raised again and again collects every traceback."""
        return SandboxLostError(self.outcome, self.sentence, at_import=self.at_import)


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
    in_place: frozenset[str] = frozenset()
    cpu_s: float = 0.0
    wall_s: float = 0.0
    begun: bool = False
    lost: SandboxLostError | None = None
    allowed: frozenset[str] | None = None
    """What may be asked of objects: what the reference's run of this test asked; None while that is found out."""
    asked: set[str] = field(default_factory=set)
    missing: str = ""
    """A name that the submission does not define."""
    missing_why: str = ""
    """The statement that would have defined it, where it was passed over."""
    asserted: bool = False
    """A function of the test's, called by the student's code, raised AssertionError."""
    decoding_s: float = 0.0
    tolerance_used: float = 0.0
    """The largest share of its tolerance that a comparison which passed has used."""
    measured: dict[str, float] = field(default_factory=dict)
    """What the test measured for a leaderboard, by name; less is better."""
    changed: str = ""
    steps: int = 0
    callbacks: int = 0
    evidence: list[str] = field(default_factory=list)
    calls: deque[TakenCall] = field(default_factory=lambda: deque(maxlen=KEPT_CALLS))
    """The last calls of the submission's code, for the TA."""


@dataclass(frozen=True)
class Names:
    """What the suite's process knows of the assignment's modules.

    Attributes:
        mirrors: the public classes, by module and name.
        arguments: the parameters of module and function, of a class, or of its method.
        tensors: whether tensors cross by value.
    """

    mirrors: dict[tuple[str, str], type] = field(default_factory=dict)
    arguments: Callable[..., list[str]] = lambda *path: []
    tensors: bool = False
