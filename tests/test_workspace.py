"""Tests of autograder.workspace: what of a submission goes into the sandbox, and under which name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notebook_files import cell, notebook
from small_course import ID, REFERENCE, TOML, write_course, write_files

from autograder.spec import Assignment, load_assignment
from autograder.submission import Submission
from autograder.workspace import Workspace, prepare_workspace

SOURCE = REFERENCE.encode()


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """The small assignment, with a public data file."""
    root = write_course(tmp_path_factory.mktemp("course"), toml=f'public_files = ["x.csv"]\n{TOML}')
    write_files(root, {f"assignments/{ID}/x.csv": "1,2\n"})
    return load_assignment(root, ID)


def prepare(assignment: Assignment, **files: bytes) -> Workspace:
    """The workspace of a submission of these modules."""
    return prepare_workspace(Submission("ada", {f"{name}.py": data for name, data in files.items()}), assignment)


def test_module_of_the_right_name(assignment: Assignment) -> None:
    """A module of the demanded name is taken as it is, whatever else was handed in."""
    workspace = prepare(assignment, steps=SOURCE, helper=b"def double(x): ...")
    assert workspace.files == {"steps.py": SOURCE, "helper.py": b"def double(x): ...", "x.csv": b"1,2\n"}
    assert (workspace.student, workspace.modules) == ("ada", ("steps",))
    assert (workspace.notes, workspace.refusal) == ((), "")


def test_only_module_is_taken(assignment: Assignment) -> None:
    """The only .py file is taken under the demanded name, and the student is told."""
    workspace = prepare(assignment, **{"hw2 (1)": SOURCE})
    assert workspace.files["steps.py"] == SOURCE
    assert "hw2 (1).py" not in workspace.files
    assert workspace.notes == ("steps.py was not handed in; hw2 (1).py was taken in its place.",)
    assert workspace.refusal == ""


@pytest.mark.parametrize("contract", [b"def double(x): ...", b"async  def\ttotal(v): ...", b"x = (\n\ndef widen(x):"])
def test_module_that_defines_the_contract_is_taken(assignment: Assignment, contract: bytes) -> None:
    """Of several files the only one that defines a name of the contract is taken, even if it does not parse."""
    workspace = prepare(assignment, mine=contract, plots=b"def plot(): ...", main=b"double = 2\n# def double(x):")
    assert workspace.files["steps.py"] == contract
    assert set(workspace.files) == {"steps.py", "plots.py", "main.py", "x.csv"}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "no other .py file was"),
        ({"one": SOURCE, "two": SOURCE}, "2 of 2 other .py files could be meant"),
        ({"one": b"", "two": b""}, "0 of 2 other .py files could be meant"),
    ],
)
def test_no_module_can_be_chosen(assignment: Assignment, files: dict[str, bytes], said: str) -> None:
    """Where no file, or more than one, can be meant, nothing is imported and the sentence says why."""
    workspace = prepare(assignment, **files)
    assert "steps.py was not handed in" in workspace.refusal
    assert said in workspace.refusal
    assert "steps.py" not in workspace.files


@pytest.mark.parametrize("name", ["steps.pyc", "steps.cpython-311-x86_64-linux-gnu.so", "a/b.pyd", "steps.pyo"])
def test_compiled_modules_are_dropped(assignment: Assignment, name: str) -> None:
    """Compiled code never reaches the sandbox; alone it is no submission."""
    workspace = prepare_workspace(Submission("ada", {name: b"\x7fELF", "steps.py": SOURCE}), assignment)
    assert set(workspace.files) == {"steps.py", "x.csv"}
    alone = prepare_workspace(Submission("ada", {name: b"\x7fELF"}), assignment)
    assert "steps.py was not handed in" in alone.refusal


def test_public_files_are_the_assignments(assignment: Assignment) -> None:
    """A data file of the assignment's stands as the assignment gave it, whatever the student made of it."""
    submission = Submission("ada", {"steps.py": SOURCE, "x.csv": b"0,0\n"})
    assert prepare_workspace(submission, assignment).files["x.csv"] == b"1,2\n"


def test_no_hidden_file_goes_in(assignment: Assignment) -> None:
    """A workspace holds what was handed in and the public files; nothing of the suites or the reference."""
    workspace = prepare(assignment, steps=b"import helper\n", helper=b"x = 1\n")
    assert set(workspace.files) == {"steps.py", "helper.py", "x.csv"}
    hidden = [path.read_bytes() for folder in (assignment.tests, assignment.reference) for path in folder.glob("*.py")]
    assert len(hidden) == 3
    assert not set(hidden) & set(workspace.files.values())


def test_a_refused_submission_stays_refused(assignment: Assignment) -> None:
    """What the reader of files refused is not looked at again."""
    workspace = prepare_workspace(Submission("ada", {}, refusal="It is too large."), assignment)
    assert workspace.refusal == "It is too large."


def test_every_module_of_several_is_needed(tmp_path: Path) -> None:
    """Where an assignment has two modules, no file is taken in the place of a missing one."""
    write_files(tmp_path, {f"reference/{ID}/walks.py": "def walk(): ...\n"})
    course = write_course(tmp_path, toml=TOML.replace('["steps"]', '["steps", "walks"]'))
    workspace = prepare(load_assignment(course, ID), steps=SOURCE, walk=b"def walk(): ...\n")
    assert workspace.refusal == "walks.py was not handed in; hand it in under this name."


LINES = st.lists(st.text("ab #=\t'", max_size=6), max_size=6)


@given(data=st.data(), lines=LINES)
def test_seeds_ignore_an_editors_habits(assignment: Assignment, data: st.DataObject, lines: list[str]) -> None:
    """A byte-order mark and line ends, which the program does not see, draw no new inputs."""
    plain = "\n".join(lines).encode()
    mark = data.draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    edited = end.join(lines)
    one, other = prepare(assignment, steps=plain), prepare(assignment, steps=mark + edited.encode())
    assert one.source_digest == other.source_digest


@given(lines=LINES.filter(bool), place=st.integers(0, 5), word=st.text("cd()", min_size=1, max_size=4))
def test_seeds_follow_the_program(assignment: Assignment, lines: list[str], place: int, word: str) -> None:
    """A change in any line of the program draws new inputs."""
    changed = list(lines)
    changed[place % len(lines)] += word
    one, other = ("\n".join(text).encode() for text in (lines, changed))
    assert prepare(assignment, steps=one).source_digest != prepare(assignment, steps=other).source_digest


def test_seeds_ignore_the_name_that_was_handed_in(assignment: Assignment) -> None:
    """The name under which the module was handed in draws no new inputs."""
    assert prepare(assignment, steps=SOURCE).source_digest == prepare(assignment, hw2=SOURCE).source_digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"steps.py": SOURCE, "helper.py": b"GUESS = 1"}, {"steps.py": SOURCE, "helper.py": b"GUESS = 2"}),
        ({"steps.py": SOURCE, "guess.txt": b"1"}, {"steps.py": SOURCE, "guess.txt": b"2"}),
        ({"steps.py": SOURCE, "guess1": b""}, {"steps.py": SOURCE, "guess2": b""}),
        ({"steps.py": b'G = """\n \n"""\n'}, {"steps.py": b'G = """\n  \n"""\n'}),
        ({"steps.py": b"def double(x): ..."}, {"steps.py": b"\ndef double(x): ..."}),
        ({"steps.ipynb": notebook("a = 1", "b = 2")}, {"steps.ipynb": notebook("a = 1\n\nb = 2")}),
    ],
    ids=["a helper", "a data file", "a file's name", "blanks in a text", "a line's number", "a cell's end"],
)
def test_nothing_changes_under_the_same_inputs(
    assignment: Assignment, one: dict[str, bytes], other: dict[str, bytes]
) -> None:
    """Whatever the program can tell apart draws new inputs: else feedback on each guess would tell about them."""
    first, second = (prepare_workspace(Submission("ada", files), assignment) for files in (one, other))
    assert first.source_digest != second.source_digest


def test_helpers_beside_a_module_of_another_name(assignment: Assignment) -> None:
    """Where the module is called otherwise and lies in a folder, its helper files come to the top with it."""
    files = {"src/hw.py": SOURCE, "src/data/y.csv": b"1", "notes/readme.txt": b""}
    workspace = prepare_workspace(Submission("ada", files), assignment)
    assert set(workspace.files) == {"steps.py", "data/y.csv", "notes/readme.txt", "x.csv"}


# ---- notebooks


def hand_in(assignment: Assignment, **files: bytes) -> Workspace:
    """The workspace of files; `_py` and `_ipynb` at the end of a name are its suffix."""
    named = {re.sub(r"_(py|ipynb)$", r".\1", name): data for name, data in files.items()}
    return prepare_workspace(Submission("ada", named), assignment)


DOUBLE = "def double(x):\n    return 2 * x\n"


def test_notebook_is_taken_as_the_module(assignment: Assignment) -> None:
    """A notebook of the module's name becomes its source, with a map of its cells, and the student is told."""
    workspace = hand_in(assignment, steps_ipynb=notebook("%matplotlib inline\nx = 1", cell("# a", "markdown"), DOUBLE))
    assert set(workspace.files) == {"steps.py", "x.csv"}
    assert workspace.cells == {"steps.py": [("cell 1", 1, 2), ("cell 2", 3, 2)]}
    assert workspace.files["steps.py"].endswith(DOUBLE.encode())
    assert workspace.notes == ("steps.py was not handed in; the notebook steps.ipynb was taken in its place.",)
    assert workspace.refusal == ""


@pytest.mark.parametrize(
    ("files", "taken"),
    [
        ({"hw2_ipynb": notebook("x = 1")}, "hw2.ipynb"),
        ({"hw2_ipynb": notebook(DOUBLE), "plots_py": b"def plot(): ..."}, "hw2.ipynb"),
        ({"hw2_ipynb": notebook(DOUBLE), "notes_ipynb": notebook("y = 1")}, "hw2.ipynb"),
        ({"hw2_ipynb": notebook(DOUBLE), "notes_ipynb": b"{"}, "hw2.ipynb"),
        ({"steps_ipynb": notebook("x = 1"), "hw2_ipynb": notebook(DOUBLE)}, "steps.ipynb"),
        ({"hw2_py": DOUBLE.encode(), "hw2_ipynb": notebook(DOUBLE)}, "hw2.py"),
    ],
)
def test_notebook_that_is_meant_is_taken(assignment: Assignment, files: dict[str, bytes], taken: str) -> None:
    """The one of the module's name, the only one, or the only one that defines the contract; a .py before it."""
    workspace = hand_in(assignment, **files)
    assert workspace.refusal == ""
    assert any(note.endswith(f"{taken} was taken in its place.") for note in workspace.notes)
    assert bool(workspace.cells) == taken.endswith(".ipynb")


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_stub_beside_a_notebook_is_no_work(assignment: Assignment, ends: str) -> None:
    """The stub as it was handed out, from the zip that held both, does not hide the notebook that was filled in."""
    stub = "def double(x):\n    raise NotImplementedError()\n"
    assignment.template.mkdir(parents=True, exist_ok=True)
    (assignment.template / "steps.py").write_text(stub)
    files = {"steps.py": stub.replace("\n", ends).encode(), "steps.ipynb": notebook("def double(x):\n    return 2 * x")}
    workspace = prepare_workspace(Submission("ada", files), assignment)
    assert workspace.files["steps.py"] == b"def double(x):\n    return 2 * x\n"
    assert "steps.py is as it was handed out, and was left out." in workspace.notes
    alone = prepare_workspace(Submission("ada", {"steps.py": stub.encode()}), assignment)
    assert alone.files["steps.py"] == stub.encode()
    worked_on = {**files, "steps.py": stub.encode() + b"x = 1\n"}
    assert prepare_workspace(Submission("ada", worked_on), assignment).files["steps.py"].endswith(b"x = 1\n")


def test_module_beside_a_notebook_counts(assignment: Assignment) -> None:
    """The module is graded, and the student is told that the notebook is not."""
    workspace = hand_in(assignment, steps_py=SOURCE, steps_ipynb=notebook("x = 1"))
    assert workspace.files["steps.py"] == SOURCE
    assert workspace.notes == ("steps.py counts; steps.ipynb beside it was not graded.",)
    assert workspace.cells == {}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a_ipynb": notebook(DOUBLE), "b_ipynb": notebook(DOUBLE)}, "2 of 2 notebooks could be meant"),
        ({"steps_ipynb": b'{"cells": ['}, "steps.ipynb cannot be read: its JSON is broken"),
        ({"steps_ipynb": b""}, "steps.ipynb is empty"),
        ({"a_ipynb": notebook("x <- 1", metadata={"kernelspec": {"name": "ir"}})}, "a.ipynb is a notebook of R"),
    ],
)
def test_notebook_that_cannot_be_taken(assignment: Assignment, files: dict[str, bytes], said: str) -> None:
    """One sentence says why nothing is graded."""
    workspace = hand_in(assignment, **files)
    assert said in workspace.refusal
    assert "steps.py" not in workspace.files


def test_seeds_of_a_notebook_follow_its_code(assignment: Assignment) -> None:
    """Words and outputs draw no new inputs; a change in a cell does."""
    heavy = cell(DOUBLE) | {"outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}], "execution_count": 4}
    plain, run, other = (
        hand_in(assignment, steps_ipynb=data).source_digest
        for data in (notebook(DOUBLE), notebook(cell("words", "markdown"), heavy), notebook(f"{DOUBLE}x = 1"))
    )
    assert plain == run != other


# ---- encodings, forbidden imports


def test_sources_are_repaired_and_that_is_said(assignment: Assignment) -> None:
    """The module and its helpers become what Python reads; data files stay as they are."""
    workspace = hand_in(
        assignment, steps_py=DOUBLE.encode("utf-16"), helper_py=b"# caf\xe9\r\nx = 1\r\n", data=b"\xff\xfe\r\n"
    )
    assert workspace.files["steps.py"] == DOUBLE.encode()
    assert workspace.files["helper.py"].decode() == "# café\nx = 1\n"
    assert workspace.files["data"] == b"\xff\xfe\r\n"
    assert workspace.notes == (
        "steps.py is UTF-16; it was read as such.",
        "helper.py is not UTF-8 (line 1); it was read as Windows-1252.",
    )


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """The small assignment, with a forbidden package."""
    return load_assignment(write_course(tmp_path_factory.mktemp("strict"), toml=f'forbidden = ["scipy"]\n{TOML}'), ID)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"steps_py": b"import numpy\nimport scipy\n"}, "Line 2 of steps.py imports scipy"),
        ({"hw1_py": b"from scipy import special\n"}, "Line 1 of hw1.py imports scipy"),
        ({"steps_py": b"import tools\n", "tools_py": b"\nimport scipy\n"}, "Line 2 of tools.py imports scipy"),
        ({"steps_ipynb": notebook("x = 1", "y = 1\nimport scipy")}, "Cell 2, line 2 imports scipy"),
    ],
)
def test_forbidden_import_is_named(strict: Assignment, files: dict[str, bytes], said: str) -> None:
    """The file, the line and the package."""
    workspace = hand_in(strict, **files)
    assert workspace.forbidden == {"steps": f"{said}, which this assignment rules out."}
    assert workspace.refusal == ""


def test_word_of_a_forbidden_package_is_none(strict: Assignment) -> None:
    """A comment or a string does not import, and neither does a file that nothing imports."""
    files = {"steps_py": b"# import scipy\nx = 'import scipy'\n", "scratch_py": b"import scipy\n"}
    assert hand_in(strict, **files).forbidden == {}
