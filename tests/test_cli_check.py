"""Tests of `autograder check` as students meet it: a process, in a course's folder or in that of a handout."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from notebook_files import notebook
from small_course import (
    AUTOGRADER,
    EXITS_IN_TOTAL,
    ID,
    PUBLIC,
    RAISES_IN_DOUBLE,
    REFERENCE,
    TOML,
    WRONG_FACTOR,
    alive,
    assert_one_sentence,
    descendants,
    run_autograder,
    wait_until,
    write_course,
    write_files,
)

import autograder
from autograder.contract import make_contract
from autograder.proxy.described import describe_modules
from autograder.proxy.modules import ReferenceModules
from autograder.spec import load_assignment
from autograder.verdict import ExpectedTest, TestResult

Completed = subprocess.CompletedProcess[str]

STUB = REFERENCE.replace("return ", "raise NotImplementedError\n    return ")
TWO_PASSED = "2 of 2 public tests passed, 3 of 3 public points."


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with hidden tests and the reference, and a student's file at its root."""
    return write_files(write_course(tmp_path / "course"), {"steps.py": REFERENCE})


def write_handout(folder: Path, *, public: str = PUBLIC, toml: str = TOML, **files: str) -> Path:
    """A flat handout without contract.json and without the reference; more files by their stem."""
    texts = {"assignment.toml": toml, "test_public.py": public, "README.md": "# Small steps\n"}
    return write_files(folder, texts | {f"{name}.py": text for name, text in files.items()})


def check(folder: Path, *arguments: str | Path) -> Completed:
    """`autograder check` of the small assignment, in a folder."""
    return run_autograder("check", ID, *arguments, cwd=folder, environment={"COLUMNS": "120"})


def test_right_file_passes(course: Path) -> None:
    """A right file ends with 0; the table names each public test, and the last line says that hidden ones count."""
    done = check(course)
    assert (done.returncode, done.stderr) == (0, "")
    assert "The double of [1, 2] is [2, 4]" in done.stdout
    assert TWO_PASSED in done.stdout
    assert "Hidden tests count too: the assignment is worth 20 points" in done.stdout


def test_failure_is_told_in_full(course: Path) -> None:
    """Of a test that fails the student sees what was checked, the hint, the values and the test's own line."""
    done = check(course, write_files(course, {"mine/hw1.py": WRONG_FACTOR}) / "mine" / "hw1.py")
    assert (done.returncode, done.stderr) == (1, "")
    for part in (
        "note: steps.py was not handed in; hw1.py was taken in its place.",
        "The double of [1, 2] is [2, 4] (failed)",
        "Hint: Two times each entry.",
        "np.testing.assert_allclose(double(np.array([1.0, 2.0])), [2.0, 4.0])",
        "1 of 2 public tests passed, 1 of 3 public points.",
    ):
        assert part in done.stdout
    assert str(course) not in done.stdout


def test_exception_names_the_students_line(course: Path) -> None:
    """Of code that raises, the student's own line is quoted, with its number and what it raised."""
    write_files(course, {"steps.py": RAISES_IN_DOUBLE})
    done = check(course)
    number = RAISES_IN_DOUBLE.splitlines().index("    raise ValueError(str(x))") + 1
    assert done.returncode == 1
    assert f"Your line: steps.py:{number}: raise ValueError(str(x))" in done.stdout
    assert "ValueError: [1. 2.]" in done.stdout


def test_stub_fails_kindly(course: Path) -> None:
    """The untouched stub: nothing passed, and each test says that it is not written yet."""
    write_files(course, {"steps.py": STUB})
    done = check(course)
    assert done.returncode == 1
    assert done.stdout.count("it is not written yet") == 2
    assert "0 of 2 public tests passed, 0 of 3 public points." in done.stdout


def test_hidden_tests_are_not_run(course: Path) -> None:
    """In a course that holds hidden tests they are neither run nor told."""
    done = check(course)
    assert "Counts down" not in done.stdout
    assert "Random" not in done.stdout


def test_import_failure_is_said_once(course: Path) -> None:
    """A file of which nothing parses: one reason, with the line, and no traceback of the grader's."""
    write_files(course, {"steps.py": "def double(x:\n    return 2 *\n"})
    done = check(course)
    assert done.returncode == 1
    assert done.stdout.count("SyntaxError") == 1
    assert "of steps.py" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_endless_loop_and_sleep_time_out(course: Path, tmp_path: Path) -> None:
    """A loop loses its test to CPU time, a sleep to wall time, and nothing of the student's is left running."""
    endless = REFERENCE.replace("return 2 *", "while True: pass\n    return 2 *")
    asleep = endless.replace("return sum(values)", "import time; time.sleep(1000)")
    write_files(course, {"steps.py": asleep})
    toml = TOML.replace("wall_s = 10.0", "wall_s = 5.0")
    write_files(course, {f"assignments/{ID}/assignment.toml": toml})
    (tmp_path / "temporary").mkdir()
    done = run_autograder("check", ID, cwd=course, environment={"TMPDIR": str(tmp_path / "temporary")})
    assert done.returncode == 1
    assert "Your code used more than 0.5 s of CPU time." in done.stdout
    assert "Your code did not answer in time." in done.stdout
    assert not list((tmp_path / "temporary").iterdir())


def test_exit_costs_its_test_alone(course: Path) -> None:
    """A function that ends the process loses its own test."""
    write_files(course, {"steps.py": EXITS_IN_TOTAL})
    done = check(course)
    assert done.returncode == 1
    assert "Your code ended its own process." in done.stdout
    assert "1 of 2 public tests passed, 2 of 3 public points." in done.stdout


def test_what_failing_code_prints_is_shown(course: Path) -> None:
    """Of a test that fails, what the student's code printed is shown; input() finds nothing to read."""
    noisy = WRONG_FACTOR.replace("return 3 *", "print('x is', x)\n    return 3 *")
    noisy = noisy.replace("return sum(values)", "return int(input())")
    write_files(course, {"steps.py": noisy})
    done = check(course)
    assert "x is [1. 2.]" in done.stdout
    assert "Your code raised EOFError" in done.stdout


def test_interruption_leaves_nothing(course: Path) -> None:
    """Ctrl-C ends with 130 and one line, and the student's endless loop with it."""
    write_files(course, {"steps.py": REFERENCE.replace("return 2 *", "while True: pass\n    return 2 *")})
    toml = TOML.replace("cpu_s = 0.5", "cpu_s = 500.0").replace("wall_s = 10.0", "wall_s = 500.0")
    write_files(course, {f"assignments/{ID}/assignment.toml": toml})
    process = subprocess.Popen(
        [AUTOGRADER, "check", ID], cwd=course, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    found: dict[int, str] = {}

    def is_looping() -> bool:
        found.update({pid: line for pid, line in descendants(process.pid).items() if "_pipe_side" in line})
        return len(found) >= 2  # the reference's, and the student's

    wait_until(is_looping, process)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert (out, len(errors.splitlines())) == ("", 1)
    wait_until(lambda: not alive(found))  # one that had just been started goes by the end of its parent


def test_student_process_leaves_with_its_parent(course: Path) -> None:
    """Where `check` itself is killed, the student's endless loop ends, too."""
    write_files(course, {"steps.py": "while True: pass\n"})
    toml = TOML.replace("import_cpu_s = 2.0", "import_cpu_s = 500.0")
    write_files(course, {f"assignments/{ID}/assignment.toml": toml})
    environment = {**os.environ, "TMPDIR": str(course.parent)}  # what a kill leaves behind goes with the test
    process = subprocess.Popen([AUTOGRADER, "check", ID], cwd=course, env=environment, stdout=subprocess.DEVNULL)
    found: dict[int, str] = {}

    def is_started() -> bool:
        found.update({pid: line for pid, line in descendants(process.pid).items() if "_pipe_side" in line})
        return len(found) >= 2

    wait_until(is_started, process)  # type: ignore[arg-type]
    process.kill()
    process.wait()
    wait_until(lambda: not alive(found))


# ---- a handout


def test_flat_handout_needs_no_reference(tmp_path: Path) -> None:
    """assignment.toml, the public tests and the student's file in one folder are enough."""
    folder = write_handout(tmp_path / ID, steps=REFERENCE)
    done = check(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert TWO_PASSED in done.stdout
    assert sorted(path.name for path in folder.rglob("*")) == [
        "README.md", "assignment.toml", "steps.py", "test_public.py"
    ]  # fmt: skip


def test_handout_in_a_courses_shape(tmp_path: Path) -> None:
    """So are assignments/<id>/assignment.toml and its tests/test_public.py, from a folder below."""
    texts = {f"assignments/{ID}/assignment.toml": TOML, f"assignments/{ID}/tests/test_public.py": PUBLIC}
    write_files(tmp_path, texts | {"work/steps.py": WRONG_FACTOR})
    done = check(tmp_path / "work")
    assert (done.returncode, done.stderr) == (1, "")
    assert "1 of 2 public tests passed, 1 of 3 public points." in done.stdout


def test_missing_function_without_a_reference(tmp_path: Path) -> None:
    """A function that the suite imports and the file lacks fails its own test, by name."""
    folder = write_handout(tmp_path / ID, steps=REFERENCE.replace("def double", "def twice"))
    done = check(folder)
    assert "steps.double is not defined in the submission." in done.stdout
    assert "1 of 2 public tests passed, 1 of 3 public points." in done.stdout


def test_module_in_the_handout_is_run(tmp_path: Path) -> None:
    """`python -m autograder check` runs the handout's own copy, whatever the student's files beside it are called."""
    folder = write_handout(tmp_path / ID, steps=REFERENCE, random="raise SystemExit('not this one')")
    write_files(folder, {"numpy.py": "raise SystemExit('nor this one')"})
    source = Path(autograder.__file__).parent
    shutil.copytree(source, folder / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    write_files(folder, {"autograder/__init__.py": '__version__ = "the copy"\n'})
    command = [sys.executable, "-m", "autograder"]
    assert subprocess.run([*command, "--version"], cwd=folder, capture_output=True, text=True, check=True).stdout == (
        "autograder the copy\n"
    )
    done = subprocess.run([*command, "check", ID], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert TWO_PASSED in done.stdout


def test_test_that_needs_the_reference_is_put_off(tmp_path: Path) -> None:
    """A public test with the `reference` fixture cannot be judged without it, and costs nothing here."""
    public = PUBLIC + "\n\ndef test_like_reference(reference):\n    assert total([1]) == reference.total([1])\n"
    done = check(write_handout(tmp_path / ID, steps=REFERENCE, public=public))
    assert done.returncode == 0
    assert "deferred" in done.stdout
    assert "This check needs the reference, which is not here; it is made when you submit." in done.stdout


def test_packages_that_are_named_are_the_installed_ones() -> None:
    """What `python -m autograder` tells a student to install is what pyproject.toml requires."""
    from autograder.__main__ import _REQUIRED

    project = tomllib.loads((Path(autograder.__file__).parents[1] / "pyproject.toml").read_text())["project"]
    assert _REQUIRED.replace('"', "").split() == project["dependencies"]


@pytest.mark.parametrize("package", ["rich", "pytest", "numpy", "msgspec"])
def test_missing_package_is_one_sentence(tmp_path: Path, package: str) -> None:
    """Where a package is missing, one sentence says how to install it, whenever it is imported."""
    course = write_files(write_course(tmp_path / "course"), {"steps.py": REFERENCE})
    source = f"raise ImportError('No module named {package}', name='{package}')\n"
    write_files(tmp_path, {f"shadow/{package}/__init__.py": source})
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "check", ID], cwd=course, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "shadow")},
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(f"autograder: a package is missing or too old (No module named {package}); run: ")
    assert len(done.stderr.splitlines()) == 1


def write_contract(folder: Path, course: Path, points: float) -> None:
    """contract.json of the small course beside a flat handout's suite, its tests worth `points` each."""
    assignment = load_assignment(course, ID)
    reference = ReferenceModules(assignment.reference, assignment.spec.modules)
    functions = ("test_double_small", "test_total_small")
    tests = [
        ExpectedTest(
            nodeid=f"test_public.py::{name}", function=name, title=f"Title of {name}", points=points, public=True
        )
        for name in functions
    ]
    results = {test.nodeid: TestResult(nodeid=test.nodeid) for test in tests}
    contract = make_contract(assignment, describe_modules(reference), tests, results)
    (folder / "contract.json").write_text(contract.model_dump_json(indent=1))


def test_contract_says_the_points(course: Path, tmp_path: Path) -> None:
    """In a suite without a single mark, what a test is worth hangs on the hidden ones: the contract says it."""
    unmarked = "\n".join(line for line in PUBLIC.splitlines() if not line.startswith("@")) + "\n"
    write_files(course, {f"assignments/{ID}/tests/test_public.py": unmarked})
    folder = write_handout(tmp_path / "handout", public=unmarked, steps=REFERENCE)
    assert "2 of 2 public tests passed. Hidden" in run_autograder("check", "steps", cwd=folder).stdout
    write_contract(folder, course, 2.5)
    done = check(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 of 2 public tests passed, 5 of 5 public points." in done.stdout
    assert "as they were handed out" not in done.stdout
    assert "is that of 'small_steps', not of 'steps'" in assert_one_sentence(
        run_autograder("check", "steps", cwd=folder), 2
    )


def test_changed_suite_is_noted(course: Path, tmp_path: Path) -> None:
    """A public suite that is not the one that was handed out is run, with a word that grading may differ."""
    folder = write_handout(tmp_path / ID, steps=REFERENCE)
    write_contract(folder, course, 1)
    write_files(folder, {"test_public.py": PUBLIC + "\n\ndef test_mine():\n    assert total([]) == 0\n"})
    done = check(folder)
    assert done.returncode == 0
    assert "3 of 3 public tests passed" in done.stdout
    assert "note: The public tests are not as they were handed out: grading may say otherwise." in done.stdout


def test_modules_of_one_assignment_are_checked_together(tmp_path: Path) -> None:
    """Of an assignment of two modules both are taken from the folder; one that lacks is named."""
    toml = TOML.replace('["steps"]', '["steps", "leaps"]')
    public = PUBLIC + "\n\ndef test_leap():\n    import leaps\n    assert leaps.leap(2) == 3\n"
    folder = write_handout(tmp_path / ID, public=public, toml=toml, steps=REFERENCE)
    alone = check(folder)
    assert alone.returncode == 1
    assert "leaps.py was not handed in; hand it in under this name." in alone.stdout
    write_files(folder, {"leaps.py": "def leap(n):\n    return n + 1\n"})
    both = check(folder)
    assert (both.returncode, both.stderr) == (0, "")
    assert both.stdout.startswith("checked steps.py, leaps.py\n")


# ---- which files


def test_only_file_is_taken(tmp_path: Path) -> None:
    """Without a file of the module's name the only one that is no test is taken, and that is said."""
    done = check(write_handout(tmp_path / ID, hw1=REFERENCE, test_mine="assert False"))
    assert done.returncode == 0
    assert "hw1.py was taken in its place" in done.stdout


def test_files_are_checked_together(tmp_path: Path) -> None:
    """Files that are named are one submission: a module may import the other."""
    folder = write_handout(tmp_path / ID, helper="FACTOR = 2\n")
    source = "from helper import FACTOR\n" + REFERENCE.replace("return 2 *", "return FACTOR *")
    write_files(folder, {"steps.py": source})
    assert check(folder, "steps.py", "helper.py").returncode == 0
    alone = check(folder)
    assert alone.returncode == 1
    assert "No module named 'helper'" in alone.stdout


def test_folder_of_a_submission_is_taken_whole(course: Path) -> None:
    """A folder that holds the module and no handout is checked as it would be graded: with what lies beside it."""
    source = "from helper import FACTOR\n" + REFERENCE.replace("return 2 *", "return FACTOR *")
    write_files(course, {"mine/steps.py": source, "mine/helper.py": "FACTOR = 2\n"})
    assert check(course, "mine").returncode == 0


@pytest.mark.parametrize("arguments", [["mine/hw.ipynb"], ["mine"]])
def test_notebook_is_checked(course: Path, arguments: list[str]) -> None:
    """A notebook is read as grading reads it: magics do nothing, and an error names its cell."""
    right = notebook("%matplotlib inline\nimport math", REFERENCE, "raise ValueError('my own test')")
    write_files(course, {"mine/hw.ipynb": right.decode()})
    done = check(course, *arguments)
    assert done.returncode == 0, done.stdout
    assert "the notebook hw.ipynb was taken" in done.stdout
    assert "Cell 3, line 1 was passed over: ValueError" in done.stdout


def test_broken_notebook_is_said(course: Path) -> None:
    """A notebook that cannot be read is what is wrong with the submission."""
    write_files(course, {"mine/hw.ipynb": "{"})
    done = check(course, "mine/hw.ipynb")
    assert done.returncode == 1
    assert "hw.ipynb cannot be read: its JSON is broken" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nobody.py"], "nobody.py does not exist; name a file or folder that holds submissions."),
        (["empty"], "holds no steps.py and no other .py file or notebook; name the file that you will hand in."),
        (["many"], "holds no steps.py and 2 other files; name the file that you will hand in."),
        (["--course", "empty"], "holds assignment.toml or assignments/"),
    ],
)
def test_wrong_files_are_one_sentence(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    """A file that is not there, none, several, no handout: one sentence, exit code 2."""
    write_files(tmp_path, {"empty/x.txt": "", "many/a.py": "", "many/b.py": ""})
    texts = {"h/assignment.toml": TOML, "h/test_public.py": PUBLIC}
    write_files(tmp_path, texts)
    place = [] if "--course" in arguments else ["--course", "h"]
    done = run_autograder("check", "steps", *arguments, *place, cwd=tmp_path)
    assert sentence in assert_one_sentence(done, 2)


def test_wrong_assignment_is_one_sentence(tmp_path: Path) -> None:
    """An id that the handout is not of, or that the course does not have, is answered with the one that is."""
    folder = write_handout(tmp_path / "handout", steps=REFERENCE)
    assert "is that of 'steps', not of 'step'" in assert_one_sentence(run_autograder("check", "step", cwd=folder), 2)
    course = write_course(tmp_path / "course")
    done = run_autograder("check", "smal_steps", cwd=course)
    assert "did you mean 'small_steps'?" in assert_one_sentence(done, 2)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("assignment.toml", "title = ", "assignment.toml is not valid TOML"),
        ("contract.json", '{"version": 2}', "contract.json cannot be read; get the handout again."),
        ("test_public.py", "import nothing_of_this_name\n", "test_public.py cannot be collected"),
    ],
)
def test_broken_handout_is_one_sentence(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    """A damaged file of the handout's is named in one sentence, exit code 2."""
    folder = write_files(write_handout(tmp_path / ID, steps=REFERENCE), {name: text})
    assert sentence in assert_one_sentence(check(folder), 2)


def test_reference_that_fails_is_one_sentence(tmp_path: Path) -> None:
    """In a course whose reference does not pass its own public tests, nothing is checked."""
    course = write_files(write_course(tmp_path, reference=WRONG_FACTOR), {"steps.py": REFERENCE})
    sentence = assert_one_sentence(check(course), 2)
    assert "does not pass test_public.py::test_double_small" in sentence
