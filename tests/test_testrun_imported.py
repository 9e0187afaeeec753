"""Tests of autograder.testrun.imported: what the reference's tests imported is there when a submission's run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from class_of_totals import PUBLIC, REFERENCE
from small_course import ID, write_course

from autograder.grading import grade_reference, grade_submission
from autograder.jobs.station import Station
from autograder.sandbox import open_sandbox
from autograder.spec import load_assignment
from autograder.submission import Submission
from autograder.testrun.runner import Suite

TOML = 'title = "Steps"\nmodules = ["steps"]\npoints = 20\npackages = []\n'
# Nothing imports these before: an installed module, and one of the test's own that has the name of an installed one.
HIDDEN = '''\
"""The hidden suite."""

import sys

import pytest
from steps import total


@pytest.mark.points(12)
def test_total_by_module(tmp_path, monkeypatch):
    """The total, with what is imported as the test runs."""
    with open({log!r}, "a") as file:
        print("colorsys" in sys.modules, "wave" in sys.modules, file=file)
    import colorsys

    (tmp_path / "wave.py").write_text("VALUES = [1, 2, 3]")
    monkeypatch.syspath_prepend(tmp_path)
    import wave

    assert colorsys.__name__ == "colorsys"
    assert total(wave.VALUES) == 6
'''
FIRST = """\
    assert "colorsys" not in sys.modules
    import colorsys
"""
STEP = """\
import json, sys, threading
from autograder.testrun import imported
before = set(sys.modules)
"""


def run(source: str, folder: Path) -> dict[str, str]:
    """What a process of its own prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", STEP + source], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_installed_modules_are_found_in_order(tmp_path: Path) -> None:
    """With the file of each; not what lies in a folder of the test's own, nor what was there before."""
    (tmp_path / "own.py").write_text("import colorsys")
    found = run("import own, json, wave\nprint(json.dumps(imported.find_imported(before)))", tmp_path)
    assert [name for name in found if name in ("colorsys", "wave")] == ["colorsys", "wave"]
    assert found["colorsys"].endswith("/colorsys.py")
    assert not {"own", "json"} & set(found)


def test_with_a_second_thread_nothing_is_found(tmp_path: Path) -> None:
    """An import that starts a thread would start it in the process that is forked."""
    source = "import colorsys\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    assert run(f"{source}print(json.dumps(imported.find_imported(before)), flush=True)", tmp_path) == {}


def test_a_module_of_another_file_is_left_alone(tmp_path: Path) -> None:
    """So is one that is not there, and one that cannot be imported; the others are imported."""
    (tmp_path / "broken.py").write_text("raise RuntimeError")
    source = f"""\
import importlib.util
wave = importlib.util.find_spec("wave").origin
asked = {{"colorsys": "/elsewhere/colorsys.py", "missing": "/missing.py", "broken": {str(tmp_path / "broken.py")!r}}}
imported.import_installed(asked | {{"wave": wave}})
print(json.dumps({{name: "" for name in ("colorsys", "missing", "broken", "wave") if name in sys.modules}}))
"""
    assert list(run(source, tmp_path)) == ["wave"]


@pytest.mark.usefixtures("needs_root")
def test_a_submission_finds_what_the_reference_imported(tmp_path: Path) -> None:
    """Also after the suite's process was lost; a module that the test makes itself is made each time."""
    log = tmp_path / "log"
    hidden = HIDDEN.format(log=str(log))
    course = write_course(tmp_path / "course", toml=TOML, public=PUBLIC, hidden=hidden, reference=REFERENCE)
    assignment = load_assignment(course, ID)
    submission = Submission("ada", {"steps.py": REFERENCE.encode()})
    sandbox = open_sandbox("namespaces", [])
    station = Station(assignment, b"key", sandbox, lambda: open_sandbox("namespaces", []), lambda: True)
    try:
        grade_reference(assignment, station.suite)
        first = grade_submission(submission, assignment, station.suite)
        station.suite._process.kill()
        station.suite._process.wait()
        assert station.mend(station.suite)
        second = grade_submission(submission, assignment, station.suite)
    finally:
        station.close()
        sandbox.close()
    assert [report.score for report in (first, second)] == [20, 20]
    found = ["False False", "True False", "True False", "True False"]  # the reference twice, then ada
    assert log.read_text().splitlines() == found


@pytest.mark.usefixtures("needs_root")
def test_a_test_that_must_import_for_itself_does(tmp_path: Path) -> None:
    """Where the reference does not pass with what was imported ahead, nothing is; submissions are graded as it was."""
    log = tmp_path / "log"
    hidden = HIDDEN.format(log=str(log)).replace("    import colorsys\n", FIRST)
    course = write_course(tmp_path / "course", toml=TOML, public=PUBLIC, hidden=hidden, reference=REFERENCE)
    assignment = load_assignment(course, ID)
    sandbox = open_sandbox("namespaces", [])
    suite = Suite(assignment, sandbox, b"key")
    try:
        reference = grade_reference(assignment, suite)
        report = grade_submission(Submission("ada", {"steps.py": REFERENCE.encode()}), assignment, suite)
    finally:
        suite.close()
        sandbox.close()
    assert (reference.score, report.score) == (20, 20)
    assert log.read_text().splitlines() == ["False False", "True False", "False False"]
