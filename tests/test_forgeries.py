"""Forged results: each forgery is shown to pass its test in plain pytest, and to gain nothing through the boundary."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from boundary import Student
from forgeries_course import Forgery, judge_alone, lay_course, read_forgeries
from through import Boundary, make_course

from autograder.proxy import sockets
from autograder.proxy.client import SandboxLostError
from autograder.sandbox import Zygote, open_sandbox
from autograder.testrun.host import TRUSTED_MEMORY_BYTES
from autograder.verdict import Outcome, TestResult

ALL = read_forgeries()
ALONE = [forgery for forgery in ALL if forgery.alone[1]]
MOST_MIB = TRUSTED_MEMORY_BYTES >> 20  # what a fork may take: what a test keeps of large answers is in it
MOST_TRUSTED_CPU_S = 5.0  # in one test, beyond what is charged to the student


def names(forgeries: list[Forgery]) -> list[str]:
    """Their test ids."""
    return [forgery.name for forgery in forgeries]


@dataclass(frozen=True)
class Use:
    """What the trusted process had used when a test ended: the most memory so far; CPU seconds in the test."""

    memory_mib: int
    cpu_s: float


@dataclass(frozen=True)
class Here:
    """What a forgery came to behind the boundary."""

    results: dict[str, TestResult]
    uses: dict[str, Use]

    @property
    def lost(self) -> set[str]:
        """The tests that did not pass."""
        return {name for name, result in self.results.items() if result.outcome is not Outcome.PASSED}


@pytest.fixture(scope="module")
def sandbox(needs_root: None) -> Iterator[Zygote]:
    """One warm sandbox for all."""
    sandbox = open_sandbox("namespaces", ["numpy", "torch"])
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="module")
def here(sandbox: Zygote, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Here]:
    """Every forgery, through one suite of NumPy and one of torch."""
    found: dict[str, Here] = {}
    for torch in (False, True):
        root = tmp_path_factory.mktemp("here")
        suite, right = lay_course(root, torch=torch)
        packages = ["numpy", "torch"] if torch else ["numpy"]
        course = make_course(suite, right, ["work"], packages, root / "course")
        toml = course / "assignments" / "parity" / "assignment.toml"
        toml.write_text(toml.read_text().replace("cpu_s = 2.0\nwall_s = 20.0", "cpu_s = 1.0\nwall_s = 6.0"))
        boundary = Boundary(course, sandbox)
        ledger = course / "assignments" / "parity" / "tests" / "ledger.txt"
        try:
            assert boundary.grade_reference() == 100
            for forgery in ALL:
                if forgery.needs_torch is torch:
                    ledger.write_text("")
                    results = boundary.results(forgery.lay(root / forgery.name))
                    found[forgery.name] = Here({_name(key): value for key, value in results.items()}, _read(ledger))
        finally:
            boundary.close()
    return found


def _name(nodeid: str) -> str:
    return nodeid.rpartition("::")[2]


def _read(ledger: Path) -> dict[str, Use]:
    lines = [line.split() for line in ledger.read_text().splitlines()]
    return {name: Use(int(memory), float(cpu)) for name, memory, _, cpu in lines}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """What plain pytest says of each forgery, by test."""
    return judge_alone(ALONE, tmp_path_factory.mktemp("alone"))


@pytest.mark.parametrize("forgery", ALONE, ids=names(ALONE))
def test_forgery_works_alone(forgery: Forgery, alone: dict[str, dict[str, str]]) -> None:
    """In one process the wrong submission has the verdict that it is after."""
    verdict, tests = forgery.alone
    assert {test: alone[forgery.name].get(test, "") for test in tests} == dict.fromkeys(tests, verdict)


@pytest.mark.parametrize("forgery", ALL, ids=names(ALL))
def test_forgery_gains_nothing_here(forgery: Forgery, here: dict[str, Here]) -> None:
    """Behind the boundary it loses the tests that it attacks, and no others: the next one has a fresh sandbox."""
    assert here[forgery.name].lost == set(forgery.lost)


@pytest.mark.parametrize("forgery", ALL, ids=names(ALL))
def test_forgery_earns_no_part_of_a_test(forgery: Forgery, here: dict[str, Here]) -> None:
    """No attacked test is paid in part."""
    results = here[forgery.name].results
    assert {test: results[test].credit for test in forgery.lost} == dict.fromkeys(forgery.lost, 0.0)


@pytest.mark.parametrize("forgery", ALL, ids=names(ALL))
def test_forgery_is_no_fault_of_the_grader(forgery: Forgery, here: dict[str, Here]) -> None:
    """Every test has a verdict that is about the student: no fault, and no death of the grader's own process."""
    results = here[forgery.name].results.values()
    assert not [result.nodeid for result in results if result.outcome in (Outcome.FAULT, Outcome.INVALID)]
    assert not [line for result in results for line in result.evidence if "the grader's own process" in line]


@pytest.mark.parametrize("forgery", ALL, ids=names(ALL))
def test_forgery_costs_the_trusted_side_little(forgery: Forgery, here: dict[str, Here]) -> None:
    """The trusted process stays small, and spends no more time on an answer than the student was charged for."""
    uses = here[forgery.name].uses
    assert max(use.memory_mib for use in uses.values()) < MOST_MIB + (600 if forgery.needs_torch else 0)
    assert max(use.cpu_s for use in uses.values()) < MOST_TRUSTED_CPU_S


def test_failed_import_is_over_at_once(sandbox: Zygote, tmp_path: Path) -> None:
    """A submission that cannot be imported costs each test the same little time, however many there are."""
    suite, right = tmp_path / "suite", tmp_path / "right"
    for folder, name, text in (
        (suite, "test_work.py", "import pytest, work\n@pytest.mark.parametrize('i', range(40))\n"
                                "def test_one(i):\n    assert work.one() == 1\n"),
        (right, "work.py", "def one():\n    return 1\n"),
        (tmp_path / "wrong", "work.py", "import no_such_module\n"),
    ):  # fmt: skip
        folder.mkdir()
        (folder / name).write_text(text)
    boundary = Boundary(make_course(suite, right, ["work"], ["numpy"], tmp_path / "course"), sandbox)
    try:
        used_s = []
        for submission in (right, tmp_path / "wrong"):
            started_s = time.monotonic()
            boundary.results(submission)
            used_s.append(time.monotonic() - started_s)
    finally:
        boundary.close()
    assert used_s[1] < 10 * max(used_s[0], 0.2)


def test_want_of_memory_costs_its_own_test_alone(shared_sandbox: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an answer does not fit into the trusted process, the next test does not read the rest of it as its own."""
    source = "import numpy as np\n\n\ndef large():\n    return np.zeros(25_000)\n\n\ndef one():\n    return 1\n"
    student = Student(shared_sandbox, source)

    def refuse(size: int) -> bytearray:
        if size == 200_000:
            raise MemoryError
        return bytearray(size)

    try:
        monkeypatch.setattr(sockets, "bytearray", refuse, raising=False)
        with pytest.raises((MemoryError, SandboxLostError)):
            student.call("large")
        assert student.call("one") == 1
    finally:
        student.close()
