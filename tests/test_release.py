"""The students' zip: what is in it, and that nothing hidden or of the reference is."""

from __future__ import annotations

import io
import json
import tomllib
import zipfile
from pathlib import Path

import pytest
from small_course import ID, TOML, write_course, write_files
from test_templates_notebook import MARKED, WRITTEN

from autograder.contract import Contract
from autograder.errors import SpecError
from autograder.release import (
    check_nothing_leaks,
    make_release,
    render_requirements,
    render_spec,
    secret_lines,
    write_release,
)
from autograder.spec import Assignment, AssignmentSpec, load_assignment

CONTRACT = Contract(assignment=ID, suite_digest="", modules={})
TEMPLATES = {"steps.py": "def double(x):\n    raise NotImplementedError()\n", "steps.ipynb": "{}\n"}


def make_assignment(root: Path, toml: str = TOML) -> Assignment:
    """The small assignment, with solutions that are marked."""
    return load_assignment(write_course(root, toml=toml, reference=MARKED), ID)


def unpack(data: bytes) -> dict[str, bytes]:
    """The zip's files."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_zip_holds_what_students_need_and_no_more(tmp_path: Path) -> None:
    """Handout, stub, notebook, public suite, contract, requirements, the package; the same bytes each time."""
    assignment = make_assignment(tmp_path, TOML + WRITTEN)
    data = make_release(assignment, CONTRACT, TEMPLATES)
    assert data == make_release(assignment, CONTRACT, TEMPLATES)
    files = unpack(data)
    own = {name.removeprefix(f"{ID}/") for name in files if "/autograder/" not in name}
    assert own == {
        "README.md", "assignment.toml", "steps.py", "steps.ipynb", "tests/test_public.py", "tests/contract.json",
        "requirements.txt",
    }  # fmt: skip
    package = {name.removeprefix(f"{ID}/autograder/") for name in files if "/autograder/" in name}
    assert {"__main__.py", "cli/check.py", "proxy/_pipe_side.py", "testrun/suite.ini"} <= package
    assert not [name for name in package if name.endswith(".pyc") or name.startswith("scaffold_files")]
    assert json.loads(files[f"{ID}/tests/contract.json"])["assignment"] == ID
    assert b"written" not in files[f"{ID}/assignment.toml"]


def test_spec_reads_the_same_without_the_authors_own(tmp_path: Path) -> None:
    """The handout's assignment.toml gives the same modules, points, packages and limits, whatever the title holds."""
    toml = TOML.replace('"Small steps"', '"Größe \\"n\\" \\\\ β\\u007f"') + WRITTEN
    assignment = make_assignment(tmp_path, toml)
    read = AssignmentSpec.model_validate(tomllib.loads(render_spec(assignment)))
    assert read == assignment.spec.model_copy(update={"written": []})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("steps.py", "x = 1\nassert countdown(n) == list(range(n, 0, -1))\n"),
        ("steps.py", "    return 2 * np.asarray(x, dtype=np.float64)\n"),
        ("steps.ipynb", '{"cells": [{"source": [\n "    return list(range(n, 0, -1))\\n",\n ""]}]}\n'),
        ("data.csv", "secret_answer = 2 * secret_input\n"),
    ],
    ids=["hidden in the stub", "solution in the stub", "solution in the notebook", "hidden in a data file"],
)
def test_a_line_of_what_is_hidden_is_an_error(tmp_path: Path, name: str, text: str) -> None:
    """Whatever file for students holds a telling line of a hidden suite or a solution: its place is named, no zip."""
    toml = TOML.replace("points = 20", 'points = 20\npublic_files = ["data.csv"]')
    write_files(tmp_path, {f"assignments/{ID}/data.csv": text if name == "data.csv" else "1,2\n"})
    assignment = make_assignment(tmp_path, toml)
    templates = TEMPLATES | ({name: text} if name in TEMPLATES else {})
    with pytest.raises(SpecError, match=rf"{ID}/{name}:\d+ would show students"):
        make_release(assignment, CONTRACT, templates)


def test_what_is_public_anyway_is_no_leak(tmp_path: Path) -> None:
    """A helper that both suites hold, a line of the handout and what the stub keeps may stand in the zip."""
    assignment = make_assignment(tmp_path)
    shared = "np.testing.assert_allclose(double(secret_input), secret_answer)"
    assert shared in secret_lines(assignment)
    public = assignment.public_suites[0]
    public.write_text(public.read_text() + f"\n# {'x' * 30}\n    {shared}\n")
    check_nothing_leaks(assignment, {"tests/test_public.py": public.read_bytes(), "steps.py": f"{shared}\n".encode()})
    write_files(assignment.template, {"steps.py": MARKED})
    assert "return 2 * np.asarray(x, dtype=np.float64)" not in secret_lines(assignment)


def test_requirements_are_the_cores(tmp_path: Path) -> None:
    """The core, the assignment's own packages (torch pinned, an unknown one by name), and what reads notebooks."""
    lines = render_requirements(["numpy", "torch", "pandas"]).splitlines()
    comment = lines.index("# for notebooks")
    core, notebook = lines[1:comment], lines[comment + 1 :]
    assert {"msgspec", "numpy", "pydantic", "pytest", "rich", "typer"} == {line.split(">=")[0] for line in core[:6]}
    assert core[6:] == ["torch==2.13.0", "pandas"]
    assert {"nbformat", "nbconvert", "ipython"} == {line.split(">=")[0] for line in notebook}
    assert "torch" not in render_requirements(["numpy"])


def test_release_without_handout_or_room(tmp_path: Path) -> None:
    """A missing handout, and a place that cannot be written, are one sentence each."""
    assignment = make_assignment(tmp_path)
    (assignment.folder / "README.md").unlink()
    with pytest.raises(SpecError, match=r"README\.md is missing; write the handout"):
        make_release(assignment, CONTRACT, TEMPLATES)
    with pytest.raises(SpecError, match="cannot be written"):
        write_release(assignment.folder / "assignment.toml" / "x.zip", b"")
