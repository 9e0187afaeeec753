"""The students' notebooks: nbgrader's format, all points, nothing of the solution, and they run in real Jupyter."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbgrader.nbgraderformat.v3 import MetadataValidatorV3
from nbgrader_course import read_rows, run_apps
from notebook_files import fill_in
from small_course import ID, MODULE, REFERENCE, TOML, write_course

from autograder.errors import SpecError
from autograder.release import secret_lines
from autograder.spec import load_assignment
from autograder.templates.notebook import assign_tests, make_notebook
from autograder.verdict import ExpectedTest

ROOT = Path(__file__).parents[1]
ASSIGNMENTS = sorted(path.name for path in (ROOT / "reference").iterdir())
MARKED = re.sub(r"^(    return .*)$", r"    # BEGIN SOLUTION\n\1\n    # END SOLUTION", REFERENCE, flags=re.MULTILINE)
WRITTEN = '[[written]]\nid = "why"\ntitle = "Why"\npoints = 5\nprompt = "Say why."\nafter = "double"\n'


def committed(assignment_id: str) -> Any:
    """The notebook in student_templates/."""
    return nbformat.read(ROOT / "student_templates" / assignment_id / f"{assignment_id}.ipynb", as_version=4)


def grading(notebook: Any) -> dict[str, dict[str, Any]]:
    """Nbgrader's metadata of each cell, by its grade_id."""
    found = [cell["metadata"]["nbgrader"] for cell in notebook["cells"]]
    assert len({one["grade_id"] for one in found}) == len(found)
    return {one["grade_id"]: one for one in found}


@pytest.mark.parametrize("assignment_id", ASSIGNMENTS)
def test_notebook_is_nbgraders(assignment_id: str) -> None:
    """Nbgrader's own validator takes every cell; the tests are worth 100 points, the written parts what they say."""
    notebook = committed(assignment_id)
    nbformat.validate(notebook)
    validator = MetadataValidatorV3()
    for cell in notebook.cells:
        validator.validate_cell(cell)
    cells = grading(notebook)
    assignment = load_assignment(ROOT, assignment_id)
    assert sum(one["points"] for one in cells.values() if one["grade"] and not one["solution"]) == 100
    by_hand = {name: one["points"] for name, one in cells.items() if one["grade"] and one["solution"]}
    assert by_hand == {f"written_{part.id}": part.points for part in assignment.spec.written}
    assert by_hand


@pytest.mark.parametrize("assignment_id", ASSIGNMENTS)
def test_notebook_shows_nothing_secret(assignment_id: str) -> None:
    """No line of a solution or of the hidden suite stands in it; each answer cell holds the placeholder."""
    notebook = committed(assignment_id)
    secret = secret_lines(load_assignment(ROOT, assignment_id))
    assert len(secret) > 100
    shown = {line.strip() for path in ("tests/test_public.py", "README.md") for line in
             (ROOT / "assignments" / assignment_id / path).read_text().splitlines()}  # fmt: skip
    lines = {line.strip() for cell in notebook.cells for line in cell.source.splitlines()}
    assert lines & secret <= shown
    answers = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.metadata.nbgrader.solution]
    assert answers
    assert all("# YOUR CODE HERE\n" in cell.source and "NotImplementedError" in cell.source for cell in answers)


@pytest.mark.parametrize("assignment_id", ASSIGNMENTS)
def test_solution_passes_in_jupyter(assignment_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reference's answers filled in, a real kernel runs every cell; as handed out, the first test fails."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # the kernel's: small nets wait for each other's threads else
    stub = committed(assignment_id)
    filled = fill_in(stub, (ROOT / "reference" / assignment_id / f"{assignment_id}.py").read_text())
    NotebookClient(filled, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    executed = [cell for cell in filled.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in executed)
    if assignment_id == "pca_svd":
        with pytest.raises(CellExecutionError, match="NotImplementedError"):
            NotebookClient(stub, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()


def test_nbgrader_generates_every_assignment(tmp_path: Path) -> None:
    """Nbgrader's own generate_assignment takes each notebook as it is, and its gradebook has every point."""
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    for assignment_id in ASSIGNMENTS:
        source = tmp_path / "source" / assignment_id / f"{assignment_id}.ipynb"
        source.parent.mkdir(parents=True)
        source.write_bytes((ROOT / "student_templates" / assignment_id / source.name).read_bytes())
    run_apps([[tmp_path, "GenerateAssignmentApp", assignment_id] for assignment_id in ASSIGNMENTS])
    worth = dict(
        read_rows(
            tmp_path / "gradebook.db",
            "select a.name, sum(g.max_score) from grade_cells g join base_cell b on b.id = g.id join notebook n on "
            "n.id = b.notebook_id join assignment a on a.id = n.assignment_id group by a.name",
        )
    )
    for assignment_id in ASSIGNMENTS:
        spec = load_assignment(ROOT, assignment_id).spec
        assert worth[assignment_id] == spec.points + sum(part.points for part in spec.written)
        released = (tmp_path / "release" / assignment_id / f"{assignment_id}.ipynb").read_text()
        assert "# YOUR CODE HERE" in released
        assert "BEGIN SOLUTION" not in released


def test_cells_of_the_small_course(tmp_path: Path) -> None:
    """In order: handout, what is given, each exercise with its tests, its hidden points and its written part."""
    assignment = load_assignment(write_course(tmp_path, toml=TOML + WRITTEN, reference=MARKED), ID)
    tests = [
        ExpectedTest(nodeid="test_public.py::test_double_small", function="test_double_small", title="", points=2,
                     public=True),
        ExpectedTest(nodeid="test_hidden.py::test_double_random[3]", function="test_double_random", title="", points=2),
        ExpectedTest(nodeid="test_hidden.py::test_double_random[5]", function="test_double_random", title="", points=2),
        ExpectedTest(nodeid="test_public.py::test_drawn", function="test_drawn", title="", points=1.5, public=True),
    ]  # fmt: skip
    text = make_notebook(assignment, tests)
    assert text == make_notebook(assignment, tests)
    cells = grading(json.loads(text))
    assert list(cells) == [
        "handout-1", "given-0", "public_tests", "double", "test_double_small", "hidden_double", "prompt_why",
        "written_why", "total", "countdown", "widen", "test_drawn",
    ]  # fmt: skip
    kinds = {name: (one["grade"], one["solution"], one["locked"], one.get("points")) for name, one in cells.items()}
    assert kinds["given-0"] == (False, False, True, None)
    assert kinds["double"] == (False, True, False, None)
    assert kinds["test_double_small"] == (True, False, True, 2)
    assert kinds["hidden_double"] == (True, False, True, 4)
    assert kinds["written_why"] == (True, True, False, 5)
    assert kinds["test_drawn"] == (True, False, True, 1.5)
    assert "autograder check small_steps" in text


def test_tests_belong_to_the_longest_name() -> None:
    """test_loss_grad_x is of loss_grad, not of loss; a class is known by its words or by the last of them."""
    names = ["loss", "loss_grad", "HiddenLayer", "XORNet"]
    functions = ["test_loss", "test_loss_grad_x", "test_loss_gradual", "test_layer_shape", "test_hidden_layer_small",
                 "test_xornet", "test_xor_net_a", "TestA::test_loss_b", "test_other"]  # fmt: skip
    tests = [ExpectedTest(nodeid=name, function=name, title="", points=1) for name in functions]
    owned = {name: [test.function for test in found] for name, found in assign_tests(tests, names).items()}
    assert owned == {
        "loss": ["test_loss", "test_loss_gradual", "TestA::test_loss_b"],
        "loss_grad": ["test_loss_grad_x"],
        "HiddenLayer": ["test_layer_shape", "test_hidden_layer_small"],
        "XORNet": ["test_xornet", "test_xor_net_a"],
        "": ["test_other"],
    }


def test_written_part_of_no_exercise(tmp_path: Path) -> None:
    """A written part that follows what is not there is the author's mistake, and named."""
    toml = TOML + WRITTEN.replace('"double"', '"treble"')
    assignment = load_assignment(write_course(tmp_path, toml=toml, reference=MARKED), ID)
    with pytest.raises(SpecError, match=r"written.after names 'treble', which is no exercise.*double, total"):
        make_notebook(assignment, [])
    assert MODULE not in str(assignment.spec.written)
