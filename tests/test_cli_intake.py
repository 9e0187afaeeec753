"""Tests of `autograder grade` on whole exports: the installed command, a class each, every student once."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from exports import Active, Member, canvas_class, gradescope_class, gradescope_files, write_bytes, zip_of
from small_course import (
    ID,
    NO_COUNTDOWN,
    REFERENCE,
    WRONG_FACTOR,
    assert_one_sentence,
    assert_whole,
    read_json,
    run_autograder,
    write_course,
    write_files,
)

pytestmark = pytest.mark.usefixtures("needs_root")


def read_grades(out: Path) -> list[dict[str, str]]:
    """The rows of grades.csv."""
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scores(out: Path) -> dict[str, float]:
    """The score of each student in grades.csv, each of whom must stand there once and have the same in results/."""
    rows = [row for row in read_grades(out) if row["score"]]
    found = {row["student"]: float(row["score"]) for row in rows}
    assert len(found) == len(rows)
    assert found == {path.stem: read_json(path)["score"] for path in (out / "results").glob("*.json")}
    return found


@pytest.mark.parametrize("packed", [False, True])
def test_gradescope_export(tmp_path: Path, packed: bool) -> None:
    """Each of 60 students has the score of what counts, once; SIDs keep their zeros; e-mails and groups are there."""
    files, expected = gradescope_class()
    course = write_course(tmp_path)
    write_bytes(
        tmp_path, {"export.zip": zip_of(files)} if packed else {f"export/{n}": data for n, data in files.items()}
    )
    process = run_autograder("grade", ID, "export.zip" if packed else "export", "--out", "out", "--quiet", cwd=course)
    assert process.returncode == 0, process.stderr
    assert process.stderr.count("submission_900 is not listed in submission_metadata.yml") == 1
    assert_whole(course / "out")
    assert len(expected) == 60
    assert scores(course / "out") == expected
    rows = {row["student"]: row for row in read_grades(course / "out")}
    assert rows["00003"]["name"] == "'=cmd()"  # no formula
    assert (rows["00001"]["email"], rows["00001"]["status"]) == ("s1@x.edu", "graded")
    assert rows["00049"]["email"] == ""
    assert rows["00001"]["submitted_at"] == "2023-12-04T05:26:26.899837+00:00"
    assert rows["052"]["score"] == rows["053"]["score"]


def test_canvas_download(tmp_path: Path) -> None:
    """Each of 14 students has the score of the attachment that counts, late ones are marked, text entries are said."""
    files, expected = canvas_class()
    course = write_course(tmp_path)
    write_bytes(tmp_path, {"submissions.zip": zip_of(files)})
    process = run_autograder("grade", ID, "submissions.zip", "--out", "out", "--quiet", cwd=course)
    assert process.returncode == 0, process.stderr
    assert scores(course / "out") == expected
    late = {row["student"] for row in read_grades(course / "out") if row["late"] == "yes"}
    assert late == {"hopperbruno", "anon_77", "linked"}
    assert process.stderr.count("handed in a text entry; it was left out.") == 2
    told = read_json(course / "out" / "results" / "textual.json")["output"]
    assert told == "Only a text entry was handed in, and no file."


@pytest.fixture
def small_export(tmp_path: Path) -> Path:
    """A course with a roster of five and an export of a pair, one student whose folder is gone, and a stranger."""
    ada, bob = Member("Ada", "0001", "ada@x.edu"), Member("Bob", "", "bob@x.edu")
    actives = [
        Active(1, (ada, bob), {"steps.py": WRONG_FACTOR}),
        Active(2, (Member("Cem", "0003"),), {}),
        Active(3, (Member("Stranger", "0666"),), {"a.py": NO_COUNTDOWN}),
    ]
    course = write_bytes(write_course(tmp_path), gradescope_files(actives))
    roster = (
        "Name,SID,Email\nAda L,0001,ada@x.edu\nBob B,0002,bob@x.edu\nCem C,0003,\nDora D,0004,d@x.edu\n-Eve,0005,\n"
    )
    return write_files(course, {"roster.csv": roster})


def test_roster(small_export: Path) -> None:
    """Who did not submit has a row; who could not be read has none of a score; a stranger is said; nobody is twice."""
    process = run_autograder("grade", ID, "assignment_42_export", "--out", "out", "--quiet", cwd=small_export)
    assert process.returncode == 1
    assert "0003 was not graded: " in process.stderr
    assert "0666 is not in " in process.stderr
    assert "not submitted by 2 of the roster: 0004, 0005." in process.stderr
    rows = [(row["student"], row["score"], row["status"], row["name"]) for row in read_grades(small_export / "out")]
    assert rows == [
        ("0001", "14", "graded", "Ada L"),
        ("0002", "14", "graded", "Bob B"),
        ("0666", "15", "graded", "Stranger"),
        ("0003", "", "not graded", "Cem C"),
        ("0004", "", "not submitted", "Dora D"),
        ("0005", "", "not submitted", "'-Eve"),
    ]
    assert read_json(small_export / "out" / "run.json")["absent"] == ["0004", "0005"]


def test_group_is_graded_once(small_export: Path) -> None:
    """The members of a group have the very same report, also when one of them comes in a later run."""
    arguments = "grade", ID, "assignment_42_export", "--out", "out", "--quiet"
    run_autograder(*arguments, "--only", "0001", cwd=small_export)
    assert [path.stem for path in (small_export / "out" / "results").iterdir()] == ["0001"]
    run_autograder(*arguments, cwd=small_export)
    one, other = (read_json(small_export / "out" / "details" / f"{student}.json") for student in ("0001", "0002"))
    assert one.pop("student") != other.pop("student")
    assert one == other  # times included


def test_other_roster_and_layout(small_export: Path) -> None:
    """--roster names another list and --layout a wrong form; what is wrong with either is one sentence and exit 2."""
    write_files(small_export, {"class/ada.py": REFERENCE, "other.csv": "student\nada\nzoe\n", "bad.csv": "a,b\n"})
    arguments = "grade", ID, "class", "--out", "out", "--quiet"
    process = run_autograder(*arguments, "--roster", "other.csv", "--layout", "folder", cwd=small_export)
    assert process.returncode == 0, process.stderr
    assert [row["status"] for row in read_grades(small_export / "out")] == ["graded", "not submitted"]
    for extra, said in {
        ("--layout", "gradescope"): "no Gradescope export",
        ("--roster", "bad.csv"): "has no column",
        ("--roster", "nowhere.csv"): "cannot be read",
    }.items():
        assert said in assert_one_sentence(run_autograder(*arguments, *extra, cwd=small_export), 2)


HOSTILE: dict[str, bytes] = {
    "cut.zip": zip_of({"steps.py": REFERENCE})[:-30],
    "bomb.zip": zip_of({"steps.py": bytes(300 << 20)}),
    "climb.zip": zip_of({"../../steps.py": WRONG_FACTOR, "steps.py": REFERENCE, "/etc/x": ""}),
    "seven.7z": b"7z\xbc\xaf\x27\x1c",
}


def test_hostile_archives_cost_nobody_else(tmp_path: Path) -> None:
    """Archives that are broken, bombs or climb out are refused or repaired, a sentence each, and the class goes on."""
    course = write_course(tmp_path / "course")
    write_bytes(course / "class", {**HOSTILE, "ada.py": REFERENCE})
    before = {path for path in tmp_path.rglob("*") if "class" not in path.parts}
    process = run_autograder("grade", ID, "class", "--out", tmp_path / "out", "--quiet", cwd=course)
    assert (process.returncode, process.stderr) == (0, "")
    assert scores(tmp_path / "out") == {"ada": 20, "climb": 20, "cut": 0, "bomb": 0, "seven": 0}
    after = {path for path in tmp_path.rglob("*") if "class" not in path.parts and tmp_path / "out" not in path.parents}
    assert {path.name for path in after - before} <= {"out", ".autograder", "secret"}
    for student in ("climb", "cut", "bomb", "seven"):
        told = read_json(tmp_path / "out" / "results" / f"{student}.json")["output"]
        assert told.endswith(".")
        assert str(tmp_path) not in told


def test_replay_reads_what_was_graded(small_export: Path) -> None:
    """A test of a group's member is run again from the export, under the roster's name."""
    run_autograder("grade", ID, "assignment_42_export", "--out", "out", "--quiet", cwd=small_export)
    process = run_autograder("replay", "out", "0002", "test_hidden.py::test_widen", "--json", cwd=small_export)
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout)["same"]
