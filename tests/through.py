"""One suite, one submission: its verdicts in plain pytest, in one process, and through the boundary."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from autograder.grading import grade_reference
from autograder.sandbox import Zygote
from autograder.spec import load_assignment
from autograder.submission import collect_submissions
from autograder.testrun.runner import Suite
from autograder.verdict import TestResult
from autograder.workspace import prepare_workspace

REPORTER = """
import json, os
_verdicts = {}
def pytest_runtest_logreport(report):
    if type(report).__name__ == "SubtestReport":
        if report.failed:
            _verdicts[report.nodeid] = "failed"
    elif report.outcome != "passed":
        _verdicts[report.nodeid] = "failed" if report.outcome == "failed" else report.outcome
    elif report.when == "call":
        _verdicts.setdefault(report.nodeid, "passed")
def pytest_sessionfinish():
    with open(os.environ["VERDICTS"], "w") as file:
        json.dump(_verdicts, file)
"""


def plain_verdicts(suite: Path, submission: Path, folder: Path) -> dict[str, str]:
    """`passed`, `failed` or `skipped` by node id, as pytest says with the submission imported beside the suite."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reporter.py").write_text(REPORTER)
    out = folder / "verdicts.json"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-c",
        os.devnull,
        "--rootdir",
        str(suite),
        "-p",
        "no:cacheprovider",
    ]
    command += ["-p", "reporter", "-p", "autograder.testrun.plugin", str(suite)]
    environment = os.environ | {
        "PYTHONPATH": f"{folder}:{submission}", "VERDICTS": str(out), "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert out.exists(), done.stdout + done.stderr
    verdicts: dict[str, str] = json.loads(out.read_text())
    return verdicts


def make_course(suite: Path, reference: Path, modules: list[str], packages: list[str], folder: Path) -> Path:
    """A course of one assignment, `parity`, whose suite and reference are taken as they are."""
    shutil.copytree(suite, folder / "assignments" / "parity" / "tests")
    shutil.copytree(reference, folder / "reference" / "parity")
    (folder / "assignments" / "parity" / "assignment.toml").write_text(
        f'title = "Parity"\nmodules = {json.dumps(modules)}\npoints = 100\npackages = {json.dumps(packages)}\n'
        "[limits]\ncpu_s = 2.0\nwall_s = 20.0\n"
    )
    return folder


class Boundary:
    """A suite, collected against its reference, through which submissions are run."""

    def __init__(self, course: Path, sandbox: Zygote) -> None:
        self.assignment = load_assignment(course, "parity")
        self.suite = Suite(self.assignment, sandbox, b"parity")

    def results(self, submission: Path) -> dict[str, TestResult]:
        """What each test came to, by node id."""
        (found,) = collect_submissions([submission], self.assignment.spec.modules).submissions
        run = self.suite.run(prepare_workspace(found, self.assignment))
        return {result.nodeid: result for result in run.results}

    def grade_reference(self) -> float:
        """The reference's score, which must be whole."""
        return grade_reference(self.assignment, self.suite).score

    def close(self) -> None:
        """End the suite's process."""
        self.suite.close()
