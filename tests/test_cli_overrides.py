"""Tests of overrides.csv as a TA meets it: applied last, kept apart, and there after every regrade."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from small_course import (
    ID,
    REFERENCE,
    GradedClass,
    assert_one_sentence,
    assert_whole,
    read_journal,
    read_json,
    run_autograder,
    without_times,
)

pytestmark = pytest.mark.usefixtures("needs_root")

HEADER = "student,test,points,reason\n"
ROWS = HEADER + 'bruno,test_double_random,3,"Right, but for the factor"\n*,test_total_random,void-drop,Ambiguous\n'


@pytest.fixture
def copied(graded_class: GradedClass, tmp_path: Path) -> GradedClass:
    """The graded class, in a copy of one's own."""
    course = tmp_path / "copy"
    shutil.copytree(graded_class.course, course)
    return GradedClass(course, course / "out", graded_class.process)


def grade(copied: GradedClass, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The same `grade` again."""
    return run_autograder("grade", ID, "class", "--out", "out", "--seed", "1", *arguments, cwd=copied.course)


def override(copied: GradedClass, text: str, *arguments: str | Path) -> set[str]:
    """Write DIR/overrides.csv and grade again; returns the students who were kept, none of whose tests ran."""
    (copied.out / "overrides.csv").write_text(text)
    process = grade(copied, "-q", *arguments)
    assert (process.returncode, process.stderr) == (0, "")
    return set(read_json(copied.out / "run.json")["kept"])


def entry(copied: GradedClass, student: str, function: str) -> dict[str, Any]:
    """The first case of a test, as the student has it."""
    found = next(test for test in copied.results(student)["tests"] if test["extra_data"]["test"] == function)
    assert isinstance(found, dict)
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """Every file's bytes but the overrides' own."""
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != "overrides.csv"}


def test_overrides_are_applied_without_a_test(copied: GradedClass) -> None:
    """A new overrides.csv renders the results anew, all of them kept: points, totals, reasons, grades.csv."""
    assert len(override(copied, ROWS)) == 9
    results = copied.results("bruno")
    assert (results["score"], results["extra_data"]["points"]) == (12, 15)
    changed = entry(copied, "bruno", "test_double_random")
    assert (changed["score"], changed["max_score"], changed["status"]) == (1.5, 2, "failed")
    assert changed["extra_data"] == {"test": "test_double_random", "outcome": "failed", "override": "points"}
    assert changed["output"].startswith(
        "A TA gave this test 1.5 of 2 points; the machine had given 0. Reason: Right, but"
    )
    assert "Look at the factor." in changed["output"]
    dropped = entry(copied, "ada", "test_total_random")
    assert (dropped["score"], dropped["max_score"], dropped["extra_data"]["override"]) == (0, 0, "void-drop")
    assert dropped["output"] == "This test is void: its points are taken out of everyone's total. Reason: Ambiguous"
    rows = {row["student"]: row for row in csv.DictReader((copied.out / "grades.csv").read_text().splitlines())}
    assert (rows["bruno"]["score"], rows["bruno"]["points"], rows["bruno"]["test_double_random"]) == ("12", "15", "3")
    assert (rows["carl"]["score"], rows["carl"]["test_countdown"]) == ("14", "5")
    assert_whole(copied.out)


def test_the_machines_verdict_is_kept_apart(copied: GradedClass, graded_class: GradedClass) -> None:
    """Details keep each outcome, message and what the machine gave, beside the override and its reason."""
    override(copied, ROWS)
    before, details = graded_class.details("bruno"), copied.details("bruno")
    assert details["machine"] == {"score": before["score"], "points": before["points"]} == {"score": 14, "points": 20}
    for old, new in zip(before["tests"], details["tests"], strict=True):
        assert old["result"] == new["result"]
        assert old["score"] == (new["override"]["machine_score"] if new["override"] else new["score"])
    reasons = [test["override"]["reason"] for test in details["tests"] if test["override"]]
    assert reasons == ["Right, but for the factor"] * 2 + ["Ambiguous"]


def test_overrides_can_be_taken_back(copied: GradedClass, graded_class: GradedClass) -> None:
    """With the header alone the results are again what the machine gave, byte for byte but for times."""
    override(copied, ROWS)
    assert len(override(copied, HEADER)) == 9
    for path in (graded_class.out / "results").iterdir():
        assert without_times(read_json(copied.out / "results" / path.name)) == without_times(read_json(path))
    assert (copied.out / "grades.csv").read_bytes() == (graded_class.out / "grades.csv").read_bytes()
    assert copied.details("bruno") == graded_class.details("bruno")


def test_a_regrade_keeps_overrides(copied: GradedClass) -> None:
    """A submission that is graded again, because it changed or by --fresh, has its overrides; the last line tells."""
    override(copied, ROWS)
    (copied.course / "class" / "bruno.py").write_text(REFERENCE.replace("2 * np", "4 * np"))
    process = grade(copied, "--fresh", "--only", "bruno", "--only", "carl")
    assert process.returncode == 0
    assert (copied.results("bruno")["score"], copied.results("carl")["score"]) == (12, 14)
    assert f"overrides: {copied.out / 'overrides.csv'} (2 rows; " in process.stdout
    assert process.stdout.splitlines()[-1].startswith("sandbox: ")


def test_only_what_changes_is_written(copied: GradedClass) -> None:
    """A row for one student writes that student's files alone, and a result that was half refreshed is mended."""
    stamps = {path: path.stat().st_mtime_ns for path in copied.out.glob("*/*.json")}
    override(copied, HEADER + "bruno,test_widen,1,r\n")
    changed = {path.stem for path, stamp in stamps.items() if path.stat().st_mtime_ns != stamp}
    assert changed == {"bruno"}
    results = copied.out / "results" / "bruno.json"
    whole = results.read_bytes()
    results.write_text("{}")
    override(copied, HEADER + "bruno,test_widen,1,r\n")
    assert results.read_bytes() == whole


def test_file_of_ones_own(copied: GradedClass) -> None:
    """`--overrides FILE` is taken and remembered; gone, or beside another, it is asked for instead of forgotten."""
    mine = copied.course / "mine.csv"
    mine.write_bytes(b"\xef\xbb\xbf" + ROWS.replace("\n", "\r\n").encode())
    assert grade(copied, "-q", "--overrides", "mine.csv").returncode == 0
    assert copied.results("bruno")["score"] == 12
    assert grade(copied, "-q").returncode == 0
    assert copied.results("bruno")["score"] == 12
    assert read_json(copied.out / "run.json")["overrides"]["file"] == str(mine)
    (copied.out / "overrides.csv").write_text(HEADER)
    sentence = assert_one_sentence(grade(copied), 2)
    assert [words for words in ("out/overrides.csv", str(mine), "--overrides") if words not in sentence] == []
    (copied.out / "overrides.csv").unlink()
    mine.unlink()
    assert "is gone; bring it back" in assert_one_sentence(grade(copied), 2)
    assert "cannot be read" in assert_one_sentence(grade(copied, "--overrides", "mine.csv"), 2)
    assert copied.results("bruno")["score"] == 12


BAD = {
    "student": ("eve,test_widen,1,r", "no student 'eve'"),
    "test": ("ada,test_widn,1,r", "did you mean 'test_widen'?"),
    "points": ("ada,test_widen,4,r", "worth from 0 to 3"),
    "number": ("ada,test_widen,NaN,r", "write a number"),
    "reason": ("ada,test_widen,1,", "the reason is missing"),
    "twice": ("bruno,test_double_random,1,r", "line 2 has decided"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_rows_change_nothing(copied: GradedClass, name: str) -> None:
    """A bad row is one sentence with the file and the line, ends with 2, and not a byte of the results changes."""
    row, said = BAD[name]
    before = contents(copied.out)
    (copied.out / "overrides.csv").write_text(ROWS + row + "\n")
    sentence = assert_one_sentence(grade(copied, "--fresh"), 2)
    assert [words for words in (said, str(copied.out / "overrides.csv"), "line 4") if words not in sentence] == []
    assert contents(copied.out) == before


def test_a_void_test_that_is_given(copied: GradedClass) -> None:
    """A test that is void with its points given counts for everyone, and holds nothing back that requires it."""
    override(copied, HEADER + "*,test_total_random,void-give,It was ours\n")
    scores = {student: copied.results(student)["score"] for student in ("ada", "carl", "fred")}
    assert scores == {"ada": 20, "carl": 19, "fred": 19}
    assert copied.results("carl")["extra_data"]["points"] == 20
    unblocked = entry(copied, "carl", "test_countdown")
    assert (unblocked["status"], unblocked["score"]) == ("passed", 5)
    assert unblocked["output"] == "This test is counted. Reason: A test that it requires is void."


def test_students_of_other_runs_are_known(copied: GradedClass) -> None:
    """A row for a student whom this run does not take, but whose results lie in DIR, is no mistake."""
    (copied.out / "overrides.csv").write_text(ROWS)
    process = run_autograder("grade", ID, "class/ada", "--out", "out", "--seed", "1", "--json", cwd=copied.course)
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout)["students"] == [{"student": "ada", "score": 15, "points": 15}]


def test_the_journal_says_what_held(copied: GradedClass) -> None:
    """Each run's line in the journal names the overrides that it went by."""
    override(copied, ROWS)
    last = [event for event in read_journal(copied.out / "journal.jsonl") if event["event"] == "run"][-1]
    assert (last["overrides"]["rows"], Path(last["overrides"]["file"]).name) == (2, "overrides.csv")
