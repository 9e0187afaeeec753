"""Odd submissions that mean no harm: each scores what a fair TA gives, and its student is told what was odd."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from oddities_course import ID, SOLUTION, Oddity, build_course, read_oddities, score_alone
from whole_reports import read_whole

from autograder.jobs.local import ClassRun, Options, Progress, grade_class
from autograder.jobs.results import ResultsFolder
from autograder.sandbox import open_sandbox
from autograder.spec import load_assignment
from autograder.submission import collect_submissions

ALL = read_oddities()
each = pytest.mark.parametrize("oddity", ALL, ids=[oddity.name for oddity in ALL])


@dataclass(frozen=True)
class Graded:
    """The class of odd submissions, graded once."""

    run: ClassRun
    out: Path

    def results(self, student: str) -> dict[str, Any]:
        """The student's own file."""
        return dict(json.loads((self.out / "results" / f"{student}.json").read_text()))


@pytest.fixture(scope="module")
def graded(needs_root: None, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """All of them in one run, as `autograder grade` does it, behind the real sandbox."""
    root = build_course(tmp_path_factory.mktemp("oddities"))
    for oddity in ALL:
        oddity.lay(root / "submissions")
    assignment = load_assignment(root, ID)
    intake = collect_submissions([root / "submissions"], assignment.spec.modules)
    folder = ResultsFolder(root / "out")
    sandbox = open_sandbox("namespaces", assignment.spec.packages)
    try:
        options = Options(jobs=2, secret=b"the oddities")
        run = grade_class(intake.submissions, assignment, sandbox, folder, options, Progress())
    finally:
        sandbox.close()
    return Graded(read_whole(run, folder.path), folder.path)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """What plain pytest gives for each of them, and for a wrong gradient."""
    wrong = SOLUTION.replace("2 * X.T", "X.T")
    control = Oddity("control", "The gradient lacks its factor 2.", {"ridge.py": wrong}, 45, None, None, bare=False)
    return score_alone([*ALL, control], tmp_path_factory.mktemp("alone"))


@each
def test_score_is_what_a_fair_ta_gives(oddity: Oddity, graded: Graded) -> None:
    """The score is the expected one, and no fault of ours is charged to anybody."""
    assert oddity.name not in graded.run.faults
    assert oddity.name in graded.run.reports, oddity.what
    assert graded.run.reports[oddity.name].score == oddity.score, oddity.what
    assert graded.results(oddity.name)["score"] == oddity.score


@pytest.mark.parametrize("oddity", [pytest.param(oddity, id=oddity.name) for oddity in ALL if oddity.says])
def test_student_is_told(oddity: Oddity, graded: Graded) -> None:
    """The top-level output says in substance what was odd."""
    said = graded.results(oddity.name).get("output", "")
    assert re.search(oddity.says or "", said, re.IGNORECASE), f"{oddity.what} It says: {said!r}"


@each
def test_score_is_earned_alone(oddity: Oddity, alone: dict[str, int]) -> None:
    """In plain pytest, without the grader, what the student means earns the expected score."""
    assert alone[oddity.name] == oddity.score


def test_suites_tell_right_from_wrong(alone: dict[str, int]) -> None:
    """A gradient without its factor loses its own points and those of the descent that uses it."""
    assert alone["control"] == 45


def test_students_are_those_who_handed_in(graded: Graded) -> None:
    """Every oddity is one student, under its own name, and there is nobody else."""
    assert set(graded.run.reports) | set(graded.run.faults) == {oddity.name for oddity in ALL}


def test_corpus_is_large_and_says_what_it_holds() -> None:
    """At least 72 oddities, each with a sentence of its own and files of its own."""
    assert len(ALL) >= 72
    assert len({oddity.what for oddity in ALL}) == len(ALL)
    assert all(oddity.what.endswith(".") for oddity in ALL)
    submissions = [tuple(sorted(oddity.submission().items())) for oddity in ALL if not oddity.bare]
    assert len(set(submissions)) == len(submissions)
