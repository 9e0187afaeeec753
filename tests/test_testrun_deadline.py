"""A deadline in the middle of a suite: the student's time-out where the student used the time up, else a fault."""

import time
from pathlib import Path

import pytest
from small_course import ID, REFERENCE, TOML, write_course

from autograder.errors import GraderError
from autograder.grading import grade_reference, grade_submission
from autograder.sandbox import Zygote
from autograder.spec import load_assignment
from autograder.submission import Submission
from autograder.testrun.deadline import settle_rest
from autograder.testrun.runner import Suite, TestRun
from autograder.verdict import ExpectedTest, Outcome, TestResult

TESTS = [ExpectedTest(nodeid=f"t.py::test_{n}", function=f"test_{n}", title="t", points=1) for n in range(4)]


def cut(*results: tuple[Outcome, float, float], wall_s: float) -> TestRun:
    """A run of which these tests (outcome, CPU, wall) were judged."""
    judged = [
        TestResult(nodeid=test.nodeid, outcome=outcome, cpu_s=cpu_s, wall_s=one_s)
        for test, (outcome, cpu_s, one_s) in zip(TESTS, results, strict=False)
    ]
    return TestRun(tuple(judged), 0.0, 1, wall_s, "")


@pytest.mark.parametrize(
    "run",
    [
        cut((Outcome.TIMEOUT, 2, 30), (Outcome.TIMEOUT, 2, 30), wall_s=62),
        cut((Outcome.TIMEOUT, 0, 30), (Outcome.PASSED, 1, 2), wall_s=58),
        cut((Outcome.PASSED, 30, 60), (Outcome.FAILED, 30, 60), wall_s=119),
    ],
)
def test_students_own_time(run: TestRun) -> None:
    """Where time-outs or the student's CPU seconds took half of the time, the rest ends as time-outs that say so."""
    settled = settle_rest(run, TESTS)
    assert [result.outcome for result in settled.results[2:]] == [Outcome.TIMEOUT] * 2
    assert "used up the time for all tests in the 2 before" in settled.results[3].summary
    assert settled.results[:2] == run.results


@pytest.mark.parametrize(
    "run",
    [
        cut(wall_s=60),
        cut((Outcome.PASSED, 1, 50), (Outcome.PASSED, 1, 50), wall_s=100),
        cut((Outcome.TIMEOUT, 2, 10), (Outcome.ERROR, 1, 80), wall_s=100),
    ],
)
def test_slow_machine_is_a_fault(run: TestRun) -> None:
    """Where the machine was slow, nothing is settled."""
    with pytest.raises(GraderError, match="were not judged in"):
        settle_rest(run, TESTS)


def test_whole_run_stays_as_it_is() -> None:
    """A run that came to its end is not touched."""
    run = cut(*[(Outcome.TIMEOUT, 1, 1)] * 4, wall_s=4)
    assert settle_rest(run, TESTS) is run


def test_suite_stops_at_the_deadline(shared_sandbox: Zygote, tmp_path: Path) -> None:
    """A submission that sleeps through the deadline ends as time-outs soon after it; the tests before keep theirs."""
    limits = "[limits]\nwall_s = 1.5\nimport_cpu_s = 0.5\n"
    toml = TOML.partition("[limits]")[0] + limits
    assignment = load_assignment(write_course(tmp_path, toml=toml), ID)
    suite = Suite(assignment, shared_sandbox, b"k" * 32)
    source = REFERENCE.replace("return sum", "import time\n    time.sleep(1000)\n    return sum")
    source = source.replace("return np.asarray(x)", "import time\n    time.sleep(1000)\n    return np.asarray(x)")
    try:
        grade_reference(assignment, suite)
        started = time.monotonic()
        report = grade_submission(Submission("s", {"steps.py": source.encode()}), assignment, suite, started + 2.5)
        assert time.monotonic() - started < 10
        with pytest.raises(GraderError, match="were not judged"):
            grade_submission(Submission("s", {"steps.py": REFERENCE.encode()}), assignment, suite, started)
    finally:
        suite.close()
    outcomes = [test.result.outcome for test in report.tests]
    assert outcomes[:2] == [Outcome.PASSED, Outcome.TIMEOUT]
    assert outcomes[-1] is Outcome.TIMEOUT
    assert report.score < 20
