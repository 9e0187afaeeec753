"""What came out: outcomes, results and reports, as frozen records.

`Outcome.INVALID` is zero: a verdict that nobody set is not a pass.
"""

from __future__ import annotations

import enum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

IMPORT_FAILED = "Your file could not be imported; the reason stands above the tests."
"""The summary of every test of a submission that cannot be imported: the reason is one message, not one a test."""
Visibility = Literal["visible", "hidden", "after_due_date", "after_published"]


class Outcome(enum.IntEnum):
    """How one test ended. Only PASSED and PARTIAL are worth points; DEFERRED and FAULT are never scored."""

    INVALID = 0
    PASSED = 1
    FAILED = 2
    PARTIAL = 3
    ERROR = 4
    TIMEOUT = 5
    MEMORY = 6
    CRASHED = 7
    MISSING = 8
    FORBIDDEN = 9
    DEFERRED = 10
    FAULT = 11

    @property
    def label(self) -> str:
        """The outcome's name as reports write it."""
        return self.name.lower()


def _outcome(value: Any) -> Any:
    return Outcome.__members__.get(value.upper(), value) if isinstance(value, str) else value


OutcomeField = Annotated[
    Outcome, BeforeValidator(_outcome), PlainSerializer(lambda outcome: outcome.label, return_type=str)
]


class Record(BaseModel):
    """A frozen record: unknown fields and non-finite numbers are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ExpectedTest(Record):
    """One test as it was collected against the reference's names, before any submission is run."""

    nodeid: str
    function: str
    title: str
    points: float = Field(ge=0)
    requires: tuple[str, ...] = ()
    in_place: tuple[str, ...] = ()
    hint: str = ""
    visibility: Visibility = "visible"
    public: bool = False
    timeout_s: float | None = Field(default=None, gt=0)
    gpus: int = Field(default=0, ge=0)
    """How many GPUs it needs; it is put off where they are not there."""
    gpu_memory_gib: float = Field(default=0.0, ge=0)
    """Free memory that each of them must have."""
    runs_on_cpu: bool = False
    """Whether the processor may stand in for its GPUs where the run asks for that."""


class StudentFrame(Record):
    """Where in the student's own file an exception came from."""

    file: str
    line: int
    function: str


class RecordedCall(Record):
    """A call of the submission's code, as a TA reads it: type, shape, dtype and first values of each argument."""

    function: str
    arguments: tuple[tuple[str, str], ...] = ()
    """Names and values, in the order of the call; together no more than a screen."""


class TestResult(Record):
    """What one test of one submission came to, on the trusted side."""

    __test__ = False  # not a test class, whatever pytest thinks of the name

    nodeid: str
    outcome: OutcomeField = Outcome.INVALID
    credit: float = Field(default=0.0, ge=0, le=1)
    summary: str = ""
    """One sentence that may be shown to the student whatever the test's kind: no input, no answer."""
    exception: str = ""
    frame: StudentFrame | None = None
    detail: str = ""
    """The traceback; for the TA, and for the student where the test is public."""
    evidence: tuple[str, ...] = ()
    printed: str = ""
    seed: str = ""
    subtests: int = 0
    """How many subtests passed."""
    asked: tuple[str, ...] = ()
    """What the test asked of objects of the submission's."""
    calls: tuple[RecordedCall, ...] = ()
    """The last calls of a test that did not pass, the last one last; for the TA alone."""
    tolerance_used: float = 0.0
    """The largest share of its tolerance that a comparison which passed has used; 0 where none was within one."""
    measured: dict[str, float] = Field(default_factory=dict)
    """For a leaderboard, by its name there: of a test that passed; less is better. It is worth no points."""
    cpu_s: float = 0.0
    wall_s: float = 0.0
    device: Literal["", "cuda", "cpu"] = ""
    """Of a test that needs a GPU: where it ran; empty where it did not run, and for every other test."""


class Ruling(Record):
    """What a TA decided on one test.

    `points`: these points, for one student. `void-give`, `void-drop`: the test is void for everyone, its points given,
    or taken out of the total.
    """

    action: Literal["points", "void-give", "void-drop"]
    points: float = Field(ge=0)
    reason: str = Field(min_length=1)


class Override(Record):
    """Why a test's score is not the machine's.

    `unblocked`: it pays because a test that it requires is void, for the reason that is given there; the other actions
    are Ruling's.
    """

    action: Literal["points", "void-give", "void-drop", "unblocked"]
    reason: str = Field(min_length=1)
    machine_score: float = Field(ge=0)
    """What the test was worth without any override."""


class ScoredTest(Record):
    """A test with its points."""

    expected: ExpectedTest
    result: TestResult
    score: float = Field(ge=0)
    blocked_by: str = ""
    """The required test that failed, if this one passed and is not paid because of it."""
    waits_for: str = ""
    """The test that is put off for want of a GPU, this one or one that it requires: its points are still to come."""
    override: Override | None = None

    @property
    def points(self) -> float:
        """The most that the test can be worth: nothing where its points are taken out of the total."""
        dropped = self.override is not None and self.override.action == "void-drop"
        return 0.0 if dropped else self.expected.points

    @property
    def waiting(self) -> float:
        """Points that are neither given nor lost yet."""
        if not self.waits_for or self.override is not None:
            return 0.0
        return self.points * (1.0 if self.result.outcome is Outcome.DEFERRED else self.result.credit)

    @property
    def is_shown(self) -> bool:
        """Whether the student reads of it: who waits for a GPU and is worth nothing is the TA's business alone."""
        return self.expected.points > 0 or not self.waits_for

    @property
    def label(self) -> str:
        """What became of it, in a word or two: its outcome, unless another test keeps it from being paid."""
        if self.blocked_by:
            return "not counted"
        return Outcome.DEFERRED.label if self.waits_for else self.result.outcome.label


class MachineGrade(Record):
    """What a report came to before a TA's overrides."""

    score: float = Field(ge=0)
    points: float = Field(gt=0)


class GradeReport(Record):
    """One submission's grade, whole."""

    student: str
    assignment: str
    title: str
    score: float = Field(ge=0)
    points: float = Field(gt=0)
    tests: tuple[ScoredTest, ...]
    notes: tuple[str, ...] = ()
    """What was chosen, dropped or repaired, and why nothing could be imported: shown to the student."""
    machine: MachineGrade | None = None
    """The grade without overrides, where there are any."""
    evidence: tuple[str, ...] = ()
    peak_memory_mib: float = 0.0
    sandboxes: int = 0
    wall_s: float = 0.0
    grade_key: str = ""
    """A digest of everything that the grade hangs on, by which a later run knows that it still holds."""

    @property
    def faults(self) -> tuple[ScoredTest, ...]:
        """The tests that could not be graded because of us or of the machine."""
        return tuple(test for test in self.tests if test.result.outcome in (Outcome.FAULT, Outcome.INVALID))

    @property
    def waiting(self) -> float:
        """Points that wait for a GPU: neither given nor lost."""
        return round(sum(test.waiting for test in self.tests), 6)

    @property
    def settled_points(self) -> float:
        """The most that could be had so far."""
        return round(self.points - self.waiting, 6)


class CheckReport(Record):
    """What the public tests say of a student's own files, on their own machine."""

    assignment: str
    title: str
    total_points: float
    """Of the whole assignment, hidden tests included."""
    tests: tuple[ScoredTest, ...]
    notes: tuple[str, ...] = ()
    quotes: dict[str, str] = Field(default_factory=dict)
    """By node id: the line of the student's that raised, with its place."""

    @property
    def passed(self) -> bool:
        """Whether nothing that can be checked here is left to mend."""
        settled = (Outcome.PASSED, Outcome.DEFERRED)
        return all(test.result.outcome in settled and not test.blocked_by for test in self.tests)
