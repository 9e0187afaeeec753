"""`check` says of the parity suites what `grade` says; of the sample classes, see test_example_class.py."""

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
from autograder.sandbox import Zygote, open_sandbox
from autograder.spec import Assignment
from autograder.testrun.runner import Suite
from autograder.verdict import TestResult

HERE = Path(__file__).parent
ROOT = HERE.parent
CLASSES = sorted(path.name for path in (ROOT / "examples" / "class").iterdir())
SUITES = sorted(path.name for path in (HERE / "parity").iterdir())
COMPARED = ("outcome", "credit", "subtests", "summary", "exception", "frame")

Results = dict[str, dict[str, Any]]


def check_all(place: Path, assignment_id: str, *paths: Path) -> Results:
    """What `check` says in that place of every submission, in one process: student -> node id -> result."""
    command = [sys.executable, str(HERE / "check_class.py"), str(place), assignment_id, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return {student: found["tests"] for student, found in json.loads(done.stdout).items()}


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
