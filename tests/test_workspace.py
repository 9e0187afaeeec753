"""Tests of autograder.workspace: what of a submission goes into the sandbox, and under which name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
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
BLANKS = st.text(" \t", max_size=3)


@given(data=st.data(), lines=LINES)
def test_seeds_ignore_an_editors_habits(assignment: Assignment, data: st.DataObject, lines: list[str]) -> None:
    """A byte-order mark, line ends, blanks at the ends of lines and of the file draw no new inputs."""
    plain = "\n".join(lines).encode()
    mark = data.draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    edited = end.join(line + data.draw(BLANKS) for line in lines) + data.draw(st.sampled_from(["", end, end * 3]))
    one, other = prepare(assignment, steps=plain), prepare(assignment, steps=mark + edited.encode())
    assert one.source_digest == other.source_digest


@given(lines=LINES.filter(bool), place=st.integers(0, 5), word=st.text("cd()", min_size=1, max_size=4))
def test_seeds_follow_the_program(assignment: Assignment, lines: list[str], place: int, word: str) -> None:
    """A change in any line of the program draws new inputs."""
    changed = list(lines)
    changed[place % len(lines)] += word
    one, other = ("\n".join(text).encode() for text in (lines, changed))
    assert prepare(assignment, steps=one).source_digest != prepare(assignment, steps=other).source_digest


def test_seeds_ignore_other_files_and_names(assignment: Assignment) -> None:
    """Notes beside the module and the name it was handed in under draw no new inputs."""
    digests = {
        prepare(assignment, steps=SOURCE).source_digest,
        prepare(assignment, hw2=SOURCE).source_digest,
        prepare(assignment, steps=SOURCE, notes=b"# later").source_digest,
    }
    assert len(digests) == 1


def test_helpers_beside_a_module_of_another_name(assignment: Assignment) -> None:
    """Where the module is called otherwise and lies in a folder, its helper files come to the top with it."""
    files = {"src/hw.py": SOURCE, "src/data/y.csv": b"1", "notes/readme.txt": b""}
    workspace = prepare_workspace(Submission("ada", files), assignment)
    assert set(workspace.files) == {"steps.py", "data/y.csv", "notes/readme.txt", "x.csv"}
