"""Hostile submissions: each attack is shown to work in plain pytest, and to earn its honest part here.

tests/test_hostile_everywhere.py runs the second half again on other machines, under the backend that works there.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hostile_course import (
    HOSTILES,
    NUISANCES,
    PLANTED,
    Alone,
    Canaries,
    Course,
    Hostile,
    Listener,
    Victim,
    await_true,
    build_course,
    grade_alone,
    left_behind,
    processes_of_this_run,
    remove,
    remove_sysv,
    sysv_left_behind,
)
from machines import MACHINE
from small_course import control_groups
from whole_reports import read_whole

from autograder.errors import GraderError
from autograder.jobs.local import ClassRun, Options, Progress, grade_class
from autograder.jobs.results import ResultsFolder
from autograder.limits import Limits
from autograder.proxy import wire
from autograder.proxy.decoding import Decoder
from autograder.sandbox import open_sandbox
from autograder.spec import find_course, load_assignment
from autograder.submission import collect_submissions

BY_NUMPY, BY_TORCH, BY_CALLBACK = (
    [hostile for hostile in HOSTILES if hostile.suite == suite] for suite in ("numpy", "torch", "callback")
)
SUMMARY = "HOSTILE_SUMMARY"
HALF = "def double(x):\n    return 2 * x\n\n\ndef total(X):\n    return -1.0\n"
FLOOD_BYTES = 10_000_000
MAX_KEPT_BYTES = 200_000  # details of one submission, whatever it printed and raised

NAMED_IN_THE_ISSUE = {
    "read_suite", "read_reference", "read_results", "read_environment", "read_submission", "write_result",
    "exit_at_import", "exit_in_call", "lie_in_equality", "patch_numpy", "patch_torch", "connect",
}  # fmt: skip


def names(hostiles: list[Hostile]) -> list[str]:
    """Their test ids."""
    return [hostile.name for hostile in hostiles]


# Alone -----------------------------------------------------------------------------------------------------


def forges(alone: Alone) -> bool:
    """Pytest left with status 0, which is all that many graders look at."""
    return alone.status == 0


def passes(alone: Alone, *tests: str) -> bool:
    """Tests of functions that are wrong, or are not there, are reported as passed."""
    return all(alone.outcomes.get(test) == "passed" for test in tests)


def tells(alone: Alone, *tests: str) -> bool:
    """The wire's first word on each of these is that it passed."""
    return all(alone.told.get(test) == "passed" for test in tests)


def leaks(alone: Alone, *places: str) -> bool:
    """The canaries of these places were carried out."""
    return all(getattr(alone.course.canaries, place) in alone.loot for place in places)


def says(alone: Alone, word: str) -> bool:
    """The attack told its success."""
    return word in alone.loot.splitlines()


def writes(alone: Alone) -> bool:
    """Its own result and one for a student who is not there are forged."""
    paths = [alone.course.out / "results" / f"{student}.json" for student in (alone.student, "ghost")]
    return all(json.loads(path.read_text())["score"] == 100 for path in paths)


def edits(alone: Alone, *files: str) -> bool:
    """These files of the course are no longer what they were."""
    return all("def test_total():\n    pass" in (alone.course.root / name).read_text() for name in files)


def remains(alone: Alone) -> bool:
    """Files of its own lie in the machine's temporary folders."""
    return {path.parent for path in left_behind(alone.course.words["MARK"])} >= {Path("/tmp"), Path("/dev/shm")}


def connects(alone: Alone) -> bool:
    """The listener heard it."""
    return alone.listener.heard(2.0)


def kills(alone: Alone) -> bool:
    """A process that it did not start is dead."""
    return await_true(lambda: not alone.victim.lives(), 2.0)


def survives(alone: Alone) -> bool:
    """It wrote after pytest had ended."""
    return "survived" not in alone.loot and await_true(lambda: "survived" in alone.loot, 6.0)


def floods(alone: Alone) -> bool:
    """The log is as large as the submission likes."""
    return alone.output_bytes > FLOOD_BYTES


def dies(alone: Alone, name: str) -> bool:
    """The grading process was ended by this signal, as if by the machine, and came to no verdict."""
    return alone.status == -signal.Signals[name] and not alone.outcomes


def lasts(alone: Alone, wall_s: str) -> bool:
    """The grading process took at least so many seconds."""
    return alone.wall_s >= float(wall_s)


def keeps(alone: Alone, *kinds: str) -> bool:
    """System V objects of these kinds are there after its end."""
    return {kind for kind, _ in sysv_left_behind(alone.course.words["MARK"])} == set(kinds)


def silences(alone: Alone, *tests: str) -> bool:
    """Of these tests nothing was told on the wire."""
    return not set(tests) & set(alone.told)


CLAIMS = {
    claim.__name__: claim
    for claim in (
        forges, passes, tells, leaks, says, writes, edits, remains, connects, kills, survives, floods,
        dies, lasts, keeps, silences,
    )
}  # fmt: skip


@pytest.fixture
def mark() -> Iterator[str]:
    """A word for the names of what an attack leaves behind, which is removed in the end."""
    word = f"mark-{secrets.token_hex(6)}"
    yield word
    remove_sysv(word)
    for path in left_behind(word):
        remove(path)


def on_a_quiet_machine(hostile: Hostile) -> object:
    """As a parameter: one that outlives pytest has seconds to do so, which other tests beside it could take."""
    hurried = any(kind == "survives" for kind, _ in hostile.claims)
    return pytest.param(hostile, id=hostile.name, marks=[pytest.mark.alone] if hurried else [])


@pytest.mark.parametrize("hostile", [on_a_quiet_machine(hostile) for hostile in HOSTILES])
def test_attack_works_alone(hostile: Hostile, tmp_path: Path, mark: str) -> None:
    """In plain pytest the attack does what its docstring claims."""
    assert hostile.claims
    if hostile.needs:
        pytest.skip(f"this machine lacks {', '.join(hostile.needs)}")
    with grade_alone(hostile, tmp_path, mark) as alone:
        for kind, arguments in hostile.claims:
            assert CLAIMS[kind](alone, *arguments), f"{hostile.name} does not: {kind} {', '.join(arguments)}"


def test_plain_pytest_is_fair(tmp_path: Path, mark: str) -> None:
    """Plain pytest as it is used here fails a submission that is half right and attacks nothing."""
    with grade_alone(Hostile("honest", HALF), tmp_path, mark) as alone:
        passed = {"test_double_public", "test_double"}
        assert alone.status == 1
        assert {test for test, outcome in alone.outcomes.items() if outcome == "passed"} == passed
        assert {test for test, outcome in alone.told.items() if outcome == "passed"} == passed


def test_attacks_of_the_issue_are_there() -> None:
    """The ten attacks that the issue names are among the files."""
    assert set(names(HOSTILES)) >= NAMED_IN_THE_ISSUE
    assert len(HOSTILES) >= 72


def test_every_nuisance_is_there() -> None:
    """Each thing that a submission could use up or upset has a file that tries to."""
    assert {hostile.nuisance for hostile in HOSTILES} == NUISANCES | {""}


# Here ------------------------------------------------------------------------------------------------------


def mounts_of_sandboxes(temporary: Path) -> Iterator[str]:
    """Mounts where this run's sandboxes have their roots, and where a child of theirs has its private folders."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        point = line.split()[4]
        if str(temporary) in line or point in ("/tmp", "/submission", "/dev/shm", "/proc", "/runtime"):
            yield line


def folders_of_uses() -> list[Path]:
    """Where this run's sandboxes have their folders, under the backend `user`."""
    trees = Path(os.environ.get("AUTOGRADER_TREES", "/var/cache/autograder"))
    try:
        return list(trees.glob(f"tree-*/uses/autograder-{os.getpid()}-*/*"))
    except PermissionError:  # root's alone
        return []


@dataclass(frozen=True)
class Traces:
    """What a run may have left on the machine."""

    processes: list[str]
    mounts: list[str]
    cgroups: list[str]
    temporary: list[str]
    marked: list[Path]
    sysv: list[tuple[str, int]]
    course: dict[str, str]

    @classmethod
    def take(cls, course: Course, temporary: Path) -> Traces:
        """As they are now."""
        return cls(
            processes_of_this_run(),
            sorted(mounts_of_sandboxes(temporary)),
            sorted(map(str, control_groups(f"autograder-{os.getpid()}-*"))),
            sorted(path.name for path in [*temporary.iterdir(), *folders_of_uses()]),
            left_behind(course.words["MARK"]),
            sysv_left_behind(course.words["MARK"]),
            course.digest(),
        )


@dataclass(frozen=True)
class Graded:
    """A class of hostile submissions after it was graded behind the real boundary."""

    course: Course
    run: ClassRun
    before: Traces
    after: Traces
    heard: bool
    victim_lives: bool
    layers: tuple[str, ...]

    def results(self, student: str) -> str:
        """The student's own file."""
        return (self.course.out / "results" / f"{student}.json").read_text()

    def details(self, student: str) -> dict:
        """The TA's."""
        return json.loads((self.course.out / "details" / f"{student}.json").read_text())

    def outcomes(self, student: str) -> dict[str, str]:
        """By test."""
        return {test["expected"]["function"]: test["result"]["outcome"] for test in self.details(student)["tests"]}


def grade_here(root: Path, hostiles: list[Hostile], suite: str = "numpy") -> Graded:
    """Grade the submissions, a control and one that was handed a canary, all in one run."""
    memory, mark = f"canary-memory-{secrets.token_hex(12)}", f"mark-{secrets.token_hex(6)}"
    listener, victim = Listener(mark), Victim(memory)
    words = {"PORT": str(listener.port), "VICTIM": str(victim.process.pid), "MARK": mark}
    course = build_course(root / "course", suite, **words)
    course = Course(course.root, Canaries(**{**vars(course.canaries), "memory": memory}), words)
    for hostile in [*hostiles, Hostile("planted", PLANTED.format(planted=course.canaries.planted))]:
        hostile.write(course.submissions / hostile.name, course.words_for(hostile.name))
    temporary = root / "temporary"
    temporary.mkdir()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COURSE_TOKEN", course.canaries.environment)
            patch.setattr(tempfile, "tempdir", str(temporary))
            before = Traces.take(course, temporary)
            run, layers = _grade(course)
            time.sleep(2.0 if any(hostile.name == "outlive_run" for hostile in hostiles) else 0.0)
            after = Traces.take(course, temporary)
        return Graded(course, run, before, after, listener.heard(0.0), victim.lives(), layers)
    finally:
        listener.close()
        victim.close()
        remove_sysv(mark)
        for path in left_behind(mark):
            remove(path)


def lay(course: Course, name: str, text: str) -> None:
    """Hand in one file."""
    path = course.submissions / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _grade(course: Course) -> tuple[ClassRun, tuple[str, ...]]:
    """As `autograder grade` does it."""
    assignment = load_assignment(find_course(course.root), "target")
    intake = collect_submissions([course.submissions], assignment.spec.modules)
    folder = ResultsFolder(course.out)
    options = Options(jobs=os.cpu_count() or 1, secret=course.canaries.secret.encode())
    place = open_sandbox("auto", assignment.spec.packages)
    try:
        run = grade_class(intake.submissions, assignment, place, folder, options, Progress())
        return read_whole(run, folder.path), place.layers
    finally:
        place.close()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """The one run that the tests below share."""
    graded = grade_here(tmp_path_factory.mktemp("here"), BY_NUMPY)
    if SUMMARY in os.environ:
        Path(os.environ[SUMMARY]).write_text(json.dumps(summarise(graded)))
    return graded


def summarise(graded: Graded) -> dict:
    """What tests/hostile_table.py shows of a run."""
    reports = graded.run.reports
    return {
        "layers": graded.layers,
        "control": reports["control"].score,
        "ungraded": len(graded.run.faults),
        "as before": graded.after == graded.before and graded.victim_lives and not graded.heard,
        "submissions": {
            hostile.name: {
                "gained": reports[hostile.name].score - hostile.score,
                "canaries": len(canaries_outside(graded, hostile.name)),
                "ended": sorted(set(graded.outcomes(hostile.name).values()) - {"passed", "failed"}),
                "peak_memory_mib": reports[hostile.name].peak_memory_mib,
                "wall_s": reports[hostile.name].wall_s,
            }
            for hostile in BY_NUMPY
        },
    }


@pytest.fixture(scope="module")
def here_with_torch(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """A small run of an assignment whose suite compares by torch."""
    return grade_here(tmp_path_factory.mktemp("torch"), BY_TORCH, "torch")


@pytest.fixture(scope="module")
def here_with_callback(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """A small run of an assignment whose suite hands the submission a function."""
    return grade_here(tmp_path_factory.mktemp("callback"), BY_CALLBACK, "callback")


def param(hostile: Hostile) -> object:
    """A hostile submission as a parameter."""
    return pytest.param(hostile, id=hostile.name)


def words_of_the_student(details: dict) -> Iterator[tuple[str, str]]:
    """Everything in a details file that was said by the student's process: (where, text)."""
    for key in ("notes", "evidence"):
        yield key, json.dumps(details[key])
    for test in details["tests"]:
        result = test["result"]
        for key in ("summary", "exception", "frame", "printed", "evidence"):
            yield key, json.dumps(result[key])
        yield "detail", result["detail"].partition("In the submission:")[2]


def canaries_outside(graded: Graded, student: str) -> set[tuple[str, str]]:
    """Which canaries stand where in what left the sandbox: (canary, where)."""
    texts = [("results", graded.results(student)), *words_of_the_student(graded.details(student))]
    hidden = dict(vars(graded.course.canaries))
    found = {(name, where) for name, value in hidden.items() for where, text in texts if value in text}
    # a hidden test's input is known to the submission and may be seen by the TA; the student must not see it
    return {(name, where) for name, where in found if name != "input" or where == "results"}


def check_hostile(graded: Graded, hostile: Hostile) -> None:
    """What its docstring says of it, and no canary outside."""
    assert hostile.name not in graded.run.faults
    report = graded.run.reports[hostile.name]
    outcomes = graded.outcomes(hostile.name)
    assert {test: outcomes[test] for test, allowed in hostile.outcomes.items() if outcomes[test] not in allowed} == {}
    said = "".join(text for _, text in words_of_the_student(graded.details(hostile.name)))
    assert [word for word in hostile.words if f"loot: {word}" in said] == []
    assert report.score == hostile.score
    assert json.loads(graded.results(hostile.name))["score"] == hostile.score
    assert canaries_outside(graded, hostile.name) == set()


@pytest.mark.parametrize("hostile", [param(hostile) for hostile in BY_NUMPY])
def test_attack_earns_its_honest_part_here(hostile: Hostile, here: Graded) -> None:
    """Behind the boundary the attack scores what its honest part earns and carries nothing out."""
    check_hostile(here, hostile)


@pytest.mark.parametrize("hostile", [param(hostile) for hostile in BY_TORCH])
def test_attack_on_torch_earns_its_honest_part_here(hostile: Hostile, here_with_torch: Graded) -> None:
    """The same where the suite compares by torch."""
    check_hostile(here_with_torch, hostile)
    assert here_with_torch.run.reports["control"].score == 100


@pytest.mark.parametrize("hostile", [param(hostile) for hostile in BY_CALLBACK])
def test_attack_on_a_callback_earns_its_honest_part_here(hostile: Hostile, here_with_callback: Graded) -> None:
    """The same where the suite hands the submission a function."""
    check_hostile(here_with_callback, hostile)
    assert here_with_callback.run.reports["control"].score == 100


def test_nobody_is_left_ungraded(here: Graded) -> None:
    """No attack is taken for a fault of the machine's, and none keeps another submission from its grade."""
    assert here.run.faults == {}
    assert set(here.run.reports) == {*names(BY_NUMPY), "control", "planted"}


def test_control_keeps_everything(here: Graded) -> None:
    """A right submission beside all the attacks scores 100, and none of them reaches what is said of it."""
    assert here.run.reports["control"].score == 100
    assert canaries_outside(here, "control") == set()


@pytest.mark.parametrize("where", ["results", "printed", "exception", "detail"])
def test_search_finds_a_planted_canary(here: Graded, where: str) -> None:
    """A canary that a submission was handed on purpose is found in every place where the search looks."""
    assert ("planted", where) in canaries_outside(here, "planted")
    assert {name for name, _ in canaries_outside(here, "planted")} == {"planted"}


@pytest.mark.parametrize("place", ["suite", "expected", "input", "reference", "other", "result", "secret"])
def test_canary_is_planted_in_the_course(here: Graded, place: str) -> None:
    """Each canary stands in the file that it is to guard, so that a search without a find means something."""
    course, canary = here.course, getattr(here.course.canaries, place)
    homes = {
        "suite": course.tests / "test_hidden.py", "expected": course.tests / "test_hidden.py",
        "input": course.tests / "test_hidden.py", "reference": course.root / "reference/target/target.py",
        "other": course.submissions / "control/target.py", "result": course.out / "results/earlier.json",
        "secret": course.root / ".autograder/secret",
    }  # fmt: skip
    assert canary in homes[place].read_text()


def test_class_files_tell_nothing(here: Graded) -> None:
    """grades.csv, run.json and the journal hold no canary."""
    for name in ("grades.csv", "run.json", "journal.jsonl"):
        text = (here.course.out / name).read_text()
        assert not [place for place, canary in vars(here.course.canaries).items() if canary in text]


def test_results_are_the_graders_alone(here: Graded) -> None:
    """The results folder holds a file for each student and the earlier one, untouched; no ghost."""
    students = {*names(BY_NUMPY), "control", "planted", "earlier"}
    for folder in ("results", "details"):
        assert {path.stem for path in (here.course.out / folder).iterdir()} == students
    assert here.course.canaries.result in here.results("earlier")
    assert {path.name for path in here.course.out.iterdir()} == {
        "results", "details", "grades.csv", "run.json", "journal.jsonl",
    }  # fmt: skip


@pytest.mark.parametrize("student", ["flood_output", "huge_exception"])
def test_floods_are_cut(here: Graded, student: str) -> None:
    """What is kept of a submission is bounded, whatever it prints and raises."""
    for folder in ("results", "details"):
        assert (here.course.out / folder / f"{student}.json").stat().st_size < MAX_KEPT_BYTES


def test_network_is_silent(here: Graded) -> None:
    """The listener that the attack reached alone heard nothing."""
    assert not here.heard


def test_victim_is_unharmed(here: Graded) -> None:
    """The process that the attacks killed and traced alone lives on, untraced."""
    assert here.victim_lives


def test_machine_is_as_before(here: Graded) -> None:
    """Processes, mounts, control groups, temporary files and every file of the course are what they were."""
    assert here.after == here.before


def test_attack_is_evidence(here: Graded) -> None:
    """What broke the wire or ended its process is said to the TA."""
    assert "on the wire" in str(here.run.reports["forge_verdicts"].evidence)
    assert "on the wire" in str(here.run.reports["reply_twice"].evidence)
    assert "status 0" in str(here.run.reports["exit_in_call"].evidence)


LAYERS = {
    "root": {"read-only root", "own uid", "no capabilities", "no_new_privs", "seccomp"},
    "plain-user": {"read-only root", "user namespace", "no capabilities", "no_new_privs", "seccomp"},
    "plain-container": {"prepared read-only tree as root", "own uid", "no capabilities", "no_new_privs", "seccomp"},
}


def test_sandbox_is_the_whole_one(here: Graded) -> None:
    """The run used every layer that the machine has, not something weaker."""
    machine = os.environ.get(MACHINE, "root")
    assert set(here.layers) >= LAYERS[machine.removesuffix("-no-landlock")]
    assert any(layer.startswith("landlock") for layer in here.layers) is not machine.endswith("no-landlock")


# Holes that are known --------------------------------------------------------------------------------------
# Each is expected to fail until it is mended, strictly: a test that passes again says that its mark must go.


SUBTESTS = '''

import unittest


@pytest.mark.points(3)
def test_total_parts(subtests):
    """Sums, part by part."""
    for x in (1.0, 2.0):
        with subtests.test(x=x):
            assert target.total(np.array([x, x])) == 2 * x


class TestParts(unittest.TestCase):
    @pytest.mark.points(2)
    def test_total_parts(self):
        for x in (1.0, 2.0):
            with self.subTest(x=x):
                self.assertEqual(target.total(np.array([x, x])), 2 * x)
'''


def test_failed_subtests_earn_nothing(tmp_path: Path) -> None:
    """A test whose subtests fail is not passed."""
    course = build_course(tmp_path)
    hidden = course.tests / "test_hidden.py"
    text = hidden.read_text().replace("points(10)\ndef test_fit", "points(5)\ndef test_fit")
    hidden.write_text(text + SUBTESTS)
    lay(course, "half/target.py", HALF)
    run, _ = _grade(course)
    assert run.reports["control"].score == 100
    assert run.reports["half"].score == 40


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("odd/\udcff.py", id="not UTF-8"),
        pytest.param("a" * 252 + ".py", id="as long as a name can be"),
    ],
)
def test_strange_file_name_costs_nobody_their_grade(tmp_path: Path, name: str) -> None:
    """A submission with a strange name keeps no other from being graded."""
    course = build_course(tmp_path)
    lay(course, name, HALF)
    run, _ = _grade(course)
    assert run.reports["control"].score == 100


def test_file_name_cannot_take_anothers_place(tmp_path: Path) -> None:
    """A file name that is only almost another student's does not replace that student's submission."""
    (tmp_path / "alice.py").write_text("def total(X):\n    return X.sum()\n")
    (tmp_path / "alice_.py").write_text(HALF)
    found = {s.student: s.files for s in collect_submissions([tmp_path], ["target"]).submissions}
    assert "alice.py" in found["alice"]


def test_fork_server_survives_two_ends_at_once() -> None:
    """A process of the student's that ends in the moment in which its suite dies costs no other a sandbox."""
    place = open_sandbox("auto", ["numpy"])
    try:
        first, second = (place.client().spawn(Limits()) for _ in range(2))
        time.sleep(0.05)
        os.kill(place.process.pid, signal.SIGSTOP)  # busy with another request
        stat = Path(f"/proc/{place.process.pid}/stat")
        assert await_true(lambda: stat.read_text().rpartition(")")[2].split()[0] == "T", 5.0)
        os.kill(first.pid, signal.SIGKILL)
        for end in (first.reply, first.wire):
            end.close()
        for descriptor in (first.output_fd, first.pidfd):
            os.close(descriptor)
        time.sleep(0.2)
        os.kill(place.process.pid, signal.SIGCONT)
        time.sleep(0.3)
        alive = place.process.poll() is None
        with contextlib.suppress(GraderError):
            second.end()
        assert alive
    finally:
        place.close()


def rebuild_s(count: int) -> float:
    """CPU seconds that a set of `count` complex numbers with one and the same hash takes to be rebuilt."""
    node = ["s", *(["c", -1000003.0 * b, float(b)] for b in range(1, count))]
    started_s = time.process_time()
    with contextlib.suppress(wire.WireError):
        Decoder([], 0).decode(node)
    return time.process_time() - started_s


def test_answer_is_rebuilt_in_time_that_grows_with_its_length() -> None:
    """An answer four times as long takes four times as long, not sixteen times, whatever it holds."""
    assert rebuild_s(16_000) < 8 * max(rebuild_s(4_000), 0.01)


def test_answer_is_rebuilt_in_bounded_memory() -> None:
    """An answer of 1 MiB is not rebuilt as one of 300 MiB."""
    buffer = bytes(1 << 20)
    with pytest.raises(wire.WireError):
        Decoder([buffer], 0).decode(["l", *(["a", "uint8", [len(buffer)], 0] for _ in range(300))])


def test_results_name_no_path_of_the_machine(here: Graded) -> None:
    """What a student is shown of a public test names no folder of the grading machine."""
    assert str(here.course.root) not in here.results("change_argument")
