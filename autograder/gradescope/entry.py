"""What `run_autograder` calls in Gradescope's container: one submission, from its folder to results.json.

Until it is graded there is no results.json, and after a fault there is none: Gradescope then shows that the autograder
failed, which is no score. The time-out of ours comes before Gradescope's, which would write a zero.
"""

from __future__ import annotations

import contextlib
import resource
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

from autograder import __version__
from autograder.errors import GraderError
from autograder.gradescope.lateness import Lateness, measure_lateness
from autograder.gradescope.memory import fit_memory
from autograder.gradescope.metadata import Metadata, read_metadata
from autograder.gradescope.publishing import end_processes, remove_results, write_results
from autograder.gradescope.settings import COURSE, Settings, read_key, read_settings
from autograder.grading import grade_reference, grade_submission
from autograder.reports.feedback import describe_score
from autograder.reports.gradescope import GradescopeResults, render_gradescope
from autograder.sandbox import open_sandbox
from autograder.sandbox.tree import seal_tree
from autograder.spec import Assignment, load_assignment
from autograder.submission import Submission, read_submission
from autograder.testrun.runner import Suite
from autograder.verdict import GradeReport, Outcome

_TRIES: Final = 2


@dataclass(frozen=True)
class Place:
    """Gradescope's folders.

    Attributes:
        root: `/autograder`.
    """

    root: Path

    @property
    def source(self) -> Path:
        """The unpacked zip."""
        return self.root / "source"

    @property
    def submission(self) -> Path:
        """What the student handed in."""
        return self.root / "submission"

    @property
    def metadata(self) -> Path:
        """Who, and when."""
        return self.root / "submission_metadata.json"

    @property
    def results(self) -> Path:
        """Where results.json goes."""
        return self.root / "results"


def run_once(place: Place) -> GradescopeResults:
    """Grade what was handed in and write results.json.

    Raises:
        GraderError, SpecError: it is not graded, and there is no results.json.
    """
    started_s = time.monotonic()
    remove_results(place.results)
    _take_descriptors()
    settings = read_settings(place.source)
    with _deadline(settings.last_s):
        metadata = read_metadata(place.metadata)
        assignment = load_assignment(place.source / COURSE, settings.assignment)
        submission = read_submission(place.submission, metadata.student, assignment.spec.modules)
        report, uids = _grade(submission, assignment, read_key(place.source), started_s + settings.deadline_s)
    lateness = measure_lateness(metadata)
    results = add_lateness(render_gradescope(report, __version__), lateness)
    end_processes(uids)
    write_results(place.results, results.model_dump_json(indent=1) + "\n")
    tell(report, metadata, time.monotonic() - started_s, settings)
    return results


@contextlib.contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Raise GraderError in this thread, the main one, once so many seconds are over."""

    def ring(_: int, __: FrameType | None) -> None:
        raise GraderError(f"The grading was not done in {seconds:.0f} s; give the machine more CPU or more time.")

    earlier = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, earlier)


def _grade(submission: Submission, assignment: Assignment, key: bytes, until_s: float) -> tuple[GradeReport, range]:
    """The grade, with everything that was started ended, and the uids that the student's processes had.

    After a fault everything is started anew, once.
    """
    if submission.fault:
        raise GraderError(submission.fault)
    for attempt in range(_TRIES):
        try:
            return _grade_once(submission, assignment, key, until_s)
        except GraderError as error:
            if attempt + 1 == _TRIES or time.monotonic() >= until_s:
                raise
            print(f"autograder: not graded at try {attempt + 1}: {error}", file=sys.stderr)
    raise AssertionError("unreachable: the last try returns or raises")


def _grade_once(
    submission: Submission, assignment: Assignment, key: bytes, until_s: float
) -> tuple[GradeReport, range]:
    with contextlib.ExitStack() as stack:
        sandbox = open_sandbox("user", assignment.spec.packages)
        stack.callback(sandbox.close)
        print(f"sandbox: {sandbox.name} ({'; '.join(sandbox.layers)})")
        suite = Suite(assignment, sandbox, key)
        stack.callback(suite.close)
        reference = grade_reference(assignment, suite)
        print(f"reference: {reference.score:g} of {reference.points:g} in {reference.wall_s:.1f} s")
        suite.assignment = _fit(assignment)
        report = grade_submission(submission, assignment, suite, until_s)
    if report.faults:
        raise GraderError(report.faults[0].result.summary or "A test was not judged.")
    return report, sandbox.uids


def _take_descriptors() -> None:
    """As many as this process may have: what it passes to others counts, and that of other root's processes with it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _fit(assignment: Assignment) -> Assignment:
    """The assignment with a limit of memory that this container can keep."""
    limits = assignment.spec.limits
    memory_mib = fit_memory(limits.memory_mib)
    if memory_mib < limits.memory_mib:
        print(f"note: a submission may use {memory_mib} of {limits.memory_mib} MiB here; the container has no more")
    fitted = limits.model_copy(update={"memory_mib": memory_mib})
    return Assignment(assignment.course, assignment.id, assignment.spec.model_copy(update={"limits": fitted}))


def add_lateness(results: GradescopeResults, lateness: Lateness) -> GradescopeResults:
    """The results with what is known of the due date; no score is touched."""
    output = "\n".join(filter(None, (lateness.describe(), results.output)))
    changed: dict[str, Any] = {"output": output, "extra_data": results.extra_data | lateness.as_data()}
    return GradescopeResults.model_validate(results.model_dump() | changed)


def tell(report: GradeReport, metadata: Metadata, wall_s: float, settings: Settings) -> None:
    """What the course's staff finds in the output, which students do not see; no input and no expected value."""
    print(f"graded: {report.student}, {describe_score(report)}, in {wall_s:.1f} of {settings.deadline_s:g} s")
    for problem in metadata.problems:
        print(f"note: {problem}")
    for test in report.tests:
        result = test.result
        if result.outcome is not Outcome.PASSED:
            cause = result.exception or result.summary
            print(f"{test.expected.nodeid}: {result.outcome.label}{': ' if cause else ''}{cause}")
    for line in report.evidence:
        print(f"evidence: {line}")


def prepare_image(source: Path) -> None:
    """Prepare at image build what can be: the sandbox's tree, and a look at the reference.

    Raises:
        SpecError, GraderError: no submission could be graded in this image.
    """
    settings = read_settings(source)
    assignment = load_assignment(source / COURSE, settings.assignment)
    print(f"tree: {seal_tree()}")
    sandbox = open_sandbox("user", assignment.spec.packages)
    try:
        suite = Suite(assignment, sandbox, read_key(source))
        try:
            report = grade_reference(assignment, suite)
        finally:
            suite.close()
    finally:
        sandbox.close()
    print(f"{assignment.id}: the reference scores {report.score:g} of {report.points:g}; the image is ready")
    limits = assignment.spec.limits
    cpu_s = sum(limits.test_cpu_s(test.result.cpu_s, test.expected.timeout_s) for test in report.tests)
    print(
        f"time: the tests' own limits sum to {cpu_s:.0f} CPU seconds, of a deadline of {settings.deadline_s:.0f} s; "
        "a submission that uses them all up ends its last tests as time-outs"
    )
