"""Tests of autograder.jobs.results: files that are whole or not there, and a journal that survives."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_course import assert_whole, read_journal, read_json

from autograder.errors import GraderError, SpecError
from autograder.jobs.results import Journal, ResultsFolder, read_events
from autograder.verdict import ExpectedTest, GradeReport, Outcome, ScoredTest, TestResult

MountDisk = Callable[[str], Path]


def make_report(student: str = "ada", score: float = 2) -> GradeReport:
    """A report of one test."""
    expected = ExpectedTest(nodeid="t.py::test_f", function="test_f", title="F", points=2)
    result = TestResult(nodeid=expected.nodeid, outcome=Outcome.PASSED, credit=1)
    test = ScoredTest(expected=expected, result=result, score=score)
    return GradeReport(student=student, assignment="a", title="A", score=score, points=2, tests=(test,))


def fill(disk: Path) -> Path:
    """Use up all the room of a file system; returns the file that does."""
    filler = disk / "filler"
    with pytest.raises(OSError, match="No space left"):
        write_for_ever(filler)
    return filler


def write_for_ever(path: Path) -> None:
    """Write a page after the other until something stops it."""
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)


def append_many(journal: Journal) -> None:
    """Append more than a page of events."""
    for number in range(100):
        journal.append("graded", student=f"bea{number}", key="2" * 500)


def test_report_and_details_are_written(tmp_path: Path) -> None:
    """A report leaves Gradescope's JSON and the TA's, and is read back as it was."""
    folder = ResultsFolder(tmp_path / "deep" / "out")
    folder.write_report(make_report(), "0.1.0")
    assert read_json(folder.path / "results" / "ada.json")["score"] == 2
    assert folder.read_report("ada") == make_report()
    assert_whole(folder.path)


def test_report_that_is_not_whole_is_none(tmp_path: Path) -> None:
    """With details that are cut short a report is not there; its results alone are made from them again."""
    folder = ResultsFolder(tmp_path)
    assert folder.read_report("ada") is None
    folder.write_report(make_report(), "0.1.0")
    details = tmp_path / "details" / "ada.json"
    text = details.read_text()
    details.write_text(text[: len(text) // 2])
    assert folder.read_report("ada") is None
    details.write_text(text)
    (tmp_path / "results" / "ada.json").unlink()
    assert folder.read_report("ada") == make_report()
    folder.refresh_report(make_report(), "0.1.0")
    assert read_json(tmp_path / "results" / "ada.json")["score"] == 2


def test_removed_report_is_gone(tmp_path: Path) -> None:
    """A report that holds no longer leaves nothing that could be taken for a grade; removing it twice is no error."""
    folder = ResultsFolder(tmp_path)
    folder.write_report(make_report("ada"), "0.1.0")
    folder.write_report(make_report("bea"), "0.1.0")
    folder.remove_report("ada")
    folder.remove_report("ada")
    assert [path.name for path in tmp_path.rglob("*.json")] == ["bea.json", "bea.json"]


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    """While a file is written again and again, whoever reads it finds one version or the other, whole."""
    folder = ResultsFolder(tmp_path)
    target = tmp_path / "x.json"
    versions = [json.dumps([letter] * 100_000) for letter in "ab"]
    folder.write_text("x.json", versions[0])
    program = "import json, sys\nwhile (seen := set(json.load(open(sys.argv[1])))) != {'stop'}: assert len(seen) == 1"
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", program, str(target)], stderr=subprocess.PIPE
    ) as reader:
        for turn in range(300):
            folder.write_text("x.json", versions[turn % 2])
        folder.write_text("x.json", json.dumps(["stop"]))
        _, errors = reader.communicate()
    assert (reader.returncode, errors) == (0, b"")


def test_folder_that_is_a_file(tmp_path: Path) -> None:
    """A file in the place of the folder, or of a folder above it, is the caller's mistake."""
    (tmp_path / "out").write_text("mine")
    for path in (tmp_path / "out", tmp_path / "out" / "deeper"):
        with pytest.raises(SpecError, match="choose another --out"):
            ResultsFolder(path)
    assert (tmp_path / "out").read_text() == "mine"


def test_folder_without_rights(mount_disk: MountDisk) -> None:
    """A read-only file system is the caller's mistake; the sentence says what the system said."""
    disk = mount_disk("size=16m,ro")
    with pytest.raises(SpecError, match=r"Read-only file system.*choose another --out"):
        ResultsFolder(disk / "out")


def test_small_disk_is_refused(mount_disk: MountDisk) -> None:
    """A disk with next to no room is refused before anything is graded."""
    with pytest.raises(GraderError, match=r"disk of .* is full; free some room"):
        ResultsFolder(mount_disk("size=256k") / "out")


def test_full_disk_keeps_the_old_file(mount_disk: MountDisk) -> None:
    """When the disk fills up, a file stays what it was, and nothing half written is left."""
    disk = mount_disk("size=16m")
    folder = ResultsFolder(disk / "out")
    folder.write_text("grades.csv", "old\n")
    filler = fill(disk)
    with pytest.raises(GraderError, match="No space left on device; free some room"):
        folder.write_text("grades.csv", "new\n" * 100_000)
    assert (folder.path / "grades.csv").read_text() == "old\n"
    assert_whole(folder.path)
    filler.unlink()
    folder.write_text("grades.csv", "new\n")
    assert (folder.path / "grades.csv").read_text() == "new\n"


def test_journal_remembers_what_was_graded(tmp_path: Path) -> None:
    """A new journal is empty; opened again, it goes on."""
    path = tmp_path / "journal.jsonl"
    journal = Journal(path, "hw")
    assert read_events(path) == []
    journal.append("run", submissions=2)
    journal.append("graded", student="ada", key="1", score=5)
    journal.append("graded", student="bea", key="2", score=5)
    journal.append("fault", student="bea", why="the machine")
    journal.append("graded", student="ada", key="3", score=5)
    journal.close()
    again = Journal(path, "hw")
    again.append("run", submissions=2)
    again.close()
    assert [event["event"] for event in read_journal(path)] == ["run", "graded", "graded", "fault", "graded", "run"]


def test_journal_is_one_runs_at_a_time(tmp_path: Path) -> None:
    """A second run in the same folder is told so, and the first one's journal stays as it is."""
    path = tmp_path / "journal.jsonl"
    journal = Journal(path, "hw")
    journal.append("run")
    with pytest.raises(SpecError, match="another run is at work there; wait for its end"):
        Journal(path, "hw")
    journal.append("graded", student="ada")
    journal.close()
    Journal(path, "hw").close()
    assert [event["event"] for event in read_journal(path)] == ["run", "graded"]


def test_journal_is_on_the_disk_at_once(tmp_path: Path) -> None:
    """An event can be read by another process as soon as it is appended."""
    path = tmp_path / "journal.jsonl"
    journal = Journal(path, "hw")
    journal.append("graded", student="ada", key="1")
    assert read_journal(path) == [{"event": "graded", "student": "ada", "key": "1"}]
    journal.close()


@given(cut=st.integers(1, 200))
def test_torn_line_costs_that_line_alone(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    """Wherever a journal was cut off, what stood before is kept and what comes after can be read."""
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    journal = Journal(path, "hw")
    for student in "abc":
        journal.append("graded", student=student, key="1")
    journal.close()
    data = path.read_bytes()
    path.write_bytes(data[:-cut])
    whole = len(read_journal(path))
    assert whole <= data[:-cut].count(b"\n") + 1
    resumed = Journal(path, "hw")
    assert [event["student"] for event in read_events(path)] == [*"abc"[:whole]]
    resumed.append("graded", student="d", key="2")
    resumed.close()
    assert [event["student"] for event in read_events(path)] == [*"abc"[:whole], "d"]


@pytest.mark.parametrize(
    "line", [b"\xff\xfe\x00", b"{", b"[1, 2]", b'"graded"', b"null", b"{}", b'{"event": 5}', b"9" * 9000]
)
def test_garbage_in_the_journal_is_passed_over(tmp_path: Path, line: bytes) -> None:
    """A line that is no event is passed over, and the next one counts."""
    path = tmp_path / "journal.jsonl"
    path.write_bytes(line + b'\n{"event": "graded", "student": "ada", "key": "1"}\n')
    assert [event for event in read_events(path) if "student" in event] == [
        {"event": "graded", "student": "ada", "key": "1"}
    ]


def test_journal_that_cannot_be_opened(tmp_path: Path) -> None:
    """A folder in the journal's place is the caller's mistake."""
    (tmp_path / "journal.jsonl").mkdir()
    with pytest.raises(SpecError, match="choose another --out"):
        Journal(tmp_path / "journal.jsonl", "hw")


def test_journal_on_a_full_disk(mount_disk: MountDisk) -> None:
    """A journal that cannot be written says so, can be closed, and is no worse than torn."""
    disk = mount_disk("size=1m")
    journal = Journal(disk / "journal.jsonl", "hw")
    journal.append("graded", student="ada", key="1")
    filler = fill(disk)
    with pytest.raises(GraderError, match="No space left on device; free some room"):
        append_many(journal)
    journal.close()
    filler.unlink()
    again = Journal(disk / "journal.jsonl", "hw")
    again.append("graded", student="zoe", key="3")
    again.close()
    students = [event["student"] for event in read_events(disk / "journal.jsonl")]
    assert (students[0], students[-1]) == ("ada", "zoe")


def test_opened_journal_is_not_changed(tmp_path: Path) -> None:
    """Opening a journal, torn or not, writes nothing; the first event begins a line of its own."""
    path = tmp_path / "journal.jsonl"
    path.write_text('{"event": "graded", "stu')
    Journal(path, "hw").close()
    assert path.read_text() == '{"event": "graded", "stu'
    journal = Journal(path, "hw")
    journal.append("run")
    journal.close()
    assert read_events(path) == [{"event": "run"}]
    assert read_events(tmp_path / "none.jsonl") == []


def test_unfinished_files_of_dead_writers_are_swept(tmp_path: Path) -> None:
    """What a killed run was writing goes with the next run; what a living one writes, and other files, stay."""
    folder = ResultsFolder(tmp_path)
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    dead = [tmp_path / "results" / f".ada.json.{gone.pid}.tmp", tmp_path / f".grades.csv.{gone.pid}.tmp"]
    others = [tmp_path / "details" / ".ada.json.1.tmp", tmp_path / ".tmp", tmp_path / "results" / "b.tmp"]
    for path in (*dead, *others):
        path.touch()
    ResultsFolder(tmp_path)
    assert [path.name for path in dead if path.exists()] == []
    assert [path.name for path in others if not path.exists()] == []
    assert folder.students() == set()


def test_refreshed_report_is_written_where_it_differs(tmp_path: Path) -> None:
    """A report that reads as its files do leaves them alone; another, or a damaged file, is written."""
    folder = ResultsFolder(tmp_path)
    folder.write_report(make_report(), "0.1.0")
    results = tmp_path / "results" / "ada.json"
    stamp = results.stat().st_mtime_ns
    folder.refresh_report(make_report(), "0.1.0")
    assert results.stat().st_mtime_ns == stamp
    folder.refresh_report(make_report(score=1), "0.1.0")
    assert (read_json(results)["score"], folder.read_report("ada")) == (1, make_report(score=1))
    results.write_text("{}")
    folder.refresh_report(make_report(score=1), "0.1.0")
    assert read_json(results)["score"] == 1
    assert folder.students() == {"ada"}
