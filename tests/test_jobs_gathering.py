"""What jobs graded, taken into the results: GPUs' part before or after the rest, once, and only of the same bytes.

What a GPU would say is a stub here: a report in which the tests that were put off have passed.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.jobs.arrays import NodeRecord
from autograder.jobs.class_run import ClassRun
from autograder.jobs.gathering import Gathering
from autograder.jobs.ground import Ground, key_digest
from autograder.jobs.results import Journal, ResultsFolder, read_events
from autograder.overrides import NO_OVERRIDES
from autograder.scoring import score_tests, total
from autograder.submission import Submission
from autograder.verdict import ExpectedTest, GradeReport, Outcome, TestResult

GROUND = Ground("assignment", "environment", "", b"key")
NODE = NodeRecord(name="namespaces", layers=("seccomp",), host="n1", job="7")
ADA = Submission("ada", {"steps.py": b"x = 1\n"})
TESTS = tuple(
    ExpectedTest(nodeid=f"test_{gpus}", function=f"test_{gpus}", title="t", points=5, gpus=gpus) for gpus in range(3)
)


def report(*passing: int) -> GradeReport:
    """Ada's report in which the tests of these numbers of GPUs have passed and the others are put off."""
    results = [
        TestResult(nodeid=test.nodeid, outcome=Outcome.PASSED, credit=1.0)
        if test.gpus in passing
        else TestResult(nodeid=test.nodeid, outcome=Outcome.DEFERRED)
        for test in TESTS
    ]
    tests = score_tests(TESTS, results)
    return GradeReport(student="ada", assignment="steps", title="Steps", score=total(tests), points=15, tests=tests)


@contextlib.contextmanager
def gather(folder: Path, sandbox: str = "auto") -> Iterator[Gathering]:
    """A run into a folder."""
    results = ResultsFolder(folder)
    with contextlib.closing(Journal(folder / "journal.jsonl", "hw")) as journal:
        yield Gathering(ClassRun(), results, journal, GROUND, sandbox, "auto", NO_OVERRIDES)


@pytest.mark.parametrize("order", ["rest first", "GPUs first"])
def test_gpus_part_is_filled_in_whenever_it_comes(tmp_path: Path, order: str) -> None:
    """Before the rest it waits for it, after it the report is written anew; what nobody ran stays put off."""
    with gather(tmp_path) as gathering:
        if order == "GPUs first":
            gathering.fill(ADA, report(0, 1))
            assert not (tmp_path / "results/ada.json").exists()
        gathering.take(ADA, report(0), NODE)
        if order == "rest first":
            assert gathering.run.reports["ada"].score == 5
            gathering.fill(ADA, report(0, 1))
        assert json.loads((tmp_path / "details/ada.json").read_text())["score"] == 10
        assert [gathering.waits_for("ada", gpus) for gpus in (1, 2)] == [False, True]
    graded = [event for event in read_events(tmp_path / "journal.jsonl") if event["event"] == "graded"]
    assert len(graded) == 1


def test_what_a_node_graded_holds_for_the_next_run(tmp_path: Path) -> None:
    """A node's sandbox is remembered: put off or filled in, a report is kept; under another --sandbox it is not."""
    with gather(tmp_path) as gathering:
        gathering.note_task(NODE)
        gathering.take(ADA, report(0), NODE)
    for asked, kept in (("auto", True), ("none", False)):
        with gather(tmp_path, asked) as again:
            assert again.keep(ADA) is kept
            if kept:
                again.fill(ADA, report(0, 1, 2))
    with gather(tmp_path) as last:
        assert last.keep(ADA)
        assert last.run.reports["ada"].score == 15
        assert not last.keep(Submission("ada", {"steps.py": b"x = 2\n"}))


def test_a_grade_without_its_line_in_the_journal_gets_one(tmp_path: Path) -> None:
    """A run may end between the report and the line: the next one says it."""
    with gather(tmp_path) as gathering:
        gathering.note_task(NODE)
        gathering.take(ADA, report(0), NODE)
    path = tmp_path / "journal.jsonl"
    path.write_text("".join(line for line in path.read_text().splitlines(keepends=True) if '"graded"' not in line))
    with gather(tmp_path) as again:
        assert again.keep(ADA)
    (event,) = [event for event in read_events(path) if event["event"] == "graded"]
    assert (event["student"], event["submission"]) == ("ada", ADA.digest)


def write_attempt(
    folder: Path, submission: str, assignment: str = "assignment", key: bytes = b"key", environment: str = "environment"
) -> Path:
    """What a task leaves that graded ada."""
    (folder / "details").mkdir(parents=True)
    (folder / "node.json").write_text(NODE.model_dump_json())
    origin = {
        "assignment": "steps", "course": "/c", "paths": [], "seed": None, "seed_digest": key_digest(key),
        "sandbox": "namespaces", "assignment_digest": assignment, "environment_digest": environment,
    }  # fmt: skip
    lines = [{"event": "run", "origin": origin}, {"event": "graded", "student": "ada", "submission": submission}]
    (folder / "journal.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "details/ada.json").write_text(report(0).model_dump_json())
    return folder


def test_a_tasks_report_is_taken_if_it_is_of_the_same_things(tmp_path: Path) -> None:
    """Bytes, suite and key must be this run's; whom nobody asked for is not taken."""
    good = write_attempt(tmp_path / "good", ADA.digest)
    others = {
        "bytes": write_attempt(tmp_path / "a", "other"),
        "suite": write_attempt(tmp_path / "b", ADA.digest, assignment="other"),
        "key": write_attempt(tmp_path / "c", ADA.digest, key=b"other"),
    }
    with gather(tmp_path / "out") as gathering:
        assert set(gathering.collect(good, [ADA])) == {"ada"}
        assert gathering.collect(good, []) == {}
        for name, attempt in others.items():
            assert gathering.collect(attempt, [ADA]) == {}, name
            assert "has changed while the class was graded" in gathering.explain(attempt, ADA)
        assert gathering.explain(good, ADA) == ""
        elsewhere = write_attempt(tmp_path / "d", ADA.digest, environment="other")
        assert gathering.collect(elsewhere, [ADA]) == {}
        assert "The node n1 has another grader, Python or packages" in gathering.explain(elsewhere, ADA)
        (good / "details/ada.json").write_text('{"student": "ada"')
        assert gathering.collect(good, [ADA]) == {}
