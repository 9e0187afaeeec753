"""The examples of docs/authors.md are suites that grade as they stand, and its commands do what it says."""

import csv
import os
import re
import subprocess
from pathlib import Path

import pytest
from small_course import AUTOGRADER
from through import Boundary, make_course

from autograder.sandbox import open_sandbox
from autograder.testrun.accelerator import Accelerator

DOCS = Path(__file__).parents[1] / "docs"
SUBMISSION = """
import numpy as np


class Empty(IndexError):
    pass


class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)
        return self

    def pop(self):
        if not self.items:
            raise Empty("nothing is there")
        return self.items.pop()

    def __len__(self):
        return len(self.items)

    def __iter__(self):
        return iter(self.items)


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def gradient(w, X, y):
    if X.shape[1] != len(w):
        raise ValueError("w")
    return 2 * X.T @ (X @ w - y) / len(y)


def softmax_on(z, device):
    import torch

    return torch.softmax(z.to(device), dim=-1).cpu()


def descend(gradient, x, step_size):
    for _ in range(100):
        x = x - step_size * gradient(x)
    return x


def derive():
    return {
        "dl_dt": "-2*(y - t)",
        "dt_dz": r"4 / (e^{z} + e^{-z})^2".replace("z", "(log((1 + t)/(1 - t))/2)"),
        "dz_dw": "x",
        "dl_dw": r"-2x (y - t) (1 - t^{2})",
    }
"""
TORCH = """
import torch


class Net(torch.nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.linear = torch.nn.Linear(features, classes)

    def forward(self, x):
        return self.linear(x)
"""
EXAMPLES = re.findall(r"```python\n# example: work( torch)?\n(.*?)```", (DOCS / "authors.md").read_text(), re.DOTALL)


@pytest.mark.parametrize(("needs_torch", "example"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_example_grades_as_it_stands(needs_torch: str, example: str, tmp_path: Path) -> None:
    """Each example is a suite on which a right submission scores everything."""
    suite, reference = tmp_path / "suite", tmp_path / "reference"
    suite.mkdir()
    reference.mkdir()
    # an example's marks need not sum to an assignment's points
    (suite / "test_hidden.py").write_text(re.sub(r"@pytest\.mark\.points\(.*\)\n", "", example))
    (reference / "work.py").write_text(SUBMISSION + (TORCH if needs_torch else ""))
    packages = ["numpy", "torch"] if needs_torch else ["numpy"]
    course = make_course(suite, reference, ["work"], packages, tmp_path / "course")
    sandbox = open_sandbox("namespaces", packages)
    boundary = Boundary(course, sandbox)  # type: ignore[arg-type]
    boundary.suite.accelerator = Accelerator("cpu", packages)  # examples for a GPU run on the processor
    try:
        assert boundary.grade_reference() == 100
    finally:
        boundary.close()
        sandbox.close()


def test_every_example_is_run() -> None:
    """No Python block of the authors' page is without the line that makes it a test."""
    text = (DOCS / "authors.md").read_text()
    assert len(EXAMPLES) == text.count("```python") >= 4


def scores(out: Path) -> list[tuple[str, str]]:
    """Student and score of each row of a run's grades.csv."""
    with (out / "grades.csv").open(newline="") as file:
        return [(row["student"], row["score"]) for row in csv.DictReader(file)]


def test_walk_runs_as_it_is_printed(needs_root: None, tmp_path: Path) -> None:
    """The authors' page's commands, in order and in an empty folder, make an assignment and grade it as it says."""
    blocks = re.findall(r"```sh\n(.*?)```", (DOCS / "authors.md").read_text(), re.DOTALL)
    assert len(blocks) == 5
    path = f"{AUTOGRADER.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-e"], input="".join(blocks), cwd=tmp_path, env={**os.environ, "PATH": path, "COLUMNS": "120"},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    out = tmp_path / "deep_learning" / "out"
    assert scores(out / "stub") == [("least_squares", "0")]
    assert scores(out / "reference") == [("least_squares", "105")]
    assert scores(out / "mistakes") == [("no_factor", "45")]
    assert "2 of 2 public tests passed, 20 of 20 public points." in done.stdout
    assert "it looks as if a factor 2 were missing" in done.stdout
    course = tmp_path / "deep_learning"
    assert (course / "student_templates" / "least_squares" / "least_squares.ipynb").is_file()
    assert (course / "handouts" / "least_squares.zip").is_file()
