"""Tests of `autograder grade` as its users meet it: the installed command, run as a process, on real folders."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from small_course import (
    AUTOGRADER,
    ENDLESS_TOTAL,
    HIDDEN,
    ID,
    REFERENCE,
    TOML,
    WRONG_FACTOR,
    GradedClass,
    alive,
    assert_one_sentence,
    assert_whole,
    control_groups,
    descendants,
    read_journal,
    read_json,
    run_autograder,
    wait_until,
    without_times,
    write_course,
    write_files,
)

pytestmark = pytest.mark.usefixtures("needs_root")

MountDisk = Callable[[str], Path]
Completed = subprocess.CompletedProcess[str]

EVERYTHING = {
    "test_double_small": "passed",
    "test_total_small": "passed",
    "test_double_random": "passed",
    "test_total_random": "passed",
    "test_countdown": "passed",
    "test_widen": "passed",
}
EXPECTED: dict[str, tuple[float, dict[str, str]]] = {
    "ada": (20, {}),
    "bruno": (14, {"test_double_small": "failed", "test_double_random": "failed"}),
    "carl": (9, {"test_total_small": "timeout", "test_total_random": "timeout", "test_countdown": "not counted"}),
    "dora": (15, {"test_countdown": "missing"}),
    "emil": (14, {"test_double_small": "error", "test_double_random": "error"}),
    # was (0, everything missing): a function that does not parse costs itself alone (decision 8)
    "fred": (9, {"test_total_small": "missing", "test_total_random": "missing", "test_countdown": "not counted"}),
    "gina": (20, {}),
    "hugo": (14, {"test_double_small": "failed", "test_double_random": "failed"}),
    "ivy": (9, {"test_total_small": "crashed", "test_total_random": "crashed", "test_countdown": "not counted"}),
}


def write_class(course: Path, **students: str) -> Path:
    """A class of these students in the course; returns the course."""
    return write_files(course, {f"class/{student}.py": source for student, source in students.items()})


@pytest.fixture
def small_class(tmp_path: Path) -> Path:
    """A course of one's own with a class of two, ada who is right and bruno who is not."""
    return write_class(write_course(tmp_path / "course"), ada=REFERENCE, bruno=WRONG_FACTOR)


def grade(course: Path, *arguments: str | Path, out: Path | None = None) -> Completed:
    """`autograder grade` of the course's class, in the course's folder."""
    return run_autograder("grade", ID, "class", "--out", out or course / "out", *arguments, cwd=course)


# ---- a class that is graded


def test_graded_class_is_a_success(graded_class: GradedClass) -> None:
    """A class that was graded whole ends with 0, whatever its scores, and leaves whole files."""
    assert graded_class.process.returncode == 0, graded_class.process.stderr
    assert_whole(graded_class.out)
    names = {path.name for path in graded_class.out.iterdir()}
    assert names == {"run.json", "results", "details", "journal.jsonl", "grades.csv"}


@pytest.mark.parametrize("student", EXPECTED)
def test_scores_and_causes(graded_class: GradedClass, student: str) -> None:
    """Each student's score and each test's outcome are what their mistake deserves."""
    score, lost = EXPECTED[student]
    results = graded_class.results(student)
    outcomes = {test["extra_data"]["test"]: test["extra_data"]["outcome"] for test in results["tests"]}
    assert (results["score"], outcomes) == (score, {**EVERYTHING, **lost})
    assert graded_class.details(student)["score"] == score


def test_json_is_the_class(graded_class: GradedClass) -> None:
    """`--json` prints the class on standard output, and nothing else is printed there."""
    printed = json.loads(graded_class.process.stdout)
    assert printed == {
        "assignment": ID,
        "out": str(graded_class.out),
        "students": [{"student": name, "score": score, "points": 20} for name, (score, _) in EXPECTED.items()],
    }


def test_csv_and_journal_agree(graded_class: GradedClass) -> None:
    """grades.csv has a row a student and a column a task, and the journal the same scores."""
    header, *rows = (line.split(",") for line in (graded_class.out / "grades.csv").read_text().splitlines())
    assert header == ["student", "score", "points", *EVERYTHING]
    assert {row[0]: float(row[1]) for row in rows} == {name: score for name, (score, _) in EXPECTED.items()}
    assert all(float(row[1]) == sum(map(float, row[3:])) for row in rows)
    events = read_journal(graded_class.out / "journal.jsonl")
    assert {e["student"]: e["score"] for e in events if e["event"] == "graded"} == {
        name: score for name, (score, _) in EXPECTED.items()
    }


def test_run_says_what_was_run(graded_class: GradedClass) -> None:
    """run.json names the assignment, the sandbox's layers, every submission and nobody's fault."""
    run = read_json(graded_class.out / "run.json")
    assert run["assignment"] == ID
    assert run["sandbox"]["backend"] == "namespaces"
    assert {"seccomp", "own uid", "read-only root"} <= set(run["sandbox"]["layers"])
    assert set(run["submissions"]) == set(run["graded"]) == set(EXPECTED)
    assert (run["faults"], run["kept"]) == ({}, [])


def test_choices_are_said(graded_class: GradedClass) -> None:
    """A file that was taken under another name, and one that does not parse, are explained above the tests."""
    assert graded_class.results("gina")["output"] == "steps.py was not handed in; hw1.py was taken in its place."
    assert "SyntaxError" in graded_class.results("fred")["output"]
    assert graded_class.results("ada")["output"] == ""


def test_students_see_no_secret(graded_class: GradedClass) -> None:
    """No result holds the hidden suite's source, its inputs or answers, a seed, or a path of the machine."""
    for student in EXPECTED:
        results, details = graded_class.results(student), graded_class.details(student)
        text = json.dumps(results)
        assert "secret_" not in text
        assert str(graded_class.course) not in text
        assert str(AUTOGRADER.parents[1]) not in text
        for test in details["tests"]:
            assert test["result"]["seed"] not in text
        for test in results["tests"]:
            if test["name"].startswith(("Random", "Counts", "An array")):
                assert "ACTUAL" not in test["output"]
                assert "assert" not in test["output"]


def test_public_tests_show_everything(graded_class: GradedClass) -> None:
    """A public test shows the student its numbers and the line that failed."""
    output = graded_class.results("bruno")["tests"][0]["output"]
    assert "Two times each entry." in output
    assert "test_public.py:12" in output
    assert "[3., 6.]" in output
    assert "steps.py" in graded_class.results("emil")["tests"][0]["output"]


def test_details_are_for_the_ta(graded_class: GradedClass) -> None:
    """The TA's file has the hidden test's traceback, the student's line and how a process ended."""
    hidden = next(t for t in graded_class.details("emil")["tests"] if t["expected"]["function"] == "test_double_random")
    assert "secret_input" in hidden["result"]["detail"]
    assert hidden["result"]["frame"] == {"file": "steps.py", "line": 8, "function": "double"}
    assert any("exited with status 0" in line for line in graded_class.details("ivy")["evidence"])


# ---- the same again


def test_same_seed_same_bytes(graded_class: GradedClass, tmp_path: Path) -> None:
    """The same class with the same seed, one at a time, gives the same bytes but for times."""
    process = grade(graded_class.course, "--seed", "1", "--jobs", "1", "--quiet", out=tmp_path)
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")
    for student in EXPECTED:
        again = read_json(tmp_path / "results" / f"{student}.json")
        assert without_times(again) == without_times(graded_class.results(student))
    assert (tmp_path / "grades.csv").read_bytes() == (graded_class.out / "grades.csv").read_bytes()


def test_working_folder_does_not_matter(graded_class: GradedClass, tmp_path: Path) -> None:
    """From another folder, with --course, the same submission gives the same bytes."""
    elsewhere = tmp_path / "deep" / "down"
    elsewhere.mkdir(parents=True)
    arguments = [ID, graded_class.course / "class", "--course", graded_class.course, "--only", "bruno", "--seed", "1"]
    process = run_autograder("grade", *arguments, "--out", "out", cwd=elsewhere)
    assert process.returncode == 0
    results = read_json(elsewhere / "out" / "results" / "bruno.json")
    assert without_times(results) == without_times(graded_class.results("bruno"))


@pytest.fixture
def copied(graded_class: GradedClass, tmp_path: Path) -> GradedClass:
    """The graded class, in a copy of one's own."""
    course = tmp_path / "copy"
    shutil.copytree(graded_class.course, course)
    return GradedClass(course, course / "out", graded_class.process)


def grade_again(copied: GradedClass, *arguments: str) -> list[str]:
    """Run the same command again; returns the students whose results were kept."""
    process = grade(copied.course, "--seed", "1", *arguments)
    assert process.returncode == 0, process.stderr
    assert_whole(copied.out)
    kept = list(read_json(copied.out / "run.json")["kept"])
    told = [student for student in kept if "--only" not in arguments or student in arguments]
    assert (f"{len(told)} of them kept from an earlier run" in " ".join(process.stdout.split())) == bool(told)
    return kept


def stamps(copied: GradedClass) -> dict[str, int]:
    """When each result was written, in nanoseconds."""
    return {path.stem: path.stat().st_mtime_ns for path in (copied.out / "results").iterdir()}


def test_second_run_keeps_everything(copied: GradedClass) -> None:
    """The same command again grades nobody: the results stay as they are, and so does the table."""
    before, table = stamps(copied), (copied.out / "grades.csv").read_bytes()
    assert grade_again(copied) == sorted(EXPECTED)
    assert stamps(copied) == before
    assert (copied.out / "grades.csv").read_bytes() == table


def test_who_is_not_named_again_is_told(copied: GradedClass) -> None:
    """Of a class that shrank the table lists who is there; the note names the others, whose results stay."""
    (copied.course / "class" / "bruno.py").unlink()
    process = grade(copied.course, "--seed", "1")
    assert process.returncode == 0
    assert (
        "holds results of whom no submission was found this time (bruno); they are not in grades.csv" in process.stderr
    )
    assert "bruno" not in (copied.out / "grades.csv").read_text()
    assert copied.results("bruno")["score"] == 14
    assert grade_again(copied, "--only", "ada") == sorted(set(EXPECTED) - {"bruno"})


def test_folder_of_another_assignment_is_refused(copied: GradedClass) -> None:
    """Its results stay as they are, whether its journal says whose they are or run.json alone."""
    before = stamps(copied)
    for name in ("journal.jsonl", "run.json"):
        path = copied.out / name
        path.write_text(path.read_text().replace(f'"assignment": "{ID}"', '"assignment": "pca"'))
    for _ in range(2):
        said = assert_one_sentence(grade(copied.course), 2)
        assert said == f"{copied.out} holds results of pca, not of {ID}; choose another --out."
        (copied.out / "journal.jsonl").write_text('{"event": "run"}\n{}\n[]\nnone\n')
    assert stamps(copied) == before


def test_changed_submission_is_graded_alone(copied: GradedClass) -> None:
    """A submission that changed is graded again; the others are kept."""
    before = stamps(copied)
    (copied.course / "class" / "bruno.py").write_text(REFERENCE)
    assert grade_again(copied) == sorted(set(EXPECTED) - {"bruno"})
    assert {name for name, stamp in stamps(copied).items() if stamp != before[name]} == {"bruno"}
    assert copied.results("bruno")["score"] == 20


def test_fresh_grades_again(copied: GradedClass) -> None:
    """`--fresh` keeps nothing of those that are graded, comes to the same; the others keep theirs."""
    before = stamps(copied)
    assert grade_again(copied, "--fresh", "--only", "ada", "--only", "bruno") == sorted(
        set(EXPECTED) - {"ada", "bruno"}
    )
    assert {name for name, stamp in stamps(copied).items() if stamp != before[name]} == {"ada", "bruno"}
    assert copied.results("bruno")["score"] == 14


def seeds_of(graded: GradedClass) -> list[str]:
    """The seeds of ada's tests."""
    return [test["result"]["seed"] for test in graded.details("ada")["tests"]]


@pytest.mark.parametrize("change", ["suite", "reference", "seed"])
def test_what_a_grade_hangs_on(copied: GradedClass, graded_class: GradedClass, change: str) -> None:
    """A changed suite, reference or seed keeps nobody's result; the seed alone changes what is drawn."""
    seed = "1"
    if change == "suite":
        (copied.course / HIDDEN_PATH).write_text(HIDDEN + "\n# a word\n")
    elif change == "reference":
        (copied.course / "reference" / ID / "steps.py").write_text(REFERENCE + "\n# a word\n")
    else:
        seed = "2"
    process = grade(copied.course, "--only", "ada", "--seed", seed)
    assert process.returncode == 0
    assert read_json(copied.out / "run.json")["kept"] == []
    assert (seeds_of(copied) == seeds_of(graded_class)) == (change != "seed")


def test_torn_journal_costs_nothing(copied: GradedClass) -> None:
    """What the journal lost, the reports still say: nobody is graded again, and the journal goes on."""
    journal = copied.out / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-10])
    assert grade_again(copied) == sorted(EXPECTED)
    journal.unlink()
    assert grade_again(copied) == sorted(EXPECTED)
    assert [event["event"] for event in read_journal(journal)] == ["run", "kept"]


def test_damaged_result_is_made_again(copied: GradedClass) -> None:
    """A lost result is made from its details; who has no details, or half of them, is graded again."""
    before = copied.results("ada")
    (copied.out / "results" / "ada.json").unlink()
    details = copied.out / "details" / "bruno.json"
    details.write_bytes(details.read_bytes()[:100])
    assert grade_again(copied) == sorted(set(EXPECTED) - {"bruno"})
    assert copied.details("bruno")["score"] == 14
    assert copied.results("ada") == before


# ---- choices


def test_only_and_limit(graded_class: GradedClass, tmp_path: Path) -> None:
    """`--only` takes the students that it names, `--limit` the first of what is left."""
    arguments = ["--only", "gina", "--only", "ada", "--only", "hugo", "--limit", "2", "--json", "--seed", "1"]
    process = grade(graded_class.course, *arguments, out=tmp_path)
    assert process.returncode == 0
    assert [row["student"] for row in json.loads(process.stdout)["students"]] == ["ada", "gina"]
    assert {path.stem for path in (tmp_path / "results").iterdir()} == {"ada", "gina"}


def test_the_table_is_printed(small_class: Path) -> None:
    """Without --json or --quiet the class is printed as a table, with where the results lie and the sandbox."""
    write_files(small_class, {"class/grades.xlsx": ""})
    process = grade(small_class)
    assert process.returncode == 0
    assert "Small steps (20 points)" in process.stdout
    assert "failed 3" in process.stdout
    assert f"2 of 2 graded. Gradescope JSON: {small_class / 'out' / 'results'}" in process.stdout
    assert "sandbox: namespaces (" in process.stdout
    assert "grades.xlsx is not a submission" in process.stderr
    assert "2 of 2 graded, 0 not gradable" in process.stderr


def test_no_sandbox_is_said(small_class: Path) -> None:
    """Without a sandbox, which must be asked for by name, the command grades and says so loudly."""
    process = grade(small_class, "--sandbox", "none")
    assert process.returncode == 0
    assert "NO SANDBOX" in process.stdout
    assert read_json(small_class / "out" / "run.json")["sandbox"]["backend"] == "none"
    assert read_json(small_class / "out" / "results" / "bruno.json")["score"] == 14


def test_the_courses_secret(small_class: Path) -> None:
    """Without a seed the inputs hang on a secret that is made once, for its owner's eyes; a damaged one is told."""
    secret = small_class / ".autograder" / "secret"
    assert grade(small_class, "--quiet").returncode == 0
    made = secret.read_bytes()
    assert secret.stat().st_mode & 0o777 == 0o600
    assert len(made.strip()) == 64
    assert made.strip().decode() not in "".join(p.read_text() for p in (small_class / "out").rglob("*") if p.is_file())
    assert grade(small_class, "--quiet").returncode == 0
    assert secret.read_bytes() == made
    assert read_json(small_class / "out" / "run.json")["kept"] == ["ada", "bruno"]
    secret.write_text("")
    assert "restore it" in assert_one_sentence(grade(small_class), 2)


def test_help_shows_an_example() -> None:
    """`--help` of the program names the command; the command's own has an example and the exit codes."""
    program, command = (run_autograder(*words, "--help", cwd=Path("/")) for words in ([], ["grade"]))
    for process in (program, command):
        assert (process.returncode, process.stderr) == (0, "")
    assert " grade " in program.stdout
    text = " ".join(command.stdout.split())
    assert "Example: autograder grade " in text
    assert "130 interrupted" in text


# ---- bad input: one sentence, no traceback, nothing half written

CLASS = {"class/ada.py": REFERENCE}
TOML_PATH = f"assignments/{ID}/assignment.toml"
HIDDEN_PATH = f"assignments/{ID}/tests/test_hidden.py"
BAD_INPUT: dict[str, tuple[dict[str, str], list[str], list[str]]] = {
    # what is wrong: (files that differ from a good course, arguments, words of the sentence)
    "missing folder": ({}, [ID, "klass"], ["klass does not exist"]),
    "empty folder": ({}, [ID, "empty"], ["empty holds no submission"]),
    "folder without submissions": ({"empty/notes.txt": ""}, [ID, "empty"], ["empty holds no submission"]),
    "unknown assignment": ({}, ["smal_steps", "class"], ["'smal_steps'", "did you mean 'small_steps'"]),
    "unknown student": ({}, [ID, "class", "--only", "eve"], ["--only eve", "found are ada"]),
    "no course": ({}, [ID, "class", "--course", "class"], ["class holds no assignments/", "--course DIR"]),
    "no TOML": ({TOML_PATH: TOML + "title\n"}, [ID, "class"], [TOML_PATH, "not valid TOML", "line 11"]),
    "unknown key": ({TOML_PATH: "point = 3\n" + TOML}, [ID, "class"], [TOML_PATH, "'point'", "did you mean 'points'"]),
    "unknown limit": ({TOML_PATH: TOML + "wall = 3\n"}, [ID, "class"], ["'limits.wall'", "did you mean 'wall_s'"]),
    "wrong type": ({TOML_PATH: TOML.replace("= 20", '= "20"')}, [ID, "class"], [TOML_PATH, "points", "'20'"]),
    "missing key": ({TOML_PATH: TOML.replace("points = 20", "")}, [ID, "class"], [TOML_PATH, "'points' is missing"]),
    "hiding module": ({TOML_PATH: TOML.replace('["steps', '["numpy')}, [ID, "class"], ["'numpy'", "installed module"]),
    "suite that does not parse": ({HIDDEN_PATH: "def f(:\n"}, [ID, "class"], ["test_hidden.py", "SyntaxError"]),
    "points that do not sum": (
        {HIDDEN_PATH: HIDDEN.replace("points(3)", "points(4)")},
        [ID, "class"],
        ["sum to 21", "assignment.toml says points = 20"],
    ),
    "reference that fails": (
        {f"reference/{ID}/steps.py": WRONG_FACTOR},
        [ID, "class"],
        [f"reference/{ID} scores 14 of 20", "nothing was graded", "test_double_small", "mend the reference"],
    ),
    "reference that does not end": (
        {f"reference/{ID}/steps.py": ENDLESS_TOTAL},
        [ID, "class"],
        ["nothing was graded", "test_total_small", "CPU time"],
    ),
    "a link": ({}, [ID, "link.py"], ["link.py holds no submission (link.py is a link"]),
    "empty path": ({}, [ID, ""], ["an empty path was given"]),
    "out below a file": ({"file": ""}, [ID, "class", "--out", "file/out"], ["file/out cannot be written", "--out"]),
    "out is a file": ({"file": ""}, [ID, "class", "--out", "file"], ["file cannot be written", "--out"]),
    "out in /proc": ({}, [ID, "class", "--out", "/proc/out"], ["/proc/out cannot be written", "--out"]),
}


@pytest.fixture(scope="module")
def bad_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Path, Future[Completed]]]]:
    """Every command of BAD_INPUT in a course of its own, a few at a time."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {}
        for name, (files, arguments, _) in BAD_INPUT.items():
            course = write_files(write_course(tmp_path_factory.mktemp("course")), {**CLASS, **files})
            (course / "empty").mkdir(exist_ok=True)
            (course / "link.py").symlink_to("class/ada.py")
            out = [] if "--out" in arguments else ["--out", "out"]
            runs[name] = course, pool.submit(run_autograder, "grade", *arguments, *out, cwd=course)
        yield runs


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input(bad_runs: dict[str, tuple[Path, Future[Completed]]], name: str) -> None:
    """Each mistake is told in one sentence that names it, ends with 2 and leaves no result."""
    course, run = bad_runs[name]
    sentence = assert_one_sentence(run.result(), 2)
    assert [words for words in BAD_INPUT[name][2] if words not in sentence] == []
    assert list(course.rglob("out/results/*")) == []
    assert list(course.rglob("out/details/*")) == []
    assert_whole(course / "out")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade", ID, "class"], "--out"),
        (["grade", ID, "class", "--out", "out", "--jobs", "0"], "--jobs"),
        (["grade", ID, "class", "--out", "out", "--onyl", "ada"], "--only"),
        (["grad"], "grad"),
    ],
)
def test_wrong_usage(small_class: Path, arguments: list[str], said: str) -> None:
    """A wrong option or command ends with 2, names it and shows no traceback."""
    process = run_autograder(*arguments, cwd=small_class)
    assert (process.returncode, process.stdout) == (2, "")
    assert said in process.stderr
    assert "Traceback" not in process.stderr
    assert not (small_class / "out").exists()


def test_course_is_not_below(tmp_path: Path) -> None:
    """Where no folder upward is a course, the sentence says how to name one."""
    write_files(tmp_path, CLASS)
    assert "--course DIR" in assert_one_sentence(grade(tmp_path), 2)


def test_read_only_out(small_class: Path, mount_disk: MountDisk) -> None:
    """No rights on --out: one sentence, exit 2."""
    disk = mount_disk("size=16m,ro")
    sentence = assert_one_sentence(grade(small_class, out=disk / "out"), 2)
    assert "Read-only file system" in sentence


def test_full_disk(small_class: Path, mount_disk: MountDisk) -> None:
    """A disk without room is the machine's: one sentence, exit 1, and nothing is graded."""
    disk = mount_disk("size=256k")
    sentence = assert_one_sentence(grade(small_class, out=disk / "out"), 1)
    assert "free some room" in sentence
    assert [path for path in disk.rglob("*") if path.is_file()] == []


# ---- what breaks in the middle


@pytest.fixture
def slow_class(tmp_path: Path) -> Path:
    """A course with a class of two: ada, who is done at once, and zoe, whose two loops cost a second of CPU time."""
    return write_class(write_course(tmp_path / "course"), ada=REFERENCE, zoe=ENDLESS_TOTAL)


@contextlib.contextmanager
def started(course: Path, out: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command in the middle of zoe, after ada, one submission at a time; killed with all its own at the end."""
    command = [str(AUTOGRADER), "grade", ID, "class", "--out", str(out), "--jobs", "1", "--quiet", *arguments]
    environment = {**os.environ, "TMPDIR": str(course.parent)}
    process = subprocess.Popen(
        command, cwd=course, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        try:
            wait_until(lambda: (out / "results" / "ada.json").exists(), process)
            wait_until(lambda: any("_zygote.py" in line for line in below_zygote(process.pid)), process)
            yield process
        finally:
            process.kill()


def zygote_of(pid: int) -> int:
    """The fork server of a running command: the first process whose command line names it; 0 before it is there."""
    return min((child for child, line in descendants(pid).items() if "_zygote.py" in line), default=0)


def below_zygote(pid: int) -> list[str]:
    """The command lines of the sandboxes in use."""
    zygote = zygote_of(pid)
    return list(descendants(zygote).values()) if zygote else []


def cgroups_of(pid: int) -> list[Path]:
    """The control groups that a run made, innermost first."""
    groups = (folder for group in control_groups(f"autograder-{pid}-*") for folder, _, _ in os.walk(group))
    return sorted(map(Path, groups), reverse=True)


def graded_in(out: Path) -> dict[str, list[dict[str, Any]]]:
    """The journal's events that are about a student, by student."""
    events: dict[str, list[dict[str, Any]]] = {}
    for event in read_journal(out / "journal.jsonl"):
        if "student" in event:
            events.setdefault(event["student"], []).append(event)
    return events


def test_interrupted_run_goes_on(slow_class: Path) -> None:
    """Ctrl-C ends with 130 and one sentence, leaves whole files and no process; the same command then finishes."""
    out = slow_class / "out"
    with started(slow_class, out) as process:
        family = descendants(process.pid)
        assert len(family) >= 4, "the fork server, a sandbox, the suite's process and its fork"
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    wait_until(lambda: not alive(family))
    assert (process.returncode, stdout) == (130, "")
    assert stderr == "autograder: interrupted; the same command goes on where it stopped.\n"
    assert_whole(out)
    assert [path.stem for path in (out / "results").iterdir()] == ["ada"]
    assert [[event["event"] for event in events] for events in graded_in(out).values()] == [["graded"]]
    assert list(slow_class.parent.glob("autograder-*")) == []
    assert cgroups_of(process.pid) == []

    before = (out / "results" / "ada.json").stat().st_mtime_ns
    assert grade(slow_class).returncode == 0
    assert read_json(out / "run.json")["kept"] == ["ada"]
    assert (out / "results" / "ada.json").stat().st_mtime_ns == before
    assert read_json(out / "results" / "zoe.json")["score"] == 9


def test_interrupted_while_it_starts(small_class: Path) -> None:
    """Ctrl-C before anything is graded ends in the same way, and takes the half-started sandbox away."""
    command = [str(AUTOGRADER), "grade", ID, "class", "--out", "out"]
    environment = {**os.environ, "TMPDIR": str(small_class.parent)}
    with subprocess.Popen(command, cwd=small_class, env=environment, text=True, stderr=subprocess.PIPE) as process:
        wait_until(lambda: descendants(process.pid), process)
        family = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    wait_until(lambda: not alive(family))
    groups = cgroups_of(process.pid)
    for folder in groups:
        folder.rmdir()
    assert (process.returncode, len(stderr.splitlines())) == (130, 1), stderr[-300:]
    assert (groups, list(small_class.parent.glob("autograder-*"))) == ([], [])


def test_killed_run_leaves_no_process(slow_class: Path) -> None:
    """Even SIGKILL leaves no process of ours, and the next run goes on."""
    out = slow_class / "out"
    with started(slow_class, out) as process:
        family = descendants(process.pid)
        process.kill()
        process.communicate(timeout=60)
    wait_until(lambda: not alive(family))
    for folder in cgroups_of(process.pid):
        folder.rmdir()
    assert_whole(out)
    assert grade(write_class(slow_class, zoe=REFERENCE)).returncode == 0
    assert read_json(out / "run.json")["kept"] == ["ada"]


def kill_first(pid: int, name: str) -> None:
    """Kill the oldest process below `pid` whose command line holds the name, if there is one."""
    for child in sorted(child for child, line in descendants(pid).items() if name in line)[:1]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize("victim", ["_zygote.py", "autograder.testrun.host"])
def test_lost_process_is_started_again(slow_class: Path, victim: str) -> None:
    """A process of ours that dies costs nobody anything: it is started again and the class is graded."""
    out = slow_class / "out"
    with started(slow_class, out) as process:
        kill_first(process.pid, victim)
        assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0
    assert {name: read_json(out / "results" / f"{name}.json")["score"] for name in ("ada", "zoe")} == {
        "ada": 20,
        "zoe": 9,
    }
    assert [event["event"] for event in graded_in(out)["zoe"]] == ["fault", "graded"]
    assert read_json(out / "run.json")["faults"] == {}


@pytest.mark.parametrize("victim", ["_zygote.py", "autograder.testrun.host"])
def test_our_own_fault_is_no_score(slow_class: Path, victim: str) -> None:
    """Whoever could not be graded because our processes die again and again is ungraded, exit 1, and never a zero."""
    out = slow_class / "out"
    write_files(out, {"results/zoe.json": '{"score": 20}', "details/zoe.json": "{}"})  # of an older submission
    with started(slow_class, out) as process:
        while process.poll() is None:
            kill_first(process.pid, victim)
            time.sleep(0.1)
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (1, "")
    (line,) = stderr.splitlines()
    assert line.startswith("autograder: zoe was not graded: ")
    assert {path.name for path in out.glob("*/*.json")} == {"ada.json"}
    assert graded_in(out)["zoe"][-1]["event"] == "fault"
    assert "zoe,,,,,,,,\n" in (out / "grades.csv").read_text()
    assert list(read_json(out / "run.json")["faults"]) == ["zoe"]

    assert grade(write_class(slow_class, zoe=REFERENCE)).returncode == 0
    assert read_json(out / "results" / "zoe.json")["score"] == 20


def test_disk_that_fills_up(slow_class: Path, mount_disk: MountDisk) -> None:
    """A disk that fills up in the middle: sentences, no traceback, exit 1, whole files; with room the run finishes."""
    disk = mount_disk("size=12m")
    out = disk / "out"
    with started(slow_class, out) as process:
        with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
            while True:
                filler.write(b"\0" * 4096)
        stdout, stderr = process.communicate(timeout=60)
    assert "Traceback" not in stderr
    assert (process.returncode, stdout) == (1, "")
    assert "No space left on device" in stderr
    assert all(line.startswith("autograder: ") for line in stderr.splitlines())
    assert [path.stem for path in (out / "results").iterdir()] == ["ada"]
    (disk / "filler").unlink()
    assert_whole(out)
    assert grade(write_class(slow_class, zoe=REFERENCE), out=out).returncode == 0
    assert read_json(out / "results" / "zoe.json")["score"] == 20


# ---- one submission never costs the class


STRANGE_NAMES = {
    f"{'e' * 250}.py": REFERENCE,  # as long as a name can be
    f"{'é' * 125}.py": REFERENCE,  # the same, in bytes
    os.fsdecode(b"h\xe9l\xe8ne.py"): REFERENCE,  # not UTF-8
    os.fsdecode(b"eve/h\xe9.py"): REFERENCE,
    os.fsdecode(b"ida/caf\xe9.txt"): "not a program",
    "[red]joe[/red]\n\x1b[2J.py": REFERENCE,  # what a terminal would obey
}


@pytest.fixture(scope="module")
def odd_class(tmp_path_factory: pytest.TempPathFactory) -> GradedClass:
    """A class with strange names and a package beside a module; three cases of its suite share ten points."""
    hidden = HIDDEN.replace("points(4)", "points(10)").replace("[3, 5]", "[3, 5, 7]")
    toml = TOML.replace("points = 20", "points = 26")
    course = write_course(tmp_path_factory.mktemp("odd"), hidden=hidden, toml=toml)
    write_files(course / "class", STRANGE_NAMES)
    write_files(
        course / "class", {"zoe/steps.py": REFERENCE, "zoe/steps/__init__.py": WRONG_FACTOR, "ada.py": REFERENCE}
    )
    return GradedClass(course, course / "out", grade(course, "--json"))


def test_strange_names(odd_class: GradedClass) -> None:
    """Files with strange names are graded, or said to be missing, and cost nobody else's grade."""
    assert odd_class.process.returncode == 0, odd_class.process.stderr[-300:]
    scores = {row["student"]: row["score"] for row in json.loads(odd_class.process.stdout)["students"]}
    assert len(scores) == len(STRANGE_NAMES) + 2
    assert [name for name, score in scores.items() if score == 0] == ["ida"]
    assert_whole(odd_class.out)


def test_module_wins_over_a_package(odd_class: GradedClass) -> None:
    """A submitted module is what is graded, whatever package of its name lies beside it."""
    outcomes = {test["extra_data"]["outcome"] for test in odd_class.results("zoe")["tests"]}
    assert outcomes == {"passed"}


def test_shared_points_are_paid_in_full(odd_class: GradedClass) -> None:
    """Who passes everything has all the points, also where three cases share ten."""
    assert odd_class.results("ada")["score"] == 26
    assert "\nada,26,26,2,1,10,5,5,3\n" in (odd_class.out / "grades.csv").read_text()


# ---- another assignment

KITCHEN = '''\
"""Cooks what the cellar holds."""

import cellar

PORTION = 2


def cook(amounts):
    """Each amount that the cellar has, in portions."""
    return [amount / PORTION for amount in cellar.keep(amounts)]
'''
CELLAR = '''\
"""Keeps what the kitchen can cook."""

import kitchen


def keep(amounts):
    """The amounts that make at least a portion."""
    return [amount for amount in amounts if amount >= kitchen.PORTION]
'''
TWO_ROOMS = {
    "assignments/two_rooms/assignment.toml": (
        'title = "Two rooms"\nmodules = ["kitchen", "cellar"]\npoints = 10\n[limits]\ncpu_s = 0.5\nmemory_mib = 256\n'
    ),
    "assignments/two_rooms/tests/test_public.py": '''\
import cellar
import pytest


@pytest.mark.points(3)
def test_keep():
    """The cellar keeps what makes a portion."""
    assert cellar.keep([1, 2, 3]) == [2, 3]
''',
    "assignments/two_rooms/tests/test_hidden.py": '''\
import pytest
from cellar import keep
from kitchen import cook


@pytest.mark.points(7)
def test_cook(rng, reference):
    """The kitchen cooks what the cellar keeps."""
    amounts = [int(n) for n in rng.integers(0, 9, size=20)]
    assert cook(amounts) == reference.kitchen.cook(amounts) == [n / 2 for n in keep(amounts)]
''',
    "reference/two_rooms/kitchen.py": KITCHEN,
    "reference/two_rooms/cellar.py": CELLAR,
    "class/ada/kitchen.py": KITCHEN,
    "class/ada/cellar.py": CELLAR,
    "class/bea/kitchen.py": KITCHEN.replace("/ PORTION", "* PORTION"),
    "class/bea/cellar.py": CELLAR,
    "class/cem/kitchen.py": KITCHEN,
}


def test_another_assignment(tmp_path: Path) -> None:
    """An assignment of another name, with two modules that import each other, is graded by the same code."""
    course = write_files(tmp_path, TWO_ROOMS)
    process = run_autograder("grade", "two_rooms", "class", "--out", "out", "--json", cwd=course)
    assert process.returncode == 0, process.stderr
    scores = {row["student"]: row["score"] for row in json.loads(process.stdout)["students"]}
    assert scores == {"ada": 10, "bea": 3, "cem": 0}
    told = read_json(course / "out" / "results" / "cem.json")["output"]
    assert told == "cellar.py was not handed in; hand it in under this name."


def test_what_was_graded_without_a_sandbox_is_graded_again(copied: GradedClass) -> None:
    """Results of `--sandbox none` are not kept by a run in the sandbox."""
    without = grade(copied.course, "--only", "ada", "--sandbox", "none", "--seed", "1", "--json")
    assert without.returncode == 0
    assert "ada" not in grade_again(copied, "--only", "ada")
