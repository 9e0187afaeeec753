"""Tests of GPU tests without a GPU and of `autograder merge`, as a TA meets them: the installed command, real folders.

What is put off here is put off because this machine has no GPU. The later run, with `--device cpu`, stands for one that
had a GPU: its suite lets the processor do.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from small_course import (
    HIDDEN,
    ID,
    REFERENCE,
    TOML,
    WRONG_FACTOR,
    assert_one_sentence,
    assert_whole,
    read_json,
    run_autograder,
    without_times,
    write_course,
    write_files,
)

pytestmark = pytest.mark.usefixtures("needs_root")

NO_GPU = {"CUDA_VISIBLE_DEVICES": ""}
"""So that these tests say the same on a machine that has one."""
ON_GPU = HIDDEN.replace("def test_total_random", "@pytest.mark.gpu(cpu=True)\ndef test_total_random").replace(
    "def test_widen", "@pytest.mark.gpu(count=1, memory_gib=2, cpu=True)\ndef test_widen"
)
CLASS = {
    "class/ada.py": REFERENCE,
    "class/bruno.py": WRONG_FACTOR,
    "class/flat.py": REFERENCE.replace(".reshape(-1, 1)", ""),
    "class/unsummed.py": REFERENCE.replace("return sum(values)", "return 0"),
}
SCORES = {"ada": 20, "bruno": 14, "flat": 17, "unsummed": 9}


@dataclass(frozen=True)
class Runs:
    """One class, graded where tests are put off and where they are not."""

    course: Path
    out: Path
    later: Path


def grade(course: Path, out: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """`autograder grade` of the class; arguments after these win."""
    fixed = ("grade", ID, "class", "--out", out, "--seed", "1")
    return run_autograder(*fixed, *arguments, cwd=course, environment=NO_GPU)


@pytest.fixture(scope="module")
def runs(needs_root: None, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The class, graded twice; to be read."""
    course = write_course(tmp_path_factory.mktemp("merge"), hidden=ON_GPU)
    write_files(course, CLASS)
    for out, options in (("out", ()), ("later", ("--device", "cpu"))):
        process = grade(course, out, "-q", *options)
        assert (process.returncode, process.stderr) == (0, "")
    return Runs(course, course / "out", course / "later")


@pytest.fixture
def copied(runs: Runs, tmp_path: Path) -> Runs:
    """A copy of one's own."""
    shutil.copytree(runs.course, tmp_path / "copy")
    return Runs(tmp_path / "copy", tmp_path / "copy" / "out", tmp_path / "copy" / "later")


def merge(runs: Runs, out: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """`autograder merge` of the two."""
    return run_autograder("merge", runs.out, runs.later, "--out", out, *arguments, cwd=runs.course)


def scores(out: Path) -> dict[str, float]:
    """By student, from what is for Gradescope."""
    return {path.stem: read_json(path)["score"] for path in (out / "results").glob("*.json")}


def test_put_off_is_neither_given_nor_lost(runs: Runs) -> None:
    """Without a GPU a test is pending, in words and without a score; the total says what there is so far."""
    results = read_json(runs.out / "results" / "ada.json")
    assert results["score"] == 7
    assert results["output"].splitlines()[0] == "7 of 7 so far; 13 points wait for a GPU, and are graded later."
    pending = {
        test["extra_data"]["test"]: test for test in results["tests"] if test["extra_data"]["outcome"] == "deferred"
    }
    assert set(pending) == {"test_total_random", "test_widen", "test_countdown"}
    for test in pending.values():
        assert not {"score", "max_score", "status"} & set(test)
        assert "graded later" in test["output"]
        assert "(pending: " in test["name"]
    rows = {row["student"]: row for row in csv.DictReader((runs.out / "grades.csv").read_text().splitlines())}
    assert [rows["bruno"][name] for name in ("score", "points", "waiting", "test_widen")] == ["1", "7", "13", ""]


def test_why_and_what_to_do(runs: Runs) -> None:
    """The command names the tests that it put off, why, and how to have them graded; that is no failure."""
    process = grade(runs.course, "out")
    assert process.returncode == 0
    (line,) = [line for line in process.stdout.splitlines() if line.startswith("put off: ")]
    assert "test_total_random, test_widen (CUDA_VISIBLE_DEVICES is '', which hides every GPU)" in line
    assert "autograder merge" in line
    assert read_json(runs.out / "run.json")["device"]["gpus"] == 0


def test_the_processor_instead(runs: Runs) -> None:
    """By --device cpu what the suite allows runs here, and the report says so."""
    results = read_json(runs.later / "results" / "bruno.json")
    assert (results["score"], results["extra_data"].get("waiting")) == (14, None)
    assert results["output"].splitlines()[0] == (
        "Run without the GPU that they are meant for: Random integers are summed; An array becomes a column."
    )
    assert scores(runs.later) == SCORES


def test_merged_is_as_if_graded_at_once(runs: Runs, tmp_path: Path) -> None:
    """What was put off is filled in, for Gradescope as if one run had graded everything, and the rest stays."""
    process = merge(runs, tmp_path / "merged")
    assert (process.returncode, process.stderr) == (0, "")
    assert "8 tests of 4 students filled in." in process.stdout
    assert_whole(tmp_path / "merged")
    assert scores(tmp_path / "merged") == SCORES
    for path in (runs.later / "results").iterdir():
        assert without_times(read_json(tmp_path / "merged" / "results" / path.name)) == without_times(read_json(path))
    assert (tmp_path / "merged" / "grades.csv").read_text() == (runs.later / "grades.csv").read_text()
    shown = run_autograder("show", tmp_path / "merged", "ada", "test_widen", cwd=runs.course)
    assert (shown.returncode, "replay" in shown.stdout) == (0, True)


def test_merged_is_kept(copied: Runs) -> None:
    """A later `grade` into the merged folder keeps everything; RUN may be DIR; merging again changes nothing."""
    for _ in range(2):
        process = merge(copied, copied.out, "--json")
        assert json.loads(process.stdout)["students"][0] == {"student": "ada", "score": 20.0, "points": 20.0}
    assert grade(copied.course, "out", "-q").returncode == 0
    assert len(read_json(copied.out / "run.json")["kept"]) == 4
    assert scores(copied.out) == SCORES


def test_overrides_have_the_last_word(copied: Runs) -> None:
    """RUN's overrides hold for what is filled in too, and are remembered; those of GPU_RUN are not looked at."""
    (copied.out / "overrides.csv").write_text("student,test,points,reason\nflat,test_widen,1,The handout was unclear\n")
    (copied.later / "overrides.csv").write_text("student,test,points,reason\nada,test_widen,0,Not here\n")
    merged = copied.course / "merged"
    assert merge(copied, merged).returncode == 0
    assert scores(merged) == SCORES | {"flat": 18}
    assert read_json(merged / "details" / "flat.json")["machine"] == {"score": 17.0, "points": 20.0}
    assert grade(copied.course, "merged", "-q").returncode == 0
    assert scores(merged) == SCORES | {"flat": 18}


def test_a_changed_submission_is_left_as_it_was(copied: Runs) -> None:
    """Who handed in something else in between, or is not there, is named and stays so; the others are merged."""
    (copied.course / "class" / "bruno.py").write_text(REFERENCE)
    (copied.course / "class" / "flat.py").unlink()
    shutil.rmtree(copied.later)
    assert grade(copied.course, "later", "-q", "--device", "cpu").returncode == 0
    process = merge(copied, copied.course / "merged")
    assert process.returncode == 0
    first, second = process.stderr.splitlines()
    assert first.startswith("note: bruno is left as it was: the submission changed between the two runs")
    assert second.startswith("note: flat is left as it was: ")
    assert "4 tests of 2 students filled in; points of 2 students still wait for a GPU." in process.stdout
    merged = read_json(copied.course / "merged" / "results" / "bruno.json")
    assert without_times(merged) == without_times(read_json(copied.out / "results" / "bruno.json"))
    assert scores(copied.course / "merged") == SCORES | {"bruno": 1, "flat": 7}


def test_other_suites_and_submissions_are_refused(copied: Runs) -> None:
    """Another suite, another secret, nobody of this class, no run at all: one sentence, and nothing written."""
    others = {
        "another secret": ("later", ["--device", "cpu", "--seed", "2"], "drew their inputs from different secrets"),
        "another suite": ("later", ["--device", "cpu"], "were graded with different suites or references"),
    }
    hidden = copied.course / "assignments" / ID / "tests" / "test_hidden.py"
    merged = copied.course / "merged"
    for name, (out, options, said) in others.items():
        shutil.rmtree(copied.later)
        if name == "another suite":
            hidden.write_text(ON_GPU + "\n# changed\n")
        assert grade(copied.course, out, "-q", *options).returncode == 0
        assert said in assert_one_sentence(merge(copied, merged), 2), name
    hidden.write_text(ON_GPU)
    shutil.rmtree(copied.later)
    for student in SCORES:
        path = copied.course / "class" / f"{student}.py"
        path.write_text(path.read_text() + "\n# changed\n")
    assert grade(copied.course, "later", "-q", "--device", "cpu").returncode == 0
    assert "holds none of the submissions of" in assert_one_sentence(merge(copied, merged), 2)
    assert "must stay as it is" in assert_one_sentence(merge(copied, copied.later), 2)
    shutil.rmtree(copied.later)
    assert "holds no results of grade" in assert_one_sentence(merge(copied, merged), 2)
    assert not merged.exists()


def test_a_bad_override_writes_nothing(copied: Runs) -> None:
    """A mistake in the overrides is one sentence with the line, and DIR stays as it was."""
    (copied.out / "overrides.csv").write_text("student,test,points,reason\nada,test_widen,9,Too much\n")
    before = {path: path.read_bytes() for path in copied.out.rglob("*") if path.is_file()}
    assert "line 2" in assert_one_sentence(merge(copied, copied.out), 2)
    assert {path: path.read_bytes() for path in copied.out.rglob("*") if path.is_file()} == before


def test_names_and_absent_students_stay(copied: Runs) -> None:
    """What the roster told in grades.csv is there after the merge, who did not submit too."""
    roster = "student,name,email\nada,=Ada,ada@x.org\nbruno,B,\nflat,F,\nunsummed,U,\nzoe,Zoe,\n"
    (copied.course / "roster.csv").write_text(roster)
    for out, options in (("out", ()), ("later", ("--device", "cpu"))):
        assert grade(copied.course, out, "-q", *options).returncode == 0
    assert merge(copied, copied.course / "merged").returncode == 0
    later, merged = (copied.course / name / "grades.csv" for name in ("later", "merged"))
    assert merged.read_text() == later.read_text()
    assert "zoe,,,,,,,,,Zoe,,,,not submitted" in merged.read_text()


def test_public_gpu_tests_on_a_students_machine(tmp_path: Path) -> None:
    """`check` takes no GPU: a public test that needs one is put off there, one that allows it runs on the processor."""
    public = (
        "import pytest\nfrom steps import double, total\n\n\n@pytest.mark.points(1)\n@pytest.mark.gpu(cpu=True)\n"
        "def test_double_small():\n    assert list(double([1.0])) == [2.0]\n\n\n@pytest.mark.points(2)\n"
        "@pytest.mark.gpu\ndef test_total_small():\n    assert total([1]) == 1\n"
    )
    course = write_files(write_course(tmp_path, public=public, toml=TOML), {"steps.py": REFERENCE})
    process = run_autograder("check", ID, "steps.py", cwd=course)
    assert process.returncode == 0, process.stdout + process.stderr
    assert "1 of 2 public tests passed" in process.stdout
    assert "deferred" in process.stdout
