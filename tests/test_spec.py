"""Tests of autograder.spec."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_course import ID, TOML, write_course, write_files

import autograder
from autograder.errors import SpecError
from autograder.limits import Limits
from autograder.spec import find_course, load_assignment, parse_spec

PATH = Path("course/assignments/small_steps/assignment.toml")
MINIMAL = 'title = "T"\nmodules = ["steps"]\npoints = 5\n'


def test_minimal_spec_has_defaults() -> None:
    """Three keys make an assignment; the rest has defaults."""
    spec = parse_spec(MINIMAL, PATH)
    assert (spec.title, spec.modules, spec.points) == ("T", ["steps"], 5.0)
    assert (spec.packages, spec.public_files, spec.limits) == (["numpy"], [], Limits())


def test_limits_are_read() -> None:
    """The table [limits] reaches the spec, and what it leaves out keeps its default."""
    spec = parse_spec(TOML, PATH)
    assert (spec.limits.cpu_s, spec.limits.memory_mib) == (0.5, 256)
    assert spec.limits.processes == Limits().processes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MINIMAL + "points = 6\n", ["not valid TOML", "line 4"]),
        (MINIMAL + "[limits\n", ["not valid TOML", "line 4"]),
        (MINIMAL + "point = 6\n", ["unknown key 'point'", "did you mean 'points'"]),
        (MINIMAL + 'titel = "x"\n', ["unknown key 'titel'", "did you mean 'title'"]),
        (MINIMAL + "zzzzzz = 1\n", ["unknown key 'zzzzzz'", "known are", "public_files"]),
        (MINIMAL + "[limits]\ncpu = 1\n", ["unknown key 'limits.cpu'", "did you mean 'cpu_s'"]),
        (MINIMAL + "[limit]\ncpu_s = 1\n", ["unknown key 'limit'", "did you mean 'limits'"]),
        (MINIMAL.replace("points = 5\n", ""), ["'points' is missing"]),
        (MINIMAL.replace('title = "T"\n', ""), ["'title' is missing"]),
        (MINIMAL.replace("points = 5", 'points = "5"'), ["points", "'5'"]),
        (MINIMAL.replace("points = 5", "points = true"), ["points", "True"]),
        (MINIMAL.replace("points = 5", "points = 0"), ["points", "greater than 0"]),
        (MINIMAL.replace("points = 5", "points = nan"), ["points", "nan"]),
        (MINIMAL.replace('"T"', '""'), ["title"]),
        (MINIMAL.replace('["steps"]', '"steps"'), ["modules", "list"]),
        (MINIMAL.replace('["steps"]', "[]"), ["modules", "at least 1"]),
        (MINIMAL.replace("steps", "../steps"), ["modules.0", "'../steps'"]),
        (MINIMAL.replace("steps", "Steps"), ["modules.0", "'Steps'"]),
        (MINIMAL.replace("steps", "steps.py"), ["modules.0", "'steps.py'"]),
        (MINIMAL.replace("steps", "random"), ["'random'", "standard module"]),
        (MINIMAL.replace("steps", "sympy"), ["'sympy'", "installed module"]),
        (MINIMAL.replace("steps", "numpy"), ["'numpy'", "installed module"]),
        (MINIMAL.replace("steps", "pytest"), ["'pytest'", "installed module"]),
        (MINIMAL + 'packages = ["numpy; rm -rf /"]\n', ["packages.0"]),
        (MINIMAL + 'forbidden = ["scipy.special"]\n', ["forbidden.0"]),
        (MINIMAL + 'forbidden = ["numpy"]\n', ["packages and forbidden both name 'numpy'", "take it out of one"]),
        (MINIMAL + "[limits]\nmemory_mib = 1.5\n", ["limits.memory_mib", "1.5"]),
        (MINIMAL + "[limits]\ncpu_s = -1\n", ["limits.cpu_s", "greater than 0"]),
        (MINIMAL + "limits = 3\n", ["limits"]),
        (MINIMAL.replace('"T"', "[" + "'x', " * 1000 + "]"), ["title", "..."]),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "-",
)
def test_what_is_wrong_is_said(text: str, said: list[str]) -> None:
    """Each mistake is answered with one sentence that names the file, the place and what is wrong there."""
    with pytest.raises(SpecError) as caught:
        parse_spec(text, PATH)
    sentence = str(caught.value)
    assert sentence.startswith(str(PATH))
    assert sentence.endswith((".", "?"))
    assert "\n" not in sentence
    assert len(sentence) < 400
    assert [word for word in said if word not in sentence] == []


@given(st.text(max_size=200) | st.text(max_size=60).map(lambda text: MINIMAL + text))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever stands in the file, it is a spec or a SpecError."""
    with contextlib.suppress(SpecError):
        assert parse_spec(text, PATH).points > 0


def test_assignment_knows_its_folders(tmp_path: Path) -> None:
    """The suites lie with the assignment, the reference does not."""
    assignment = load_assignment(write_course(tmp_path), ID)
    assert assignment.spec.title == "Small steps"
    assert assignment.tests == tmp_path / "assignments" / ID / "tests"
    assert assignment.reference == tmp_path / "reference" / ID
    assert not assignment.reference.is_relative_to(assignment.folder)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("smal_steps", "did you mean 'small_steps'"),
        ("zzz", "known are small_steps"),
        ("", "known are small_steps"),
        ("../assignments/small_steps", "small_steps"),
    ],
)
def test_unknown_assignment(tmp_path: Path, name: str, said: str) -> None:
    """An assignment that is not there is answered with one that is; a path is no name."""
    course = write_course(tmp_path)
    with pytest.raises(SpecError, match="has no assignment") as caught:
        load_assignment(course, name)
    assert said in str(caught.value)


def test_course_without_assignments(tmp_path: Path) -> None:
    """An empty course says that it has none, a folder that is no course how to name one."""
    with pytest.raises(SpecError, match="--course DIR"):
        load_assignment(tmp_path, ID)
    (tmp_path / "assignments").mkdir()
    with pytest.raises(SpecError, match="there are none"):
        load_assignment(tmp_path, ID)


def test_missing_suites_and_reference(tmp_path: Path) -> None:
    """An assignment without a suite or without its reference is refused, with the path to write."""
    course = write_course(tmp_path)
    reference = course / "reference" / ID / "steps.py"
    reference.rename(reference.with_suffix(".txt"))
    with pytest.raises(SpecError, match=r"reference/small_steps/steps\.py is missing"):
        load_assignment(course, ID)
    for suite in (course / "assignments" / ID / "tests").iterdir():
        suite.unlink()
    with pytest.raises(SpecError, match=r"tests holds no test_\*\.py"):
        load_assignment(course, ID)


def test_spec_that_is_not_text(tmp_path: Path) -> None:
    """An assignment.toml that is not UTF-8 is said to be unreadable."""
    course = write_course(tmp_path)
    (course / "assignments" / ID / "assignment.toml").write_bytes(b'title = "\xff"\n')
    with pytest.raises(SpecError, match=r"assignment\.toml cannot be read"):
        load_assignment(course, ID)


def test_course_is_found_upward(tmp_path: Path) -> None:
    """The nearest folder upward that holds assignments/ is the course."""
    course = write_course(tmp_path / "course")
    deep = course / "class" / "ada"
    deep.mkdir(parents=True)
    assert find_course(deep) == find_course(course) == course
    with pytest.raises(SpecError, match="--course DIR"):
        find_course(tmp_path)


def with_public_files(root: Path, *names: str) -> Path:
    """A course whose assignment names these public files, and has two data files."""
    write_files(root, {f"assignments/{ID}/data/x.csv": "1,2\n", "secret.txt": "42"})
    return write_course(root, toml=f"public_files = {list(names)}\n{TOML}")


def test_public_files_are_read(tmp_path: Path) -> None:
    """Public files are read by their path in the assignment's folder."""
    assignment = load_assignment(with_public_files(tmp_path, "data/x.csv"), ID)
    assert assignment.public_files == {"data/x.csv": b"1,2\n"}


@pytest.mark.parametrize(
    "name",
    [
        "tests/test_hidden.py",
        "data/../tests/test_hidden.py",
        "../../secret.txt",
        f"../../reference/{ID}/steps.py",
        "/etc/passwd",
        "link.txt",
        "data/none.csv",
        "data",
    ],
)
def test_public_files_are_public(tmp_path: Path, name: str) -> None:
    """A suite, the reference, a file elsewhere, a link to one and a missing file are not public files."""
    course = with_public_files(tmp_path, name)
    (course / "assignments" / ID / "link.txt").symlink_to(course / "secret.txt")
    with pytest.raises(SpecError, match="public_files names"):
        _ = load_assignment(course, ID).public_files


def test_the_framework_names_no_assignment() -> None:
    """No line of the package names an assignment of this course: whoever adds one edits no code."""
    package = Path(autograder.__file__).parent
    known = [path.parent.name for path in (package.parent / "assignments").glob("*/assignment.toml")]
    assert known
    named = [
        f"{path.relative_to(package)}:{number}: {line.strip()}"
        for path in sorted(package.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if any(name in line for name in known)
    ]
    assert named == []
