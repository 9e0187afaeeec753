"""What becomes of the tests that a deadline cut off: the student's time-out, or our fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autograder.errors import GraderError
from autograder.testrun.runner import TestRun
from autograder.verdict import ExpectedTest, Outcome, TestResult

_STUDENTS_SHARE = 0.5


def settle_rest(run: TestRun, tests: Sequence[ExpectedTest]) -> TestRun:
    """Tests without a result end as `timeout` where the student's own code used the time up.

    That is so where at least half of the time went into tests that ended as time-outs, and into CPU seconds of the
    student's code in the others. Else the machine was too slow, and nothing is settled.

    Raises:
        GraderError: the deadline came, and not by the student's doing.
    """
    judged = {result.nodeid for result in run.results}
    rest = [test for test in tests if test.nodeid not in judged]
    if not rest:
        return run
    used_s = sum(max(r.cpu_s, r.wall_s) if r.outcome is Outcome.TIMEOUT else r.cpu_s for r in run.results)
    if used_s < _STUDENTS_SHARE * run.wall_s:
        raise GraderError(
            f"{len(rest)} of {len(tests)} tests were not judged in {run.wall_s:.0f} s, of which the submission used "
            f"{used_s:.0f} s; give the machine more CPU or the assignment more time."
        )
    sentence = f"Not run: your code used up the time for all tests in the {len(judged)} before; make it faster."
    late = [TestResult(nodeid=test.nodeid, outcome=Outcome.TIMEOUT, summary=sentence) for test in rest]
    return replace(run, results=(*run.results, *late))
