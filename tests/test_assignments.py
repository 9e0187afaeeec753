"""The assignments: the reference scores everything whatever the seed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.grading import grade_reference
from autograder.sandbox import Zygote, open_sandbox
from autograder.spec import Assignment, load_assignment
from autograder.submission import Submission
from autograder.testrun.accelerator import Accelerator
from autograder.testrun.runner import Suite
from autograder.verdict import Outcome
from autograder.workspace import prepare_workspace

ROOT = Path(__file__).parents[1]
ASSIGNMENTS = sorted(path.name for path in (ROOT / "reference").iterdir())
SEEDS = 20
SETTLED = (Outcome.PASSED, Outcome.DEFERRED)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Zygote]:
    """One warm sandbox, torch included."""
    sandbox = open_sandbox("namespaces", ["numpy", "torch"])
    yield sandbox
    sandbox.close()


def draws_nothing(assignment: Assignment) -> set[str]:
    """The test functions that take no `rng`: their inputs hang on no seed."""
    return {
        node.name
        for path in assignment.tests.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and "rng" not in {argument.arg for argument in node.args.args}
    }


@pytest.mark.parametrize("assignment_id", ASSIGNMENTS)
def test_reference_scores_everything_with_twenty_seeds(sandbox: Zygote, assignment_id: str) -> None:
    """Inputs drawn from 20 keys: no test of the reference fails; a training that draws nothing is run once.

    On the processor, as `--device cpu`: what a processor cannot stand in for waits for a GPU.
    """
    assignment = load_assignment(ROOT, assignment_id)
    suite = Suite(assignment, sandbox, b"0")
    try:
        suite.accelerator = Accelerator("cpu", assignment.spec.packages)
        report = grade_reference(assignment, suite)
        assert report.score == report.settled_points >= 96
        source = (assignment.reference / f"{assignment_id}.py").read_bytes()
        workspace = prepare_workspace(Submission("reference", {f"{assignment_id}.py": source}), assignment)
        long = {test.nodeid for test in suite.tests if suite.reference[test.nodeid].cpu_s > 0.5}
        assert {test.function for test in suite.tests if test.nodeid in long} <= draws_nothing(assignment)
        for seed in range(1, SEEDS):
            suite.key = str(seed).encode()
            for first, stop in ranges_without(long, [test.nodeid for test in suite.tests]):
                results = suite.run(workspace, range(first, stop)).results
                assert [r.nodeid for r in results if r.outcome not in SETTLED] == [], f"key {seed}"
    finally:
        suite.close()


def ranges_without(left_out: set[str], nodeids: list[str]) -> list[tuple[int, int]]:
    """The stretches of tests between those that are left out."""
    stretches, first = [], 0
    for place, nodeid in enumerate([*nodeids, ""]):
        if nodeid in left_out or not nodeid:
            if first < place:
                stretches.append((first, place))
            first = place + 1
    return stretches
