"""`check` says of the public tests what `grade` says: in a course, in a handout, and without contract.json."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from through import Boundary, make_course

from autograder.checking import describe_contract
from autograder.grading import grade_reference
from autograder.jobs.local import ClassRun
from autograder.sandbox import Zygote, open_sandbox
from autograder.spec import Assignment, load_assignment
from autograder.testrun.runner import Suite
from autograder.verdict import TestResult

HERE = Path(__file__).parent
ROOT = HERE.parent
CLASSES = sorted(path.name for path in (ROOT / "examples" / "class").iterdir())
SUITES = sorted(path.name for path in (HERE / "parity").iterdir())
COMPARED = ("outcome", "credit", "subtests", "summary", "exception", "frame")
HANGING = ("uma", "viktor.py", "wanda")

Results = dict[str, dict[str, Any]]


def check_all(place: Path, assignment_id: str, *paths: Path) -> Results:
    """What `check` says in that place of every submission, in one process: student -> node id -> result."""
    command = [sys.executable, str(HERE / "check_class.py"), str(place), assignment_id, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return {student: found["tests"] for student, found in json.loads(done.stdout).items()}


def submissions(name: str, *, hanging: bool) -> list[Path]:
    """The class's submissions; those that hang cost seconds each."""
    folder = ROOT / "examples" / "class" / name
    paths = [path for path in sorted(folder.iterdir()) if path.suffix != ".toml"]
    return [path for path in paths if hanging or path.name not in HANGING]


def differences(student: str, graded: dict[str, TestResult], checked: dict[str, Any], fields: Any) -> list[str]:
    """Where a student's two sets of results differ; addresses of objects apart."""
    assert checked.keys() == graded.keys()
    found = []
    for nodeid, result in graded.items():
        one, other = result.model_dump(mode="json"), checked[nodeid]
        for field in fields:
            texts = [re.sub(r"0x[0-9a-f]+", "0x", str(of[field])) for of in (one, other)]
            if texts[0] != texts[1]:
                found.append(f"{student} {nodeid} {field}: graded {texts[0]!r}, checked {texts[1]!r}")
    return found


def write_handout(assignment: Assignment, suite: Suite | None, folder: Path) -> Path:
    """What students get, flat in one folder: assignment.toml, the public suites, and the contract of a graded suite."""
    folder.mkdir(parents=True)
    shutil.copy(assignment.folder / "assignment.toml", folder)
    for path in assignment.public_suites:
        shutil.copy(path, folder)
    if suite is not None:
        contract = describe_contract(assignment, suite)
        (folder / "contract.json").write_text(contract.model_dump_json(indent=1))
    return folder


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Zygote]:
    """One warm sandbox, torch included."""
    sandbox = open_sandbox("namespaces", ["numpy", "torch"])
    yield sandbox
    sandbox.close()


@pytest.mark.parametrize("has_reference", [True, False], ids=["course", "handout"])
@pytest.mark.parametrize("name", CLASSES)
def test_sample_class(
    graded: dict[str, tuple[ClassRun, Path]], sandbox: Zygote, name: str, has_reference: bool, tmp_path: Path
) -> None:
    """Each public test of each submission of the class: outcome, message, traceback and the student's own line."""
    assignment = load_assignment(ROOT, name)
    place = ROOT
    if not has_reference:
        suite = Suite(assignment, sandbox, b"contract")
        try:
            grade_reference(assignment, suite)
            place = write_handout(assignment, suite, tmp_path / name)
        finally:
            suite.close()
    paths = submissions(name, hanging=has_reference)
    checked = check_all(place, name, *paths)
    reports = {student: report for student, report in graded[name][0].reports.items() if student in checked}
    assert len(checked) == len(paths)
    found = [
        line
        for student, report in reports.items()
        for line in differences(
            student,
            {test.expected.nodeid: test.result for test in report.tests if test.expected.public},
            checked[student],
            (*COMPARED, "detail", "asked"),
        )
    ]
    assert found == []


@pytest.mark.parametrize("name", CLASSES)
def test_sample_class_without_contract(graded: dict[str, tuple[ClassRun, Path]], name: str, tmp_path: Path) -> None:
    """Where names are guessed from the suite and the submission, the verdicts are the same, too."""
    assignment = load_assignment(ROOT, name)
    place = write_handout(assignment, None, tmp_path / name)
    paths = submissions(name, hanging=False)[::2]
    checked = check_all(place, name, *paths)
    reports = graded[name][0].reports
    assert len(checked) == len(paths)
    for student, results in checked.items():
        public = {test.expected.nodeid: test.result for test in reports[student].tests if test.expected.public}
        assert differences(student, public, results, COMPARED) == []


@pytest.mark.parametrize("name", SUITES)
def test_parity_suites(sandbox: Zygote, name: str, tmp_path: Path) -> None:
    """Classes, handles, exceptions, callbacks, subtests, tensors and watches, by contract and by the reference."""
    folder = HERE / "parity" / name
    suite = shutil.copytree(folder / "suite", tmp_path / "suite")
    for path in suite.glob("test_*.py"):
        path.rename(path.with_name(path.name.replace("test_", "test_public_", 1)))
    packages = ["numpy", "torch"] if "torch" in name else ["numpy"]
    course = make_course(suite, folder / "right", ["work"], packages, tmp_path / "course")
    boundary = Boundary(course, sandbox)
    try:
        assert boundary.grade_reference() == 100
        graded = {who: boundary.results(folder / who) for who in ("right", "wrong")}
        handout = write_handout(boundary.assignment, boundary.suite, tmp_path / "parity")
    finally:
        boundary.close()
    for path in suite.glob("*"):  # a conftest, data
        if not path.name.startswith("test_") and path.is_file():
            shutil.copy(path, handout)
    for place in (handout,) if "torch" in name else (course, handout):  # torch is slow to start
        checked = check_all(place, "parity", folder / "right", folder / "wrong")
        for who, results in graded.items():
            assert differences(who, results, checked[who], (*COMPARED, "asked")) == []
