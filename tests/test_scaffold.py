"""Tests of autograder.scaffold: what is made, and that otherwise nothing is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import scaffold
from autograder.errors import SpecError
from autograder.scaffold import create_assignment, create_course
from autograder.spec import find_course, load_assignment, parse_spec
from autograder.submission import read_roster

ROOT = Path(__file__).parents[1]
FILES = [
    "assignments/ridge/assignment.toml",
    "assignments/ridge/README.md",
    "assignments/ridge/tests/test_public.py",
    "assignments/ridge/tests/test_hidden.py",
    "reference/ridge/ridge.py",
    "student_templates/ridge/ridge.py",
]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A new course."""
    folder = tmp_path / "deep_learning"
    create_course(folder)
    return folder


def listed(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder: the bytes of a file, None for a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }  # fmt: skip


def test_course_is_found_and_keeps_its_secrets(course: Path) -> None:
    """The folder is a course, its example roster is one, and git ignores secret, roster, submissions and results."""
    assert find_course(course / "reference") == course
    assert [one.student for one in read_roster(course / "roster.example.csv").students] == ["00123", "00124"]
    assert (course / "README.md").read_text().startswith("# deep learning\n")
    subprocess.run(["git", "init", "-q"], cwd=course, check=True)
    for name in (".autograder/secret", "roster.csv", "submissions/ada.py", "out/grades.csv"):
        path = course / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    done = subprocess.run(
        ["git", "status", "--porcelain", "-uall"], cwd=course, capture_output=True, text=True, check=True
    )
    assert sorted(line[3:] for line in done.stdout.splitlines()) == [
        ".gitignore",
        "README.md",
        "assignments/.gitkeep",
        "reference/.gitkeep",
        "roster.example.csv",
        "student_templates/.gitkeep",
    ]


def test_course_goes_into_an_empty_clone(tmp_path: Path) -> None:
    """A folder that holds a repository's .git alone becomes a course, and .git is as it was."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    create_course(tmp_path)
    assert (tmp_path / ".git" / "HEAD").read_text() == "ref: refs/heads/main\n"
    assert (tmp_path / "assignments").is_dir()


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "assignments/"])
def test_course_needs_an_empty_folder(name: str, tmp_path: Path) -> None:
    """A folder that holds anything is refused, and is as it was."""
    (tmp_path / name).mkdir() if name.endswith("/") else (tmp_path / name).write_text("mine")
    before = listed(tmp_path)
    with pytest.raises(SpecError, match=r"is not empty \(it holds .*\); name a new or an empty folder\.$"):
        create_course(tmp_path)
    assert listed(tmp_path) == before


def test_course_over_a_file_is_refused(tmp_path: Path) -> None:
    """A file or a link that leads nowhere is no place for a course."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("file", "link"):
        with pytest.raises(SpecError, match="is a file"):
            create_course(tmp_path / name)
    assert (tmp_path / "file").read_text() == "mine"
    assert (tmp_path / "link").is_symlink()


def test_assignment_has_its_files(course: Path) -> None:
    """Six files, no more; their spec loads, with the ID in words for a title."""
    before = listed(course)
    assert create_assignment(course, "ridge") == FILES
    made = {name for name, data in listed(course).items() if data is not None and name not in before}
    assert made == set(FILES)
    spec = load_assignment(course, "ridge").spec
    assert (spec.title, spec.modules, spec.points) == ("Ridge", ["ridge"], 100)
    assert "\n## The mathematics\n" in (course / "assignments/ridge/README.md").read_text()
    assert not [name for name in FILES if "%%" in (course / name).read_text()]


def test_files_have_ordinary_rights(course: Path) -> None:
    """What is made has the rights that the user's umask gives, however it came to its place."""
    create_assignment(course, "ridge")
    (course / "plain").mkdir()
    (course / "plain.txt").write_text("")
    assert (course / "reference/ridge").stat().st_mode == (course / "plain").stat().st_mode
    assert (course / FILES[0]).stat().st_mode == (course / "plain.txt").stat().st_mode


def test_stub_is_the_reference_without_its_solution(course: Path) -> None:
    """Each solution's block becomes the two lines of the stub at its indentation; every other line is kept."""
    create_assignment(course, "ridge")
    reference = (course / "reference/ridge/ridge.py").read_text().splitlines()
    stub = (course / "student_templates/ridge/ridge.py").read_text().splitlines()
    expected, inside = [], False
    for line in reference:
        if line.strip() == "# BEGIN SOLUTION":
            expected += ["    # YOUR CODE HERE", "    raise NotImplementedError()"]
            inside = True
        if not inside:
            expected.append(line)
        inside = inside and line.strip() != "# END SOLUTION"
    assert stub == expected
    assert stub.count("    raise NotImplementedError()") == 2


def test_reference_is_clean_code(course: Path) -> None:
    """Reference, stub and suites are formatted, and ruff's own rules find nothing in them."""
    create_assignment(course, "ridge")
    sources = [course / name for name in FILES if name.endswith(".py")]
    for command in (
        ["check", "--isolated", "--line-length=120"],
        ["format", "--check", "--isolated", "--line-length=120"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *sources], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@given(st.text(min_size=1, max_size=40))
def test_title_is_the_specs_or_refused(title: str) -> None:
    """A title of any characters reaches assignment.toml as it is, or is refused."""
    try:
        words = scaffold._title_words(title, given=True)
    except SpecError:
        assert not title.strip() or not title.strip().isprintable()
        return
    text = scaffold._render("assignment/assignment.toml", id="ridge", **words)
    assert parse_spec(text, Path("assignment.toml")).title == title.strip()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("random", "a standard module"),
        ("numpy", "an installed module"),
        ("pytest", "an installed module"),
        ("autograder", "an installed module"),
        ("tensorflow", "a package that students import"),
        ("matplotlib", "a package that students import"),
        ("class", "a word of Python's own"),
        ("test_ridge", "what pytest takes for a test of its own"),
        ("conftest", "what pytest takes for a test of its own"),
        ("aux", "no name for a file on Windows"),
        ("com1", "no name for a file on Windows"),
        ("", "letters"),
        ("Ridge", "letters"),
        ("2ridge", "letters"),
        ("_ridge", "letters"),
        ("ridge-regression", "letters"),
        ("ridge regression", "letters"),
        ("ridge\n", "letters"),
        ("../ridge", "letters"),
        ("ridge.py", "letters"),
        ("régression", "letters"),
        ("r" * 65, "letters"),
    ],
)
def test_bad_id_is_refused(name: str, said: str, course: Path) -> None:
    """An ID that is no module's name, or another module's, is refused in one sentence, and nothing is made."""
    before = listed(course)
    with pytest.raises(SpecError) as caught:
        create_assignment(course, name)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250
    assert str(caught.value).endswith(".")
    assert listed(course) == before


@pytest.mark.parametrize("taken", ["assignments/ridge", "reference/ridge", "student_templates/ridge"])
@pytest.mark.parametrize("kind", ["folder", "file", "dead link"])
def test_nothing_is_written_over(taken: str, kind: str, course: Path) -> None:
    """Where one of the three folders is taken, by whatever, nothing is made."""
    place = course / taken
    if kind == "folder":
        place.mkdir()
    elif kind == "file":
        place.write_text("mine")
    else:
        place.symlink_to("nowhere")
    before = listed(course)
    with pytest.raises(SpecError, match=rf"{taken} exists already; choose another ID\.$"):
        create_assignment(course, "ridge")
    assert listed(course) == before


@pytest.mark.parametrize("moves", [0, 1, 2])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_all_or_nothing(moves: int, error: BaseException, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk or Ctrl-C after any of the three moves leaves the course as it was, without a temporary folder."""
    (course / "student_templates" / ".gitkeep").unlink()
    (course / "student_templates").rmdir()
    before = listed(course)
    done: list[Path] = []
    rename = Path.rename

    def fail_later(source: Path, target: Path) -> Path:
        if len(done) == moves:
            raise error
        done.append(target)
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", fail_later)
    expected = SpecError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        create_assignment(course, "ridge")
    assert len(done) == moves
    assert listed(course) == before


def test_course_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a course cannot be written its folder, and those made above it, are gone again."""
    rename = Path.rename

    def fail_on_readme(source: Path, target: Path) -> Path:
        if source.name == "README.md":
            raise OSError(28, "No space left on device", str(source))
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", fail_on_readme)
    with pytest.raises(SpecError, match=r"cannot be written \(No space left on device\); nothing was made\.$"):
        create_course(tmp_path / "a" / "b")
    assert listed(tmp_path) == {}


def test_folder_that_a_rival_made_is_kept(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that comes into being after the look is neither replaced nor removed."""
    rival = course / "assignments" / "ridge"
    make = os.path.lexists
    looked: list[str] = []

    def look_before_the_rival(path: str | Path) -> bool:
        answer = make(path)
        if Path(path) == rival and not looked:
            looked.append(str(path))
            rival.mkdir()
            (rival / "README.md").write_text("theirs")
        return answer

    monkeypatch.setattr(os.path, "lexists", look_before_the_rival)
    with pytest.raises(SpecError, match="cannot be written"):
        create_assignment(course, "ridge")
    assert (rival / "README.md").read_text() == "theirs"
    assert not (course / "reference" / "ridge").exists()


def test_texts_are_package_data() -> None:
    """Every text that a scaffold is made of is named by the package's metadata, and none lies there unused."""
    folder = ROOT / "autograder" / "scaffold_files"
    used = {source for source in (*scaffold._COURSE.values(), *scaffold._ASSIGNMENT.values()) if source}
    packed = {path.relative_to(folder).as_posix() for path in folder.parent.glob("scaffold_files/*/*")}
    assert packed == used
    assert '"scaffold_files/*/*"' in (ROOT / "pyproject.toml").read_text()
