"""Submissions as students hand them in, graded whole: notebooks, top levels that train and fail, forbidden imports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from notebook_files import cell, notebook
from small_course import HIDDEN, ID, REFERENCE, TOML, write_course, write_files

from autograder.grading import grade_reference, grade_submission
from autograder.reports.gradescope import render_gradescope
from autograder.sandbox import open_sandbox
from autograder.spec import Assignment, load_assignment
from autograder.submission import Submission
from autograder.testrun.runner import Suite
from autograder.verdict import GradeReport, Outcome

WALKS = '''\
"""A second module."""


def walk(n):
    """The integers below n."""
    return list(range(n))
'''
WALK_TESTS = '''\
import pytest


@pytest.mark.points(5)
def test_walk():
    """Walks."""
    from walks import walk
    assert walk(3) == [0, 1, 2]
'''


class Course:
    """An assignment and its suite, for submissions by files."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.sandbox = open_sandbox("namespaces", ["numpy"])
        self.suite = Suite(assignment, self.sandbox, b"key")

    def grade(self, files: dict[str, bytes | str]) -> GradeReport:
        """One submission."""
        whole = {name: data.encode() if isinstance(data, str) else data for name, data in files.items()}
        return grade_submission(Submission("ada", whole), self.assignment, self.suite)

    def close(self) -> None:
        """End what was started."""
        self.suite.close()
        self.sandbox.close()


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """The small assignment, with a forbidden package."""
    toml = f'forbidden = ["scipy"]\n{TOML}'
    made = Course(load_assignment(write_course(tmp_path_factory.mktemp("course"), toml=toml), ID))
    try:
        grade_reference(made.assignment, made.suite)
        yield made
    finally:
        made.close()


def outcomes(report: GradeReport) -> dict[str, Outcome]:
    """What each test came to."""
    return {test.expected.function: test.result.outcome for test in report.tests}


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("data = np.loadtxt('train.csv')\n", "FileNotFoundError"),
        ("import matplotlib.pyplot as plt\nplt.plot(double(np.arange(3.0)))\nplt.show()\n", ""),
        ("n = int(input('how many? '))\n", "EOFError"),
        ("print('x' * (30 << 20))\n", ""),
        ("while True:\n    total([1])\n", "CPU time"),
        ("import sys\nsys.exit(0)\n", "SystemExit"),
        ("import argparse\nargs = argparse.ArgumentParser().parse_args()\n", ""),
        ("import pandas as pd\ndf = pd.DataFrame()\n", "No module named 'pandas'"),
        ("import multiprocessing\npool = multiprocessing.Pool(2)\n", "passed over"),
    ],
    ids=["data", "plots", "input", "prints", "trains", "exits", "arguments", "pandas", "pool"],
)
def test_top_level_costs_no_function(course: Course, extra: str, said: str) -> None:
    """The functions are graded all the same, and what was passed over is said once, above the tests."""
    report = course.grade({"steps.py": REFERENCE + extra})
    assert report.score == report.points
    assert said in render_gradescope(report, "0").output
    assert bool(said) == bool(report.notes)


def test_notebook_is_graded_like_a_module(course: Course) -> None:
    """Cells that fail, train or do not parse lose themselves; messages name cell and line."""
    lost = "def countdown(n:\n    return []"
    raises = "def widen(x):\n    %time y = 1\n    return [][0]"
    parts = REFERENCE.split("\n\n\n")
    report = course.grade(
        {
            "homework.ipynb": notebook(
                "%matplotlib inline\n!pip install numpy", parts[0], cell("# Words", "markdown"), *parts[1:3],
                "double(undefined)", lost, "%%time\nwhile True:\n    pass", raises,
            )
        }
    )  # fmt: skip
    found = outcomes(report)
    assert {name for name, outcome in found.items() if outcome is not Outcome.PASSED} == {
        "test_countdown",
        "test_widen",
    }
    summaries = {test.expected.function: test.result.summary for test in report.tests}
    assert summaries["test_countdown"] == (
        "steps.countdown is not defined in the submission: cell 6, line 1 was passed over (SyntaxError)."
    )
    assert summaries["test_widen"] == "Your code raised IndexError (cell 8, line 3)."
    text = "\n".join(report.notes)
    assert "the notebook homework.ipynb was taken in its place" in text
    assert "Cell 5, line 1 was passed over: NameError: name 'undefined' is not defined." in text
    assert "Cell 7, line 2 was passed over: it used more than" in text


def test_forbidden_import_costs_every_test_of_the_module(course: Course) -> None:
    """Each test says file, line and package; nothing is run."""
    report = course.grade({"steps.py": f"{REFERENCE}\n\ndef unused():\n    from scipy.special import softmax\n"})
    assert set(outcomes(report).values()) == {Outcome.FORBIDDEN}
    assert report.score == 0
    line = REFERENCE.count("\n") + 4
    assert report.notes == (f"Line {line} of steps.py imports scipy, which this assignment rules out.",)
    assert report.sandboxes == 0


def test_forbidden_import_costs_no_other_module(tmp_path: Path) -> None:
    """Of two modules the tests that use the other one are graded."""
    toml = TOML.replace('["steps"]', '["steps", "walks"]').replace("points = 20", "points = 22")
    hidden = HIDDEN.replace("reference.widen", "reference.steps.widen")
    root = write_course(tmp_path, toml=f'forbidden = ["scipy"]\n{toml}', public=WALK_TESTS, hidden=hidden)
    write_files(root, {f"reference/{ID}/walks.py": WALKS})
    course = Course(load_assignment(root, ID))
    try:
        grade_reference(course.assignment, course.suite)
        report = course.grade({"steps.py": f"import scipy\n{REFERENCE}", "walks.py": WALKS})
        found = outcomes(report)
        assert found.pop("test_walk") is Outcome.PASSED
        assert set(found.values()) == {Outcome.FORBIDDEN}
        assert report.score == 5
        report = course.grade({"steps.ipynb": notebook(REFERENCE), "walks.ipynb": notebook(WALKS, "1 / 0")})
        assert report.score == report.points
        assert "Walks cell 2, line 1 was passed over: ZeroDivisionError: division by zero." in report.notes
    finally:
        course.close()


def test_second_sandbox_does_not_wait_again(course: Course) -> None:
    """A statement that took too long is left out when a lost sandbox is replaced."""
    source = REFERENCE.replace("return sum(values)", "import os; os._exit(0)") + "while True:\n    pass\n"
    report = course.grade({"steps.py": source})
    assert report.sandboxes == 3
    assert report.wall_s < 3 * course.assignment.spec.limits.import_cpu_s
    assert sum("passed over" in note for note in report.notes) == 1
