"""Tests of `autograder show` and `autograder replay` as a TA meets them: the installed command, on a graded class."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from small_course import (
    AUTOGRADER,
    ID,
    REFERENCE,
    STUDENTS,
    TOML,
    WRONG_FACTOR,
    GradedClass,
    assert_one_sentence,
    read_json,
    run_autograder,
    write_course,
    write_files,
)

pytestmark = pytest.mark.usefixtures("needs_root")

FAILING = {
    "bruno": "test_hidden.py::test_double_random[3]",
    "carl": "test_hidden.py::test_total_random",
    "emil": "test_hidden.py::test_double_random[5]",
    "hugo": "test_public.py::test_double_small",
    "fred": "test_hidden.py::test_widen",
}


def show(graded: GradedClass, *arguments: str) -> str:
    """What `autograder show` prints, wide enough for a table."""
    dashes = ["--"] if "--" in arguments else []
    arguments = tuple(word for word in arguments if word != "--")
    process = run_autograder("show", *dashes, graded.out, *arguments, cwd=Path("/"), environment={"COLUMNS": "200"})
    assert (process.returncode, process.stderr) == (0, "")
    return process.stdout


def detail_of(graded: GradedClass, student: str, nodeid: str) -> dict[str, Any]:
    """What details/*.json keeps of a test's result."""
    (result,) = [t["result"] for t in graded.details(student)["tests"] if t["expected"]["nodeid"] == nodeid]
    assert isinstance(result, dict)
    return result


def run_shown_command(graded: GradedClass, student: str, test: str, *more: str) -> dict[str, Any]:
    """Copy the command that `show` prints into a shell, with --json; what it prints."""
    command = show(graded, student, test).splitlines()[-1]
    assert " replay " in command
    process = subprocess.run(
        f"{command} {shlex.join([*more, '--json'])}",
        shell=True,
        cwd="/",
        env={"PATH": f"{AUTOGRADER.parent}:/usr/bin:/bin", "HOME": "/"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (process.returncode, process.stderr) == (0, "")
    printed = json.loads(process.stdout)
    assert isinstance(printed, dict)
    return printed


# ---- show


def test_submission_test_by_test(graded_class: GradedClass) -> None:
    """Without a test: the score, each test with its outcome, points and a line, and the notes and evidence."""
    text = show(graded_class, "ivy")
    assert "ivy: 9 of 20 (Small steps)" in text
    rows = {line.split("│")[1].strip(): line for line in text.splitlines() if "::" in line and "│" in line}
    assert list(rows) == [test["expected"]["nodeid"] for test in graded_class.details("ivy")["tests"]]
    crashed = rows["test_hidden.py::test_total_random"]
    assert [words for words in ("crashed", "0 of 5", "ended its own process") if words not in crashed] == []
    assert "pays only if test_total_random passes" in rows["test_hidden.py::test_countdown"]
    assert "ivy.py was taken in its place" in text
    assert "exited with status 0" in text


def test_one_test_in_full(graded_class: GradedClass) -> None:
    """With a test: what was checked, what the student reads, the traceback, the inputs, the seed and the times."""
    text = show(graded_class, "bruno", "random[3]")
    result = detail_of(graded_class, "bruno", FAILING["bruno"])
    (call,) = result["calls"]
    assert call["function"] == "steps.double"
    said = ["Random arrays are doubled", "0 of 2", "Hint: Look at the factor.", "secret_input", result["seed"]]
    said += [f"    {name} = {value}" for name, value in call["arguments"]]
    assert [words for words in said if words not in text] == []
    assert "array float64 (3,): " in text


def test_inputs_are_for_the_ta_alone(graded_class: GradedClass) -> None:
    """Details of a failing test hold its inputs, exactly; results hold none of them, and passed tests keep none."""
    numbers = detail_of(graded_class, "bruno", FAILING["bruno"])["calls"][0]["arguments"][0][1].partition(": ")[2]
    assert len([float(number) for number in numbers.split(", ")]) == 3
    for number in numbers.split(", "):
        assert number not in json.dumps(graded_class.results("bruno"))
    assert all(test["result"]["calls"] == [] for test in graded_class.details("ada")["tests"])


def test_show_as_json(graded_class: GradedClass) -> None:
    """`--json` prints the same as data."""
    whole = json.loads(show(graded_class, "bruno", "--json"))
    assert (whole["student"], whole["score"], len(whole["tests"])) == ("bruno", 14, 7)
    one = json.loads(show(graded_class, "bruno", FAILING["bruno"], "--json"))
    assert one["test"]["result"] == detail_of(graded_class, "bruno", FAILING["bruno"])
    assert "Look at the factor." in one["student_reads"]
    assert "replay" in shlex.split(one["replay"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["brunno"], ["no student 'brunno'", "did you mean 'bruno'?"]),
        (["bruno", "test_widn"], ["no test 'test_widn'", "did you mean 'test_widen'?"]),
        (["bruno", "test_double"], ["could be", "test_double_small", "test_double_random[5]"]),
        (["../results/bruno"], ["no student '../results/bruno'"]),
    ],
    ids="student test ambiguous path".split(),
)
@pytest.mark.parametrize("command", ["show", "replay"])
def test_wrong_names(graded_class: GradedClass, command: str, arguments: list[str], said: list[str]) -> None:
    """An unknown student or test is told with the one that was probably meant."""
    arguments = arguments if len(arguments) == 2 or command == "show" else [*arguments, "test_widen"]
    sentence = assert_one_sentence(run_autograder(command, graded_class.out, *arguments, cwd=Path("/")), 2)
    assert [words for words in said if words not in sentence] == []


def test_folder_without_results(tmp_path: Path) -> None:
    """A folder that grade did not leave is told, and nothing is made in it."""
    assert "no results" in assert_one_sentence(run_autograder("show", tmp_path, "ada", cwd=tmp_path), 2)
    assert list(tmp_path.iterdir()) == []


def test_student_who_was_not_graded(tmp_path: Path) -> None:
    """Of a student whom a fault of ours left ungraded the reason is told."""
    (tmp_path / "details").mkdir()
    (tmp_path / "run.json").write_text('{"faults": {"ada": "The disk is full."}}')
    sentence = assert_one_sentence(run_autograder("show", tmp_path, "ada", cwd=tmp_path), 2)
    assert sentence == "ada was not graded: The disk is full."


def test_details_that_are_cut(graded_class: GradedClass, tmp_path: Path) -> None:
    """Details that cannot be read are told by name."""
    shutil.copytree(graded_class.out / "details", tmp_path / "details")
    (tmp_path / "details" / "ada.json").write_text("{")
    sentence = assert_one_sentence(run_autograder("show", tmp_path, "ada", cwd=tmp_path), 2)
    assert "ada.json cannot be read; grade ada again" in sentence


ESCAPES = "\x1b]0;owned\x07\x1b[2J\u202e"
RAISES = f"print({ESCAPES!r}, '[bold]')\n    raise ValueError({ESCAPES!r})\n    return 2 *"
HOSTILE = REFERENCE.replace("return 2 *", RAISES)
KEEPS = "SEEN = []\n" + REFERENCE.replace(
    "return 2 *", "SEEN.append(1)\n    if len(SEEN) == 3:\n        return 0 * x\n    return 2 *"
)


@pytest.fixture(scope="module")
def odd_class(needs_root: None, tmp_path_factory: pytest.TempPathFactory) -> GradedClass:
    """A class of odd ones, graded with the course's own secret."""
    course = write_course(tmp_path_factory.mktemp("odd"), toml=TOML.replace("cpu_s = 0.5", "cpu_s = 2.0"))
    write_files(
        course / "class",
        {"hostile.py": HOSTILE, "keeps.py": KEEPS, "-a b/steps.py": WRONG_FACTOR, "ada.py": REFERENCE},
    )
    process = run_autograder("grade", ID, "class", "--out", course / "out", "--json", cwd=course)
    return GradedClass(course, course / "out", process)


@pytest.mark.parametrize(
    "test", [[], ["test_double_small"], ["test_double_random[3]"]], ids=["all", "public", "hidden"]
)
def test_no_control_character_reaches_the_terminal(odd_class: GradedClass, test: list[str]) -> None:
    """Escape sequences and markup in what a student prints and raises are shown as text."""
    text = show(odd_class, "hostile", *test)
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "[bold]" in text or not test


def test_details_that_somebody_changed(graded_class: GradedClass, tmp_path: Path) -> None:
    """Control characters in every text of a details file are shown as text, in both views and for notes too."""
    details = graded_class.details("bruno")
    details["notes"] = details["evidence"] = [ESCAPES]
    for test in details["tests"]:
        for key in ("summary", "detail", "printed", "exception"):
            test["result"][key] = ESCAPES
        test["result"]["calls"] = [{"function": ESCAPES, "arguments": [[ESCAPES, ESCAPES]]}]
        test["result"]["evidence"] = [ESCAPES]
    (tmp_path / "details").mkdir()
    (tmp_path / "details" / "bruno.json").write_text(json.dumps(details))
    for test in ([], ["test_widen"], ["test_widen", "--json"]):
        text = run_autograder("show", tmp_path, "bruno", *test, cwd=tmp_path).stdout
        assert "owned" in text
        assert all(char.isprintable() or char == "\n" for char in text)


# ---- replay


@pytest.mark.parametrize("student", FAILING)
def test_replay_is_exact(graded_class: GradedClass, student: str) -> None:
    """The command that `show` prints gives the same verdict, message, traceback and inputs, by itself."""
    recorded = detail_of(graded_class, student, FAILING[student])
    printed = run_shown_command(graded_class, student, FAILING[student])
    same = ["outcome", "credit", "summary", "exception", "frame", "detail", "calls", "seed", "printed"]
    assert {key: printed["replayed"][key] for key in same} == {key: recorded[key] for key in same}
    assert (printed["same"], printed["changed"]) == (True, [])
    assert printed["recorded"] == recorded


def test_replay_of_the_courses_secret(odd_class: GradedClass) -> None:
    """Inputs that were drawn from the course's secret are drawn again; a name that begins with a dash is no option."""
    (student,) = {path.stem for path in (odd_class.out / "details").iterdir()} - {"ada", "hostile", "keeps"}
    assert student.startswith("-")
    command = show(odd_class, "--", student, "random[5]").splitlines()[-1]
    done = subprocess.run(shlex.split(command), cwd="/", capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.splitlines()[-1].startswith("As it was graded")


def test_replay_changes_nothing(graded_class: GradedClass) -> None:
    """A replay says what it came to and leaves the results as they are."""
    before = {path: path.stat().st_mtime_ns for path in graded_class.out.rglob("*")}
    process = run_autograder("replay", graded_class.out, "emil", "test_double_small", cwd=Path("/"))
    assert process.returncode == 0
    assert "test_double_small: error" in process.stdout
    assert process.stdout.splitlines()[-1] == "As it was graded: verdict, message and inputs are the same."
    assert {path: path.stat().st_mtime_ns for path in graded_class.out.rglob("*")} == before


def test_code_that_keeps_something(odd_class: GradedClass) -> None:
    """What hangs on earlier tests is not the same alone, which is said; from the start it is."""
    test = "test_hidden.py::test_double_random[5]"
    assert detail_of(odd_class, "keeps", test)["outcome"] == "failed"
    process = run_autograder("replay", odd_class.out, "keeps", test, cwd=Path("/"))
    last = process.stdout.splitlines()[-1]
    assert [words for words in ("NOT as it was graded", "it was failed", "--from-start") if words not in last] == []
    assert run_shown_command(odd_class, "keeps", test, "--from-start")["same"]


OBJECTS = {
    "assignment.toml": 'title = "Bags"\nmodules = ["bags"]\npoints = 2\npackages = ["numpy"]\n',
    "tests/test_hidden.py": '''
import pytest
from bags import Bag


@pytest.fixture(scope="module")
def bag():
    bag = Bag(3)
    assert bag.size() == 3
    return bag


@pytest.mark.points(1)
def test_first(bag):
    """The size is told."""
    assert bag.size() == 3


@pytest.mark.points(1)
def test_second(bag, rng):
    """A bag tells its weight."""
    x = float(rng.normal())
    assert bag.weight(x) == 0
''',
}
BAG = "class Bag:\n    def __init__(self, n):\n        self.n = n\n    def size(self):\n        return self.n\n"
BAG_REFERENCE = BAG + "    def weight(self, x):\n        return 0\n"


def test_replay_of_objects_and_wider_fixtures(tmp_path: Path) -> None:
    """A fixture that another test set up is set up in the replay, and may ask there what it asked of the reference."""
    write_files(tmp_path / "assignments" / "bags", OBJECTS)
    write_files(tmp_path, {"reference/bags/bags.py": BAG_REFERENCE})
    write_files(tmp_path / "class", {"ada.py": BAG + "    def weight(self, x):\n        return x\n"})
    process = run_autograder("grade", "bags", "class", "--out", "out", "-q", cwd=tmp_path)
    assert process.returncode == 0, process.stderr
    graded = GradedClass(tmp_path, tmp_path / "out", process)
    recorded = detail_of(graded, "ada", "test_hidden.py::test_second")
    assert [call["function"] for call in recorded["calls"]][-1] == "Bag.weight"
    printed = run_shown_command(graded, "ada", "test_second")
    assert printed["replayed"]["calls"][-1] == recorded["calls"][-1]
    assert (printed["replayed"]["outcome"], printed["replayed"]["detail"]) == ("failed", recorded["detail"])


@pytest.fixture
def copied(odd_class: GradedClass, tmp_path: Path) -> GradedClass:
    """The odd class in a copy of one's own, graded there."""
    course = tmp_path / "copy"
    shutil.copytree(odd_class.course, course, ignore=shutil.ignore_patterns("out"))
    process = run_autograder("grade", ID, "class", "--out", "out", "--only", "ada", "-q", cwd=course)
    assert process.returncode == 0, process.stderr
    return GradedClass(course, course / "out", process)


def replay_ada(copied: GradedClass, *options: str | Path) -> subprocess.CompletedProcess[str]:
    """Replay a test of ada's."""
    return run_autograder("replay", copied.out, "ada", "test_widen", *options, cwd=Path("/"))


def test_replay_of_what_has_changed(copied: GradedClass) -> None:
    """A submission, a secret or a path that is not what it was is told, with what to do; --path finds the old one."""
    source = copied.course / "class" / "ada.py"
    source.write_text(REFERENCE + "\nx = 1\n")
    assert "has changed since it was graded" in assert_one_sentence(replay_ada(copied), 2)
    source.rename(source.with_name("eve.py"))
    assert "no submission of ada any more" in assert_one_sentence(replay_ada(copied), 2)
    write_files(copied.course, {"old/ada.py": REFERENCE, "old/x.py": REFERENCE})
    assert replay_ada(copied, "--path", copied.course / "old").returncode == 0
    (copied.course / ".autograder" / "secret").write_text("0" * 64)
    assert "another secret" in assert_one_sentence(replay_ada(copied, "--path", copied.course / "old"), 2)
    (copied.course / ".autograder" / "secret").unlink()
    assert "is gone; bring it back" in assert_one_sentence(replay_ada(copied, "--path", copied.course / "old"), 2)
    assert not (copied.course / ".autograder" / "secret").exists()


def test_replay_after_the_suite_was_mended(copied: GradedClass) -> None:
    """A suite that has changed is run as it is now, which is said; a test that is gone is told."""
    hidden = copied.course / "assignments" / ID / "tests" / "test_hidden.py"
    hidden.write_text(hidden.read_text() + "\n# a word\n")
    process = replay_ada(copied)
    assert process.returncode == 0
    assert "The suite or the reference has changed" in process.stdout
    hidden.write_text(hidden.read_text().replace("def test_widen", "def test_wide"))
    assert "test_wide" in assert_one_sentence(replay_ada(copied), 2)


def test_kept_grades_are_replayed_from_where_they_are_now(copied: GradedClass) -> None:
    """After a second run that kept a grade, the replay reads the submission where that run found it."""
    (copied.course / "class").rename(copied.course / "moved")
    run_autograder("grade", ID, "moved", "--out", "out", "--only", "ada", "-q", cwd=copied.course)
    assert read_json(copied.out / "run.json")["kept"] == ["ada"]
    assert replay_ada(copied).returncode == 0


def test_results_without_a_journal(copied: GradedClass) -> None:
    """Results that do not say how they were made are shown, and cannot be replayed."""
    (copied.out / "journal.jsonl").unlink()
    assert "does not say how it was graded" in show(copied, "ada", "test_widen")
    assert "does not say how ada was graded" in assert_one_sentence(replay_ada(copied), 2)


def test_replay_without_a_sandbox(tmp_path: Path) -> None:
    """What was graded without a sandbox is replayed without one by the printed command, and with one by default."""
    course = write_files(write_course(tmp_path), {"class/bruno.py": STUDENTS["bruno.py"]})
    process = run_autograder("grade", ID, "class", "--out", "out", "--sandbox", "none", "-q", cwd=course)
    graded = GradedClass(course, course / "out", process)
    printed = run_shown_command(graded, "bruno", "random[3]")
    assert (printed["same"], printed["changed"]) == (True, [])
    assert "was graded in the sandbox none" in run_autograder("replay", "out", "bruno", "[3]", cwd=course).stdout


def test_help_of_show_and_replay() -> None:
    """Both commands have an example and their exit codes."""
    for command in ("show", "replay"):
        process = run_autograder(command, "--help", cwd=Path("/"))
        assert f"Example: autograder {command} out ada" in " ".join(process.stdout.split())
        assert "2 a wrong argument" in " ".join(process.stdout.split())
