"""Tests of autograder.submission: paths on a real disk -> submissions."""

from __future__ import annotations

import json
import os
import string
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_course import REFERENCE, write_files

from autograder.errors import SpecError
from autograder.submission import (
    MAX_FILE_BYTES,
    MAX_FILES,
    MAX_NAME_BYTES,
    MAX_SUBMISSION_BYTES,
    Intake,
    Submission,
    collect_submissions,
)
from autograder.submission.names import clean_student

FILE_NAMES = st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=40).filter(
    lambda name: name not in (".", "..")
)


def collect(*paths: Path) -> Intake:
    """What `grade` would find in these paths for an assignment of one module, steps."""
    return collect_submissions(paths, ["steps"])


def students(*paths: Path) -> list[str]:
    """The names of the students that are found."""
    return [submission.student for submission in collect(*paths).submissions]


def test_one_file(tmp_path: Path) -> None:
    """A .py file is a submission of the student that it is named after."""
    (tmp_path / "ada.py").write_bytes(b"x = 1\n")
    intake = collect(tmp_path / "ada.py")
    assert intake.submissions == (Submission("ada", {"ada.py": b"x = 1\n"}),)
    assert intake.left_out == ()


def test_file_named_as_the_assignment_demands(tmp_path: Path) -> None:
    """A file of the assignment's own name is the submission of the student whose folder it lies in."""
    write_files(tmp_path, {"ada/steps.py": REFERENCE})
    assert students(tmp_path / "ada" / "steps.py") == ["ada"]


def test_students_folder(tmp_path: Path) -> None:
    """A folder that holds the module is one submission, with every file in it by its relative path."""
    write_files(tmp_path, {"ada/steps.py": REFERENCE, "ada/data/x.csv": "1", "ada/notes.txt": ""})
    (submission,) = collect(tmp_path / "ada").submissions
    assert submission.student == "ada"
    assert set(submission.files) == {"steps.py", "data/x.csv", "notes.txt"}


def test_class_of_files_and_folders(tmp_path: Path) -> None:
    """A folder of files and folders is a class, in the order of the students' names."""
    write_files(tmp_path, {"zoe/steps.py": REFERENCE, "ada.py": REFERENCE, "mia/other.py": REFERENCE})
    assert students(tmp_path) == ["ada", "mia", "zoe"]


def test_several_paths(tmp_path: Path) -> None:
    """Several paths make one class."""
    write_files(tmp_path, {"a/zoe.py": "", "a/yan.py": "", "b/steps.py": REFERENCE})
    assert students(tmp_path / "a", tmp_path / "b") == ["b", "yan", "zoe"]


def test_folders_of_one_file_beside_others_are_students(tmp_path: Path) -> None:
    """`grade ID class/*`: a folder with one .py of any name is its student's; named alone it is a class of one."""
    write_files(tmp_path, {"alice/hw2.py": REFERENCE, "bob/hw2.py": REFERENCE})
    assert students(tmp_path / "alice", tmp_path / "bob") == ["alice", "bob"]
    assert students(tmp_path / "alice") == ["hw2"]


def test_results_among_the_submissions_are_no_student(tmp_path: Path) -> None:
    """`--out` may lie in the class's own folder."""
    write_files(tmp_path, {"ada.py": REFERENCE, "out/results/ada.json": "{}"})
    intake = collect_submissions([tmp_path], ["steps"], leave_out=tmp_path / "out")
    assert [submission.student for submission in intake.submissions] == ["ada"]


def test_unreadable_file_is_a_fault_and_no_score(tmp_path: Path) -> None:
    """What the machine cannot read is not the student's: nothing of it is scored, and the others are."""
    write_files(tmp_path, {"ada.py": REFERENCE, "bob.py": REFERENCE})
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:  # as a user who may list the folder, but not read bob's file
        for folder in (tmp_path, *tmp_path.parents):
            if folder.stat().st_uid == os.getuid() and folder != Path("/"):
                folder.chmod(folder.stat().st_mode | 0o055)
        (tmp_path / "bob.py").chmod(0)
        os.setresuid(65534, 65534, 65534)
        found = {submission.student: bool(submission.fault) for submission in collect(tmp_path).submissions}
        os.write(writer, json.dumps(found).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert json.loads(os.read(reader, 1000)) == {"ada": False, "bob": True}
    os.close(reader)
    os.close(writer)


def test_a_student_who_comes_twice(tmp_path: Path) -> None:
    """Of two submissions of one student the last counts, and it is said."""
    write_files(tmp_path, {"first/ada.py": "x = 1", "first/bob.py": "", "second/ada.py": "x = 2", "second/cid.py": ""})
    intake = collect(tmp_path / "first", tmp_path / "second")
    assert intake.submissions[0].files == {"ada.py": b"x = 2"}
    assert intake.left_out == ("ada was found more than once; the last one found counts.",)


@pytest.mark.parametrize("content", [{}, {"notes.txt": "hello"}, {"__pycache__/steps.pyc": "x"}])
def test_nothing_to_grade(tmp_path: Path, content: dict[str, str]) -> None:
    """An empty folder, or one without a submission, is an error that says what to name."""
    write_files(tmp_path, content)
    with pytest.raises(SpecError, match=r"holds no submission; name a \.py or \.ipynb file"):
        collect(tmp_path)


def test_missing_path(tmp_path: Path) -> None:
    """A path that does not exist is named in the error."""
    with pytest.raises(SpecError, match="nowhere does not exist"):
        collect(tmp_path / "nowhere")


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    """A file that is no submission and an empty folder are left out, a sentence each."""
    write_files(tmp_path, {"ada.py": REFERENCE, "grades.xlsx": "", ".DS_Store": "", "._ada.py": ""})
    (tmp_path / "empty").mkdir()
    intake = collect(tmp_path)
    assert [submission.student for submission in intake.submissions] == ["ada"]
    assert [sentence.removeprefix(f"{tmp_path}/") for sentence in intake.left_out] == [
        "empty holds no file; it was left out.",
        "grades.xlsx is not a submission (wanted are .py and .ipynb files, archives and folders); it was left out.",
    ]


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link, as a submission or in one, brings in nothing of the TA's machine."""
    write_files(tmp_path, {"secret/key.py": "KEY = 42", "class/ada/steps.py": REFERENCE})
    (tmp_path / "class" / "eve.py").symlink_to(tmp_path / "secret" / "key.py")
    (tmp_path / "class" / "mallory").symlink_to(tmp_path / "secret")
    (tmp_path / "class" / "ada" / "key.py").symlink_to(tmp_path / "secret" / "key.py")
    (tmp_path / "class" / "ada" / "more").symlink_to(tmp_path / "secret")
    intake = collect(tmp_path / "class")
    assert [(s.student, set(s.files)) for s in intake.submissions] == [("ada", {"steps.py"})]
    assert len(intake.left_out) == 2


def test_pipes_are_not_read(tmp_path: Path) -> None:
    """A named pipe in a submission is passed over; reading it would never end."""
    write_files(tmp_path, {"class/ada/steps.py": REFERENCE})
    os.mkfifo(tmp_path / "class" / "ada" / "pipe.py")
    (submission,) = collect(tmp_path / "class").submissions
    assert set(submission.files) == {"steps.py"}


def test_a_pipe_as_a_submission(tmp_path: Path) -> None:
    """A named pipe that is called like a submission is not read, and no path of the machine is told of it."""
    write_files(tmp_path, {"ada.py": REFERENCE})
    os.mkfifo(tmp_path / "eve.py")
    found = {submission.student: submission for submission in collect(tmp_path).submissions}
    assert found.pop("ada").refusal == ""
    assert all(not submission.files and str(tmp_path) not in submission.refusal for submission in found.values())


def make_large(path: Path, size: int) -> None:
    """A sparse file of `size` bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.truncate(path, size)


def test_large_files_are_refused(tmp_path: Path) -> None:
    """A file above the limit is refused in one sentence for that student; the others are read."""
    write_files(tmp_path, {"ada.py": REFERENCE})
    make_large(tmp_path / "eve.py", MAX_FILE_BYTES + 1)
    make_large(tmp_path / "mia.py", MAX_FILE_BYTES)
    ada, eve, mia = collect(tmp_path).submissions
    assert (ada.refusal, mia.refusal) == ("", "")
    assert eve.refusal == "eve.py is larger than 64 MiB; hand in the source alone."
    assert eve.files == {}


def test_large_submissions_are_refused(tmp_path: Path) -> None:
    """Files that are too large together, or too many, are refused."""
    for number in range(MAX_SUBMISSION_BYTES // MAX_FILE_BYTES + 1):
        make_large(tmp_path / "eve" / f"{number}.bin", MAX_FILE_BYTES)
    write_files(tmp_path, {f"mia/{number}.txt": "" for number in range(MAX_FILES + 1)})
    write_files(tmp_path, {f"ada/{number}.txt": "" for number in range(MAX_FILES)})
    ada, eve, mia = collect(tmp_path).submissions
    assert (ada.refusal, len(ada.files)) == ("", MAX_FILES)
    assert eve.refusal == mia.refusal
    assert "larger than 128 MiB or 500 files" in eve.refusal


def test_ignored_folders_cost_nothing(tmp_path: Path) -> None:
    """What systems and tools leave behind is neither read nor counted."""
    write_files(tmp_path, {f"ada/.git/{number}": "" for number in range(MAX_FILES + 1)})
    write_files(tmp_path, {"ada/steps.py": REFERENCE, "ada/__MACOSX/._steps.py": "", "ada/.venv/lib/x.py": ""})
    (submission,) = collect(tmp_path).submissions
    assert (set(submission.files), submission.refusal) == ({"steps.py"}, "")


@settings(max_examples=200)
@given(FILE_NAMES)
def test_any_file_name_gives_a_plain_student_name(name: str) -> None:
    """Whatever a file is called, the student's name is not empty, not hidden and cannot leave a folder."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name + ".py")
        path.write_text("")
        (student,) = students(path)
    assert student
    assert not student.startswith(".")
    assert Path(student).name == student
    assert student.isprintable()


@given(st.text(string.ascii_letters + string.digits + "_.@+-", min_size=1, max_size=30))
def test_common_names_stay_as_they_are(name: str) -> None:
    """Logins and e-mails are kept; devices of Windows, and what ends in dots or lines, get a digest."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name + ".py")
        path.write_text("")
        (student,) = students(path)
    stripped = name.strip("._")
    devices = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
    plain = name == stripped and name.lower() not in devices
    assert student == name if plain else student.startswith(f"{stripped or 'unnamed'}-")


@given(st.binary(min_size=1, max_size=40).filter(lambda name: not set(name) & set(b"/\0")))
def test_names_that_are_not_text(name: bytes) -> None:
    """A file name of any bytes gives a student's name and a digest that can be written as UTF-8."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(os.fsencode(folder), name + b".py")  # noqa: PTH118  pathlib knows no bytes
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(b"x = 1")
        (submission,) = collect(Path(os.fsdecode(path))).submissions
    assert submission.student.encode()
    assert len(submission.digest) == 64


FILES = st.dictionaries(st.text("ab/", min_size=1, max_size=4), st.binary(max_size=4), max_size=4)


@given(FILES, FILES)
def test_digest_is_of_the_files(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    """Two submissions have the same digest if and only if they have the same files."""
    same = Submission("ada", one).digest == Submission("bea", other).digest
    assert same == (one == other)


@given(FILES)
def test_digest_knows_no_order(files: dict[str, bytes]) -> None:
    """The order in which files were read does not change the digest."""
    backward = dict(reversed(files.items()))
    assert Submission("ada", files).digest == Submission("ada", backward).digest


def test_digest_knows_a_refusal() -> None:
    """A submission that was refused is not the empty one."""
    assert Submission("ada", {}, refusal="too large").digest != Submission("ada", {}).digest


def test_sentences_hold_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    """A file's name cannot clear the TA's screen, set its title, or begin a line of its own."""
    write_files(tmp_path, {"ada/steps.py": REFERENCE, "\x1b[2J\x1b]0;x\x07\nnote: all\u202e.txt": ""})
    intake = collect(tmp_path)
    assert len(intake.left_out) == 1
    assert intake.left_out[0].isprintable()


def test_long_names_of_wide_letters_can_be_written() -> None:
    """A name of any letters stays within its bytes, so that its results have a file's name."""
    assert len(clean_student("\U0001d400" * 63).encode()) <= MAX_NAME_BYTES
