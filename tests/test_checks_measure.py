"""Tests of checks.measure through the real sandbox; nvidia-smi is a stub, since there is no GPU."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from small_course import ID, write_course

from autograder.checks import measure
from autograder.grading import grade_reference, grade_submission
from autograder.reports.gradescope import render_gradescope
from autograder.sandbox import Zygote
from autograder.sandbox.gpu_memory import watch_gpu_memory
from autograder.spec import load_assignment
from autograder.submission import Submission
from autograder.testrun.runner import Suite
from autograder.verdict import GradeReport, Outcome

pytestmark = pytest.mark.usefixtures("needs_root")

REFERENCE = """
import time


def work(x):
    \"\"\"Twice x, after a moment.\"\"\"
    time.sleep(0.02)
    return 2 * x
"""
SUITE = """
import pytest
from autograder import checks
from steps import work


@pytest.mark.points(10)
def test_work(rng):
    \"\"\"Every repetition is right.\"\"\"
    measured = checks.measure(work, lambda: (float(rng.normal()),), repetitions=3, board="Seconds")
    assert len(set(measured.arguments)) == 3
    assert all(result == 2 * x for (x,), result in zip(measured.arguments, measured.results, strict=True))
    assert measured.best_s >= 0.02  # a sleep is never shorter
    assert measured.gpu_memory_mib is None
"""
LYING_CLOCK = REFERENCE + "\ntime.perf_counter = time.monotonic = time.time = lambda: 0.0\n"
KEPT_ANSWER = "kept = []\n\n\ndef work(x):\n    kept.append(2 * x)\n    return kept[0]\n"


@pytest.fixture(scope="module")
def reports(shared_sandbox: Zygote, tmp_path_factory: pytest.TempPathFactory) -> dict[str, GradeReport]:
    """Three submissions by name."""
    toml = 'title = "Work"\nmodules = ["steps"]\npoints = 10\n'
    course = write_course(tmp_path_factory.mktemp("work"), toml=toml, public="", hidden=SUITE, reference=REFERENCE)
    assignment = load_assignment(course, ID)
    suite = Suite(assignment, shared_sandbox, b"key")
    try:
        grade_reference(assignment, suite)
        sources = {"right": REFERENCE, "lying": LYING_CLOCK, "kept": KEPT_ANSWER}
        return {
            name: grade_submission(Submission(name, {"steps.py": source.encode()}), assignment, suite)
            for name, source in sources.items()
        }
    finally:
        suite.close()


def test_the_clock_is_ours(reports: dict[str, GradeReport]) -> None:
    """What the student's process takes for the time changes nothing: the sleep is seen."""
    for name in ("right", "lying"):
        (test,) = reports[name].tests
        assert test.result.outcome is Outcome.PASSED
        assert test.result.measured["Seconds"] >= 0.02


def test_a_kept_answer_is_a_wrong_one(reports: dict[str, GradeReport]) -> None:
    """Each repetition has inputs of its own, so that keeping the first answer fails, and is on no leaderboard."""
    (test,) = reports["kept"].tests
    assert (test.result.outcome, test.result.measured) == (Outcome.FAILED, {})
    assert "leaderboard" not in render_gradescope(reports["kept"], "0").model_dump()


def test_the_leaderboard_is_beside_the_score(reports: dict[str, GradeReport]) -> None:
    """Who passes is on Gradescope's leaderboard, the fastest first, and the time is worth nothing."""
    results = render_gradescope(reports["right"], "0").model_dump()
    (entry,) = results["leaderboard"]
    assert (entry["name"], entry["order"], results["score"]) == ("Seconds", "asc", 10)
    assert entry["value"] >= 0.02


def test_measure_in_plain_pytest() -> None:
    """Outside a grading run the function is called as it stands; nothing to time is an error of the author's."""
    numbers = iter(range(10))
    measured = measure(lambda x: x + 1, lambda: (next(numbers),), repetitions=2, warm_up=3)
    assert (measured.arguments, measured.results) == (((3,), (4,)), (4, 5))
    assert measured.best_s <= measured.median_s
    with pytest.raises(ValueError, match="at least 1"):
        measure(len, lambda: ([],), repetitions=0)


def write_stub(folder: Path, script: str) -> str:
    """A stub of nvidia-smi; the PATH with which it is found."""
    tool = folder / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def test_gpu_memory_is_looked_at_from_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The most that the devices hold together, above what they held at first; the tool is asked for those alone."""
    said = tmp_path / "said"
    script = f'echo "$@" > {said}; printf "100\\n50\\n700\\n60\\n300\\n50\\n"; touch {tmp_path}/all; exec sleep 60'
    monkeypatch.setenv("PATH", write_stub(tmp_path, script))
    with watch_gpu_memory("GPU-a,GPU-b") as memory:
        while not (tmp_path / "all").exists() or memory.peak_mib < 760:
            pass
    assert memory.grown_mib == 610
    assert said.read_text().split()[:2] == ["--id=GPU-a,GPU-b", "--query-gpu=memory.used"]


@pytest.mark.parametrize("script", ["exit 9", "echo '[N/A]'", "echo No devices were found; exit 6"])
def test_gpu_memory_that_cannot_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A tool that fails or says nothing gives no number, and hangs nothing; without a device it is not asked."""
    monkeypatch.setenv("PATH", write_stub(tmp_path, script))
    with watch_gpu_memory("GPU-a") as memory:
        pass
    assert memory.grown_mib is None
    with watch_gpu_memory("") as memory:
        pass
    assert memory.grown_mib is None
