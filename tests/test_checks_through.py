"""Checks through the boundary: what the student of a hidden test reads, and what they must not."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from through import Boundary, make_course

from autograder.grading import make_report
from autograder.reports.gradescope import render_gradescope
from autograder.sandbox import open_sandbox
from autograder.scoring import score_tests
from autograder.submission import collect_submissions
from autograder.verdict import Outcome
from autograder.workspace import prepare_workspace

SUITE = '''
import numpy as np
from autograder import checks
from work import answer


def test_values(rng, reference):
    """The values are right."""
    x = rng.normal(size=(4, 3))
    checks.close(answer(x), reference.answer(x), subject="the answer")


def test_plain_assert(rng, reference):
    """The values are right, by a plain assert."""
    x = rng.normal(size=(4, 3))
    assert np.allclose(answer(x), reference.answer(x))


def test_shape(rng):
    """The shape is right."""
    checks.shape(answer(rng.normal(size=(4, 3))), (4, 3), subject="the answer")


def test_refusal():
    """A vector is refused."""
    checks.raises(ValueError, answer, np.zeros(3))
'''
REFERENCE = """
import numpy as np

def answer(x):
    if x.ndim != 2:
        raise ValueError("x")
    return 3 * x + 1
"""
WRONG = {
    "sign": ("return -(3 * x + 1)", ["sign", "12 of 12 entries"]),
    "transposed": ("return (3 * x + 1).T", ["(3, 4)", "(4, 3)", "transposed"]),
    "float": ("return 1.5", ["shape"]),
    "none": ("return None", ["None"]),
    "object": ("return Thing()", []),
    "lying array": ("return np.zeros((4, 3)).view(Lying)", []),
    "text": ("return 'x' * 1000", ["str"]),
    "nothing raised": ("return np.where(x.ndim == 2, 3 * x + 1, 0)", []),
}
CLASSES = """
import numpy as np

class Thing:
    def __eq__(self, other):
        return True
    def __array__(self, *args, **kwargs):
        raise SystemExit

class Lying(np.ndarray):
    def __eq__(self, other):
        return True
"""


@pytest.fixture(scope="module")
def boundary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boundary]:
    """The suite, collected, with a warm sandbox."""
    folder = tmp_path_factory.mktemp("checks")
    (folder / "suite").mkdir()
    (folder / "suite" / "test_hidden.py").write_text(SUITE)
    (folder / "reference").mkdir()
    (folder / "reference" / "work.py").write_text(REFERENCE)
    sandbox = open_sandbox("namespaces", ["numpy"])
    boundary = Boundary(
        make_course(folder / "suite", folder / "reference", ["work"], ["numpy"], folder / "course"),
        sandbox,  # type: ignore[arg-type]
    )
    assert boundary.grade_reference() == 100
    yield boundary
    boundary.close()
    sandbox.close()


@pytest.mark.parametrize("name", WRONG)
def test_student_reads_what_was_wrong_and_no_value(boundary: Boundary, tmp_path: Path, name: str) -> None:
    """The message of a check names shapes, counts and the cause; of a plain assert it says that it failed."""
    body, words = WRONG[name]
    path = tmp_path / "work.py"
    path.write_text(f"{CLASSES}\ndef answer(x):\n    {body}\n")
    results = boundary.results(path)
    values = results["test_hidden.py::test_values"]
    passes = name == "nothing raised"
    assert values.outcome is (Outcome.PASSED if passes else Outcome.FAILED)
    for word in words:
        assert word in values.summary
    assert results["test_hidden.py::test_refusal"].outcome is not Outcome.PASSED
    plain = results["test_hidden.py::test_plain_assert"]
    assert (plain.outcome is Outcome.PASSED) is passes
    # what the TA reads holds values; no number of them stands in what the student reads
    (submission,) = collect_submissions([path], ["work"]).submissions
    workspace = prepare_workspace(submission, boundary.assignment)
    run = boundary.suite.run(workspace)
    report = make_report(workspace, boundary.assignment, run, score_tests(boundary.suite.tests, run.results))
    text = json.dumps(render_gradescope(report, "0").model_dump()["tests"])
    assert "e+0" not in text
    assert "array(" not in text
    assert "reference.answer" not in text
