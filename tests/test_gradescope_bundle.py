"""`gradescope build`: what is in the zip, what is not, and how."""

import io
import re
import stat
import subprocess
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from small_course import ID, assert_one_sentence, run_autograder, write_course, write_files

from autograder.errors import SpecError
from autograder.gradescope.bundle import EXTRAS, list_requirements
from autograder.testrun.runner import key_for

ROOT = Path(__file__).parents[1]
IMAGE = ROOT / "autograder" / "gradescope" / "image"
SECRET = "5" * 64


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The small course with a secret, another assignment, and what tools leave behind."""
    course = write_course(tmp_path / "course")
    write_files(
        course,
        {
            "assignments/other_one/assignment.toml": "# canary-of-another\n",
            f"assignments/{ID}/tests/__pycache__/x.pyc": "canary-of-a-cache",
            ".autograder/secret": f"{SECRET}\n",
            "roster.csv": "canary-of-a-roster",
        },
    )
    return course


def build(course: Path, *options: str) -> Path:
    """The zip, built by the command."""
    process = run_autograder("gradescope", "build", ID, "--out", "x.zip", *options, cwd=course)
    assert process.returncode == 0, process.stderr
    return course / "x.zip"


def test_zip_is_laid_out_as_gradescope_asks(course: Path) -> None:
    """Both programs stand at the root with LF, a shebang and their run bit; the rest is its owner's alone."""
    path = build(course)
    assert path.stat().st_size < 1 << 20
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with zipfile.ZipFile(path) as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
        for name in ("setup.sh", "run_autograder"):
            assert stat.S_IMODE(modes.pop(name)) == 0o755
            data = archive.read(name)
            assert data.startswith(b"#!/usr/bin/env bash\n")
            assert b"\r" not in data
    assert {stat.S_IMODE(mode) for mode in modes.values()} == {0o600}
    assert all(stat.S_ISREG(mode) for mode in modes.values())


def test_zip_holds_this_assignment_alone(course: Path) -> None:
    """The suites, the reference and the derived key are in it; the course's secret and anything of another are not."""
    with zipfile.ZipFile(build(course)) as archive:
        names = set(archive.namelist())
        everything = b"\n".join(archive.read(name) for name in names)
        assert archive.read("key").strip() == key_for(SECRET.encode(), ID).hex().encode()
    assert f"course/assignments/{ID}/tests/test_hidden.py" in names
    assert f"course/reference/{ID}/steps.py" in names
    assert "package/autograder/sandbox/_zygote.py" in names
    assert SECRET.encode() not in everything
    assert b"canary-of" not in everything
    assert not [name for name in names if "pycache" in name or "other_one" in name]


def test_zip_is_the_same_every_time(course: Path) -> None:
    """The same course and grader give the same bytes, whenever and wherever the zip is written."""
    first = build(course).read_bytes()
    for path in (course / "assignments" / ID).rglob("*"):
        path.touch()
    assert build(course).read_bytes() == first
    assert build(course, "--seed", "x").read_bytes() != first


def test_zip_says_its_timeout(course: Path) -> None:
    """The time-out that is set on Gradescope is known to the run; one that Gradescope does not have is refused."""
    with zipfile.ZipFile(build(course, "--minutes", "25")) as archive:
        assert b'"timeout_min": 25' in archive.read("gradescope.json")
    assert run_autograder("gradescope", "build", ID, "--minutes", "41", cwd=course).returncode == 2


def test_zip_that_cannot_be_written_is_one_sentence(course: Path) -> None:
    """A folder that is not there is said, and nothing is left."""
    process = run_autograder("gradescope", "build", ID, "--out", "nowhere/x.zip", cwd=course)
    assert "nowhere/x.zip" in assert_one_sentence(process, 2)


def test_torch_is_asked_for_only_where_it_is_needed() -> None:
    """Packages of the assignment's are pinned to what is pinned for all; the grader's own come by name."""
    assert "torch==2.13.0" in list_requirements(["numpy", "torch"])
    assert not [line for line in list_requirements(["numpy"]) if line.startswith("torch")]
    assert "numpy" in list_requirements(["numpy"])
    assert "sympy==1.14.0" in list_requirements(["numpy", "sympy"])
    with pytest.raises(SpecError, match="no_such_package"):
        list_requirements(["no_such_package"])


def test_constraints_are_those_of_the_repository() -> None:
    """One line alone differs: Ubuntu's Python 3.11 is older than the pinned soupsieve takes."""
    own = set((ROOT / "constraints.txt").read_text().splitlines())
    zips = set((IMAGE / "constraints.txt").read_text().splitlines())
    assert sorted(zips - own) == [
        'soupsieve==2.10; python_full_version < "3.11.5"',
        'soupsieve==4.1.2; python_full_version >= "3.11.5"',
    ]
    assert sorted(own - zips) == ["soupsieve==4.1.2"]


def test_every_requirement_is_pinned() -> None:
    """Whatever the core, its extras for Gradescope and torch need, however far away, has a version."""
    pinned = {_normal(line.partition("==")[0]) for line in (IMAGE / "constraints.txt").read_text().splitlines()}
    waiting, seen = {"autograder"}, set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for line in metadata.requires(name) or []:
            requirement = Requirement(line)
            extras = [*EXTRAS, "torch"] if name == "autograder" else ["", "css"]
            wanted = requirement.marker is None or any(requirement.marker.evaluate({"extra": e}) for e in extras)
            if wanted and _normal(requirement.name) not in seen and _is_installed(requirement.name):
                waiting.add(_normal(requirement.name))
    assert seen - pinned - {"autograder"} <= {"setuptools"}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def test_programs_are_valid_shell(course: Path) -> None:
    """Bash parses both as they stand in the zip."""
    with zipfile.ZipFile(io.BytesIO(build(course).read_bytes())) as archive:
        for name in ("setup.sh", "run_autograder"):
            done = subprocess.run(["bash", "-n"], input=archive.read(name), capture_output=True, check=False)
            assert (done.returncode, done.stderr) == (0, b"")
