"""Parity: a suite gives through the boundary the verdicts that plain pytest gives in one process.

Each folder of tests/parity/ is a small suite with a right and a wrong submission; tests/foreign/ is a suite that was
written for another course before this grader was looked at. What differs is listed here, and in docs/authors.md.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from through import Boundary, make_course, plain_verdicts

from autograder.sandbox import Zygote, open_sandbox
from autograder.verdict import Outcome

HERE = Path(__file__).parent
SUITES = sorted(path.name for path in (HERE / "parity").iterdir())
SUBMISSIONS = ["right", "wrong"]

# node id -> why its verdict differs: each reason is a row of the table in docs/authors.md
_STAR = {
    "test_imports.py::test_star_import_brings_no_module": "a star import brings the reference's public names alone"
}
DIFFERENCES: dict[tuple[str, str], dict[str, str]] = {
    ("imports", "right"): _STAR,
    ("imports", "wrong"): _STAR,
    ("torch_modules", "wrong"): {
        "test_torch_modules.py::test_numpy_and_tensors_together": "a changed array or tensor argument is a failure"
    },
    ("data", "wrong"): {"test_data.py::test_many_arguments": "== of an object of the student's is never asked"},
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Zygote]:
    """One warm sandbox for all suites, torch included."""
    sandbox = open_sandbox("namespaces", ["numpy", "torch"])
    yield sandbox
    sandbox.close()


def through_boundary(course: Path, sandbox: Zygote, submissions: dict[str, Path]) -> dict[str, dict[str, Outcome]]:
    """Each submission's outcomes by node id."""
    boundary = Boundary(course, sandbox)
    try:
        assert boundary.grade_reference() == 100
        return {
            name: {nodeid: result.outcome for nodeid, result in boundary.results(path).items()}
            for name, path in submissions.items()
        }
    finally:
        boundary.close()


@pytest.mark.parametrize("name", SUITES)
def test_verdicts_are_those_of_plain_pytest(name: str, sandbox: Zygote, tmp_path: Path) -> None:
    """The right submission passes both ways, the wrong one loses the same tests both ways."""
    folder = HERE / "parity" / name
    packages = ["numpy", "torch"] if "torch" in name else ["numpy"]
    course = make_course(folder / "suite", folder / "right", ["work"], packages, tmp_path / "course")
    here = through_boundary(course, sandbox, {who: folder / who for who in SUBMISSIONS})
    for who in SUBMISSIONS:
        plain = plain_verdicts(folder / "suite", folder / who, tmp_path / who)
        assert plain.keys() == here[who].keys()
        passed = {nodeid for nodeid, verdict in plain.items() if verdict == "passed"}
        passed_here = {nodeid for nodeid, outcome in here[who].items() if outcome is Outcome.PASSED}
        assert passed ^ passed_here == set(DIFFERENCES.get((name, who), {}))
        lost = len(plain) - len(passed_here)
        assert lost == 0 if who == "right" else lost >= 3


def test_foreign_suite_runs_unmodified(sandbox: Zygote, tmp_path: Path) -> None:
    """A suite of another course, its conftest included, gives the verdicts that plain pytest gave before."""
    folder = HERE / "foreign"
    recorded = json.loads((folder / "verdicts.json").read_text())
    course = make_course(folder / "suite", folder / "right", ["layers"], ["numpy"], tmp_path / "course")
    here = through_boundary(course, sandbox, {who: folder / who for who in SUBMISSIONS})
    for who in SUBMISSIONS:
        assert len(here[who]) >= 20
        assert here[who].keys() == recorded[who].keys()
        assert {nodeid for nodeid, outcome in here[who].items() if outcome is Outcome.PASSED} == {
            nodeid for nodeid, verdict in recorded[who].items() if verdict == "passed"
        }
