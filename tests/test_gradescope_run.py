"""`gradescope run` in a plain container: the same grades as `grade`, whole or no results, and nothing left behind."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from gradescope_folders import METADATA, SECRETS, command, hand_in, make_folders, results_of, run_there
from gradescope_rules import check_results
from small_course import REFERENCE, STUDENTS, WRONG_FACTOR, GradedClass, alive, descendants, wait_until

from autograder.errors import GraderError
from autograder.gradescope.publishing import end_processes, write_results
from autograder.reports.gradescope import GradescopeResults

KILLS = 50
# right where it is blind: what it can see of the machine turns up as wrong answers
SPY = (
    REFERENCE
    + """

import os, subprocess

def look():
    found = [name for name in os.environ if "SUBMISSION" in name]
    for path in ("@FOLDER@", "@FOLDER@/source", "@FOLDER@/results", "/proc/1/environ", "/etc/shadow", "/home"):
        try:
            os.stat(path)
            found.append(path)
        except OSError:
            pass
    for attack in (
        lambda: open("@FOLDER@/results/results.json", "w"),
        lambda: open("@FOLDER@/run_autograder", "a"),
        lambda: os.listdir("@FOLDER@/source"),
        lambda: subprocess.run(["true"]),
        lambda: __import__("socket").socket(),
        lambda: os.kill(1, 15),
        os.fork,
    ):
        try:
            attack()
            found.append(repr(attack))
        except (OSError, ValueError):
            pass
    return found

if seen := look():
    del double
"""
)


@pytest.fixture(scope="module")
def folder(needs_root: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gradescope's folders; each test hands in its own."""
    return make_folders(tmp_path_factory.mktemp("gradescope"), {"steps.py": REFERENCE})


def grade(folder: Path, source: str, metadata: Any = METADATA, name: str = "steps.py") -> dict[str, Any]:
    """Hand in and run; results that hold by our model and by the documented rules."""
    hand_in(folder, {name: source}, metadata)
    process = run_there(folder)
    assert process.returncode == 0, process.stderr
    text = (folder / "results" / "results.json").read_text()
    GradescopeResults.model_validate_json(text)
    results = check_results(text)
    assert results == results_of(folder)
    everything = text + process.stdout + process.stderr
    assert "canary" not in everything
    assert str(folder) not in text
    assert (folder / "source" / "key").read_text().strip() not in everything
    assert [path.name for path in (folder / "results").iterdir()] == ["results.json"]
    return results


@pytest.mark.parametrize("path", STUDENTS)
def test_the_same_as_grade(folder: Path, graded_class: GradedClass, path: str) -> None:
    """Score, tests and messages are those of `grade` in namespaces, for right, wrong, hanging and hostile code."""
    student, _, name = path.removesuffix(".py").partition("/")
    results = grade(folder, STUDENTS[path], name=(name and f"{name}.py") or path)
    expected = graded_class.results(student)
    assert results["score"] == expected["score"]
    assert results["tests"] == expected["tests"]
    first, _, rest = results["output"].partition("\n")
    assert first.startswith("Handed in 10 hours and 1 minute late (due 2026-03-01 23:59-08:00)")
    assert rest == expected["output"]
    assert results["extra_data"] == expected["extra_data"] | {
        "late_seconds": 36_060, "due_date": "2026-03-01T23:59:00-08:00", "late_due_date": None,
        "after_late_due_date": False,
    }  # fmt: skip


def test_submission_sees_nothing(folder: Path) -> None:
    """Neither the harness's variables nor its folders nor its processes can be seen, read or touched."""
    assert grade(folder, SPY.replace("@FOLDER@", str(folder)))["score"] == 20


def test_the_spy_finds_what_there_is(folder: Path, tmp_path: Path) -> None:
    """Outside the sandbox the same submission sees something, and so has no `double`."""
    path = tmp_path / "spy.py"
    harmless = SPY.replace("@FOLDER@", str(folder)).partition("    for attack in (")[0] + "    return found\n"
    path.write_text(f"{harmless}\nprint(look())")
    done = subprocess.run(["python3", path], env={**os.environ, **SECRETS}, capture_output=True, text=True, check=True)
    assert "SUBMISSION_URL" in done.stdout
    assert f"{folder}/source" in done.stdout


@pytest.mark.parametrize("metadata", ["", "{", "[]", "{}", '{"users": 3, "created_at": null, "assignment": "x"}'])
def test_bad_metadata_is_no_obstacle(folder: Path, metadata: str) -> None:
    """A submission is graded whatever its metadata; how late it is stays open."""
    results = grade(folder, REFERENCE, metadata)
    assert results["score"] == 20
    assert results["extra_data"]["late_seconds"] is None


def test_missing_metadata_and_empty_submission(folder: Path) -> None:
    """Without metadata and without a file there is a grade of 0 that says why."""
    hand_in(folder, {})
    (folder / "submission_metadata.json").unlink()
    process = run_there(folder)
    assert process.returncode == 0, process.stderr
    assert "submission_metadata.json cannot be read" in process.stdout
    results = results_of(folder)
    assert results["score"] == 0
    assert "No file that can be graded was handed in." in results["output"]


@pytest.mark.parametrize(
    "name",
    ["submission_metadata.yml", "submitted/ada/small_steps/steps.py", "ada_123_456_steps.py", "steps (1).py"],
)
def test_a_submission_is_one_students(folder: Path, name: str, tmp_path: Path) -> None:
    """Whatever its files look like, an export or a class, they are one student's."""
    hand_in(folder, {"steps.py": REFERENCE})
    (folder / "submission" / "steps.py").unlink()
    path = folder / "submission" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(REFERENCE if name.endswith(".py") else "x: 1")
    try:
        process = run_there(folder)
    finally:
        subprocess.run(["rm", "-rf", folder / "submission"], check=True)
    assert process.returncode == 0, process.stderr
    assert results_of(folder)["score"] == (20 if name.endswith(".py") else 0)


def assert_fault(folder: Path, process: subprocess.CompletedProcess[str], said: str) -> None:
    """Exit code 1, one sentence, no results."""
    assert process.returncode == 1
    last = process.stderr.strip().splitlines()[-1]
    assert last.startswith("autograder: ")
    assert said in last
    assert "Traceback" not in process.stdout + process.stderr
    assert list((folder / "results").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("key", "00", "source/key cannot be read"),
        ("gradescope.json", "{}", "gradescope.json cannot be read"),
        ("course/reference/small_steps/steps.py", WRONG_FACTOR, "so nothing was graded"),
        ("course/assignments/small_steps/tests/test_hidden.py", "import nothing_of_this_name", "nothing_of_this_name"),
        ("course/assignments/small_steps/assignment.toml", "x = [", "not valid TOML"),
    ],
)
def test_fault_of_the_zip_leaves_no_results(folder: Path, name: str, text: str, said: str) -> None:
    """What is wrong with the zip is never a score; a result that lay there before is gone."""
    hand_in(folder, {"steps.py": REFERENCE})
    path = folder / "source" / name
    kept = path.read_text()
    path.write_text(text)
    (folder / "results" / "results.json").write_text('{"score": 100}')
    try:
        assert_fault(folder, run_there(folder), said)
    finally:
        path.write_text(kept)


def test_fault_of_the_machine_leaves_no_results(folder: Path, tmp_path: Path) -> None:
    """Where the sandbox cannot start nothing is graded without one."""
    hand_in(folder, {"steps.py": REFERENCE})
    (tmp_path / "file").write_text("")
    assert_fault(folder, run_there(folder, {"AUTOGRADER_TREES": str(tmp_path / "file" / "trees")}), "sandbox")


def test_submission_that_is_not_there_leaves_no_results(folder: Path) -> None:
    """Where Gradescope's folder is missing, that is said and not graded as an empty submission."""
    hand_in(folder, {})
    (folder / "submission").rmdir()
    assert_fault(folder, run_there(folder), "submission cannot be read")


def test_killed_at_any_instant(folder: Path) -> None:
    """After SIGKILL at 50 random instants results.json is whole or not there, and nothing of the run lives on."""
    hand_in(folder, {"steps.py": REFERENCE})
    started = time.monotonic()
    assert run_there(folder).returncode == 0
    whole_s = time.monotonic() - started
    generator = random.Random(20)
    seen = set()
    for _ in range(KILLS):
        (folder / "results" / "results.json").unlink(missing_ok=True)
        process = subprocess.Popen(
            command(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(generator.uniform(0.3, 1.1) * whole_s)
        family = descendants(process.pid)
        process.send_signal(signal.SIGKILL)
        process.wait()
        seen.add(_whole_or_absent(folder / "results" / "results.json"))
        deadline = time.monotonic() + 20
        while alive(family) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not alive(family)
    assert False in seen


def _whole_or_absent(path: Path) -> bool:
    """Whether it is there; then it must be whole."""
    if not path.exists():
        return False
    assert check_results(path.read_text())["score"] == 20
    return True


def test_results_appear_at_once(tmp_path: Path) -> None:
    """Of 50 processes that are killed while they write, again and again, none leaves half a file."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom autograder.gradescope.publishing import write_results\n"
        "while True: write_results(Path(sys.argv[1]), '[' + '1, ' * 50_000 + '1]')"
    )
    generator = random.Random(21)
    for _ in range(KILLS):
        process = subprocess.Popen([sys.executable, "-c", program, tmp_path])
        while not (tmp_path / "results.json").exists() and process.poll() is None:
            time.sleep(0.001)
        time.sleep(generator.uniform(0, 0.02))
        process.kill()
        process.wait()
        assert len(json.loads((tmp_path / "results.json").read_text())) == 50_001
        (tmp_path / "results.json").unlink()


def test_results_cannot_be_written(needs_root: None, tmp_path: Path) -> None:
    """A folder that is not there is a fault with a sentence."""
    with pytest.raises(GraderError, match=r"results\.json cannot be written"):
        write_results(tmp_path / "nowhere", "{}")


def test_processes_of_the_submission_are_ended(needs_root: None) -> None:
    """Whatever runs under one of the uids, and goes on forking, is gone afterwards; others stay."""
    fork = "import os, time\nos.setuid(345678)\nwhile True:\n    os.fork() or time.sleep(1000)\n    time.sleep(0.05)"
    process = subprocess.Popen([sys.executable, "-c", fork])
    other = subprocess.Popen(["sleep", "1000"], preexec_fn=lambda: os.setuid(345_677))
    try:
        wait_until(lambda: Path(f"/proc/{process.pid}").stat().st_uid == 345_678)
        time.sleep(0.3)
        end_processes(range(345_678, 345_700))
        assert process.wait(10) == -signal.SIGKILL
        assert other.poll() is None
    finally:
        for each in (process, other):
            each.kill()
            each.wait()
