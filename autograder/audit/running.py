"""Mutants through the ordinary sandbox, a few at a time: which tests each of them loses."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Final

from autograder.audit.mutants import Mutant, read_code
from autograder.audit.solutions import find_functions
from autograder.errors import GraderError
from autograder.spec import Assignment
from autograder.submission import Submission
from autograder.templates.notebook import assign_tests
from autograder.testrun.runner import Suite, refuse_tests
from autograder.verdict import IMPORT_FAILED, ExpectedTest, Outcome, TestResult
from autograder.workspace import prepare_workspace

_TRIES: Final = 2
_NO_MISTAKE: Final = re.compile(r"Your code raised (?:TypeError|NameError|UnboundLocalError)\b")
"""What a mutant that is no program of sense ends in: a student would see it at once."""


@dataclass
class Verdict:
    """What became of a mutant.

    Attributes:
        ran: how many tests were run against it.
        lost: the node ids of those that it did not pass.
        counted: False where it does nothing but raise TypeError or NameError.
    """

    mutant: Mutant
    ran: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    counted: bool = True

    @property
    def survived(self) -> bool:
        """Whether no test was lost."""
        return self.counted and not self.lost


class Progress:
    """What an audit tells while it goes on; the base class says nothing."""

    def begin(self, what: str, total: int) -> None:
        """A part of the audit begins, of so many runs."""

    def advance(self) -> None:
        """One run more is done."""


class Runner:
    """Runs programs against a suite, several at a time.

    Args:
        assignment: whose.
        suite: collected, and its reference graded.
        jobs: how many at a time.
        progress: told of each.
    """

    def __init__(self, assignment: Assignment, suite: Suite, jobs: int, progress: Progress) -> None:
        self.assignment = assignment
        self.suite = suite
        self.jobs = jobs
        self.progress = progress
        self.files = {
            f"{module}.py": (assignment.reference / f"{module}.py").read_bytes() for module in assignment.spec.modules
        }
        self.order = Order(assignment, suite)

    @property
    def deferred(self) -> list[ExpectedTest]:
        """The tests that the audit says nothing of, since they need a GPU."""
        reference = self.suite.reference
        return [test for test in self.suite.tests if reference[test.nodeid].outcome is Outcome.DEFERRED]

    def run(
        self, name: str, files: dict[str, bytes], tests: Sequence[int] | None = None, whole: int | None = None
    ) -> tuple[TestResult, ...]:
        """What the tests come to for the reference with these files in the place of its own.

        Raises:
            GraderError: the machine or the grader failed, twice.
        """
        submission = Submission(name, {**self.files, **files})
        for attempt in range(_TRIES):
            try:
                workspace = prepare_workspace(submission, self.assignment)
                run = refuse_tests(workspace, self.suite.tests) or self.suite.run(workspace, tests, whole=whole)
            except GraderError:
                if attempt + 1 == _TRIES:
                    raise
                continue
            faults = [r for r in run.results if r.outcome in (Outcome.FAULT, Outcome.INVALID)]
            if not faults:
                return tuple(result for result in run.results if result.outcome is not Outcome.DEFERRED)
        raise GraderError(f"{name}: {faults[0].nodeid} was not judged ({faults[0].summary}); run the audit again.")

    def run_all(self, what: str, calls: Iterable[Callable[[], None]]) -> None:
        """Run these, `jobs` at a time.

        Raises:
            GraderError: one could not be run.
        """
        calls = list(calls)
        self.progress.begin(what, len(calls))
        pool = ThreadPoolExecutor(max_workers=self.jobs)
        try:
            pending: set[Future[None]] = {pool.submit(call) for call in calls}
            while pending:
                done, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                    self.progress.advance()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        pool.shutdown()

    def judge(self, mutants: Sequence[Mutant], what: str, *, briefly: bool = False) -> list[Verdict]:
        """Run all tests of the function that each mutant changes, and the others until one is lost.

        A named mutant meets every test, and so does a survivor.

        Args:
            mutants: what to run.
            what: for the progress.
            briefly: end a mutant with its first loss.
        """
        verdicts = [Verdict(mutant) for mutant in mutants]
        self.run_all(what, [bind(self._judge, verdict, briefly) for verdict in verdicts])
        return verdicts

    def judge_expected(self, mutants: Sequence[Mutant]) -> list[Verdict]:
        """Run the tests alone that each named mutant must lose."""
        verdicts = [Verdict(mutant) for mutant in mutants]
        self.run_all("named mutants", [bind(self._judge_expected, verdict) for verdict in verdicts])
        return verdicts

    def find_idle(self, verdicts: Sequence[Verdict]) -> set[str]:
        """The node ids of the tests that kill no mutant, each tried on all of them."""
        killed = {nodeid for verdict in verdicts if verdict.counted for nodeid in verdict.lost}
        idle = {test.nodeid for test in self.suite.tests} - killed - {test.nodeid for test in self.deferred}
        rounds = [[v for v in verdicts if v.counted and set(self.order.own_names(v.mutant)) & idle], verdicts]
        for chosen in rounds:
            for first in range(0, len(chosen), 2 * self.jobs):
                some = [v for v in chosen[first : first + 2 * self.jobs] if v.counted and idle - v.ran]
                if idle and some:
                    self.run_all("tests that have killed nothing yet", [bind(self._retry, v, idle) for v in some])
                    idle -= {nodeid for verdict in some for nodeid in verdict.lost}
        return idle

    def _judge(self, verdict: Verdict, briefly: bool) -> None:
        mutant = verdict.mutant
        places, own = self.order.of(mutant)
        whole = None if mutant.must_fail else 0 if briefly else own
        _take(verdict, self.run(mutant.id, {mutant.file: mutant.source}, places, whole))

    def _judge_expected(self, verdict: Verdict) -> None:
        mutant = verdict.mutant
        places = [place for place, test in enumerate(self.suite.tests) if test.function in mutant.must_fail]
        _take(verdict, self.run(mutant.id, {mutant.file: mutant.source}, places, len(places)))

    def _retry(self, verdict: Verdict, idle: set[str]) -> None:
        places = [i for i, test in enumerate(self.suite.tests) if test.nodeid in idle - verdict.ran]
        mutant = verdict.mutant
        _take(verdict, self.run(mutant.id, {mutant.file: mutant.source}, places, len(places)))


def bind(function: Callable[..., None], *args: object) -> Callable[[], None]:
    """A call that is put off."""
    return lambda: function(*args)


def _take(verdict: Verdict, results: Sequence[TestResult]) -> None:
    lost = [result for result in results if result.outcome is not Outcome.PASSED]
    verdict.ran |= {result.nodeid for result in results}
    verdict.lost |= {result.nodeid for result in lost}
    if lost:
        verdict.counted = verdict.counted and not all(
            _NO_MISTAKE.match(result.summary) or result.summary == IMPORT_FAILED for result in lost
        )


class Order:
    """In which order a mutant meets the tests: those of its function, of what calls it, all others."""

    def __init__(self, assignment: Assignment, suite: Suite) -> None:
        self.tests = suite.tests
        self.calls: dict[str, set[str]] = {}
        names: list[str] = []
        for module in assignment.spec.modules:
            tree = read_code(assignment, f"{module}.py").tree
            for qualname, function in find_functions(tree):
                top = qualname.partition(".")[0]
                loaded = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
                self.calls.setdefault(top, set()).update(loaded)
            names += [n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
        self.names = names
        owned = assign_tests(suite.tests, [name for name in names if not name.startswith("_")])
        self.owned = {name: [test.nodeid for test in tests] for name, tests in owned.items() if name}

    def callers(self, name: str) -> list[str]:
        """The functions that lead to one, the nearest first, itself included."""
        found = [name]
        for near in found:
            found += [other for other in self.names if near in self.calls.get(other, ()) and other not in found]
        return found

    def own_names(self, mutant: Mutant) -> list[str]:
        """The node ids of the tests of the function that was changed; of those that call it, where it has none."""
        callers = self.callers(mutant.top)
        near = next((self.owned[name] for name in callers if self.owned.get(name)), [])
        if mutant.top.startswith("_") or not mutant.top:
            near = [nodeid for name in callers for nodeid in self.owned.get(name, ())]
        return near

    def of(self, mutant: Mutant) -> tuple[list[int], int]:
        """The places of all tests in the order for this mutant, and how many of them are its function's own."""
        own = self.own_names(mutant)
        others = [n for name in self.callers(mutant.top) for n in self.owned.get(name, ()) if n not in own]
        rank = {nodeid: number for number, nodeid in enumerate([*own, *others])}
        last = len(rank)
        places = sorted(range(len(self.tests)), key=lambda place: (rank.get(self.tests[place].nodeid, last), place))
        return places, len(own)
