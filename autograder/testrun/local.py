"""The public tests on a student's own machine: the suite and the judgement of `grade`, pipes in place of a sandbox.

Everything runs in this process but the student's code, which runs in a process of its own for each submission. Where
the reference is here it is run first, and what it came to holds for the submissions, as in `grade`; else contract.json
says it.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from autograder.contract import Contract, PublicTest, digest_suites, read_contract
from autograder.errors import GraderError, SpecError
from autograder.guess import guess_names
from autograder.proxy import handles, modules
from autograder.proxy.account import Names
from autograder.proxy.client import Submission
from autograder.proxy.described import DescribedModules
from autograder.proxy.modules import AssignmentModules, NoReferenceError, ReferenceModules
from autograder.proxy.pipes import pipe_channels
from autograder.spec import PUBLIC_PREFIX, Assignment
from autograder.testrun import plugin
from autograder.testrun.accelerator import defer
from autograder.testrun.host import last_line, pytest_arguments, run_test
from autograder.testrun.job import Job
from autograder.testrun.judgement import sentence
from autograder.testrun.runner import TestRun
from autograder.verdict import ExpectedTest, Outcome, TestResult
from autograder.workspace import Workspace

SUITE_CHANGED: Final = "The public tests are not as they were handed out: grading may say otherwise."
_OPTIMISERS: Final = re.compile(rb"\boptim\b")


@dataclass(frozen=True)
class PublicRun:
    """The public tests, and what each submission's came to, in the order in which they were given."""

    tests: tuple[ExpectedTest, ...]
    runs: tuple[TestRun, ...]
    notes: tuple[str, ...]
    every: tuple[ExpectedTest, ...] = ()
    """All tests, hidden ones too, where the reference is here."""
    reference: tuple[TestResult, ...] = ()
    """What the reference came to in the public ones, where it is here."""


def run_public_tests(assignment: Assignment, workspaces: Sequence[Workspace]) -> PublicRun:
    """Run the public tests against each workspace.

    pytest is set up once in this process, and can be for one assignment alone.

    Raises:
        SpecError: the suites cannot be collected, or the reference, where it is here, does not pass them.
        GraderError: a process for the submission could not be started.
    """
    contract = None if assignment.has_reference else read_contract(assignment)
    found = _find_modules(assignment, contract, workspaces)
    tensors = "torch" in assignment.spec.packages
    if tensors:
        import torch

        torch.set_num_threads(1)
    names = Names(modules.install_proxies(found), modules.argument_names, tensors)
    if isinstance(found, ReferenceModules):
        plugin.set_reference(found.loaded)
    session = _PublicSession(assignment, contract=contract, workspaces=workspaces, names=names)
    with _quiet_pytest(assignment.public_suites[0].parent) as folder:
        suites = [assignment.tests] if assignment.has_reference else assignment.public_suites
        status = pytest.main(pytest_arguments(suites, folder), plugins=[plugin, session])
    if session.error is not None:
        raise session.error
    if not session.done:
        raise SpecError(f"{folder}: pytest did not run the public tests ({status!r}); run pytest there.")
    changed = contract is not None and contract.suite_digest != digest_suites(assignment.public_suites)
    notes = (SUITE_CHANGED,) if changed else ()
    return PublicRun(tuple(session.tests), tuple(session.runs), notes, tuple(session.every), tuple(session.reference))


def collect_tests(assignment: Assignment) -> tuple[ExpectedTest, ...]:
    """All tests of an assignment whose reference is here, with their points; none is run.

    pytest is set up once in this process, and can be for one assignment alone.

    Raises:
        SpecError: the suites cannot be collected, or the points of the tests do not sum to the assignment's.
    """
    found = ReferenceModules(assignment.reference.resolve(), assignment.spec.modules)
    modules.install_proxies(found)
    plugin.set_reference(found.loaded)
    collection = _Collection(assignment)
    with _quiet_pytest(assignment.tests) as folder:
        status = pytest.main(pytest_arguments([assignment.tests], folder), plugins=[plugin, collection])
    if isinstance(collection.error, SpecError):
        raise SpecError(f"{folder}: {collection.error}")
    if collection.error is not None:
        raise collection.error
    if collection.problem or not collection.done:
        problem = collection.problem or f"pytest did not collect the tests ({status!r})"
        raise SpecError(f"{folder}: {problem}; run pytest there.")
    return tuple(collection.tests)


def _find_modules(
    assignment: Assignment, contract: Contract | None, workspaces: Sequence[Workspace]
) -> AssignmentModules:
    """The reference, or what stands for it: described by the contract, or guessed from suites and submission."""
    if assignment.has_reference:
        return ReferenceModules(assignment.reference.resolve(), assignment.spec.modules)
    if contract is not None:
        return DescribedModules(contract.modules)
    suites = [path.read_bytes() for path in assignment.public_suites]
    files = workspaces[0].files if workspaces else {}
    names = assignment.spec.modules
    return DescribedModules({name: guess_names(name, suites, files.get(f"{name}.py", b"")) for name in names})


@contextlib.contextmanager
def _quiet_pytest(folder: Path) -> Iterator[Path]:
    """Pytest says nothing, takes nothing from the environment, leaves nothing, and writes paths relative to folder."""
    folder = folder.resolve()
    environment = dict(os.environ)
    leaves_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    for name in environment:
        if name.startswith("PYTEST_"):
            del os.environ[name]
    try:
        with (
            contextlib.chdir(folder),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            yield folder
    finally:
        os.environ.update(environment)
        sys.dont_write_bytecode = leaves_bytecode
        handles.current = None


@dataclass
class _Facts:
    """What the reference came to in a test."""

    asked: list[str] | None = None
    subtests: int = 0
    cpu_s: float = 0.0


@dataclass
class _Collection:
    """A pytest plug-in that collects the suites, and runs nothing."""

    assignment: Assignment
    tests: list[ExpectedTest] = field(default_factory=list)
    error: BaseException | None = None
    done: bool = False
    problem: str = ""

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember the first file that could not be collected."""
        if report.failed and not self.problem:
            self.problem = f"{report.nodeid} cannot be collected ({last_line(report).rstrip('.')})"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run everything; what goes wrong is raised by who called pytest."""
        try:
            self._run(session)
        except BaseException as error:  # noqa: BLE001  pytest would make a report of it, or swallow it
            self.error = error
        return True

    def _run(self, session: pytest.Session) -> None:
        if not self.problem:
            self.tests = plugin.list_tests(session.items, self.assignment.spec.points)
            self.done = True


@dataclass(kw_only=True)
class _PublicSession(_Collection):
    """Its run loop runs the public tests for one submission after another."""

    contract: Contract | None
    workspaces: Sequence[Workspace]
    names: Names
    runs: list[TestRun] = field(default_factory=list)
    every: list[ExpectedTest] = field(default_factory=list)
    reference: list[TestResult] = field(default_factory=list)
    facts: Mapping[str, _Facts] = field(default_factory=dict)

    def _run(self, session: pytest.Session) -> None:
        if self.problem:
            raise SpecError(f"{self.assignment.public_suites[0].parent}: {self.problem}.")
        items = [item for item in session.items if item.path.name.startswith(PUBLIC_PREFIX)]
        self.tests = self._describe(session.items, items)
        self.facts = self._find_facts(items)
        self.runs = [self._run_submission(items, workspace) for workspace in self.workspaces]
        self.done = True

    def _describe(self, every: list[pytest.Item], items: list[pytest.Item]) -> list[ExpectedTest]:
        """The public tests: with the points that they have among all, where all are known."""
        if self.assignment.has_reference:
            self.every = plugin.list_tests(every, self.assignment.spec.points)
            return [test for test in self.every if test.public]
        known = {test.expected.nodeid: test.expected for test in self._contract_tests()}
        return [known.get(test.nodeid, test) for test in plugin.describe_tests(items, 0.0)]

    def _contract_tests(self) -> tuple[PublicTest, ...]:
        return self.contract.tests if self.contract is not None else ()

    def _find_facts(self, items: list[pytest.Item]) -> dict[str, _Facts]:
        if not self.assignment.has_reference:
            return {
                test.expected.nodeid: _Facts(list(test.asked), test.subtests, test.cpu_s)
                for test in self._contract_tests()
            }
        spec = self.assignment.spec
        files = {f"{name}.py": (self.assignment.reference / f"{name}.py").read_bytes() for name in spec.modules}
        files |= self.assignment.public_files
        run = self._run_submission(items, Workspace("reference", files, tuple(spec.modules), "reference", (), ""))
        self.reference = list(run.results)
        for result in run.results:
            if result.outcome not in (Outcome.PASSED, Outcome.DEFERRED):
                why = result.summary or result.detail.rpartition("\n")[2] or result.outcome.label
                raise SpecError(
                    f"{self.assignment.reference} does not pass {result.nodeid} ({why.rstrip('.')}); mend one of them."
                )
        return {result.nodeid: _Facts(list(result.asked), result.subtests, result.cpu_s) for result in run.results}

    def _run_submission(self, items: list[pytest.Item], workspace: Workspace) -> TestRun:
        """All the public tests against one workspace."""
        started_s = time.monotonic()
        job = self._job(workspace)
        texts = (*job.files.values(), *(path.read_bytes() for path in self.assignment.public_suites))
        channels = pipe_channels(self.assignment.spec.packages, optimises=any(map(_OPTIMISERS.search, texts)))
        submission = Submission(
            channels, job.files, tuple(job.modules), job.limits, job.import_seed,
            self.names, cells=job.cells, forbidden=job.forbidden, refused=job.refused,
        )  # fmt: skip
        handles.current = submission
        try:
            results = [self._run_test(items, index, submission, job) for index in range(len(items))]
        finally:
            submission.close()
            handles.current = None
        failure = submission.import_failure
        return TestRun(
            results=tuple(results),
            peak_memory_mib=submission.peak_memory_mib,
            sandboxes=submission.sandboxes,
            wall_s=time.monotonic() - started_s,
            import_failure=sentence(failure.sentence) if failure else "",
            passed_over=tuple(submission.notes()),
        )

    def _run_test(self, items: list[pytest.Item], index: int, submission: Submission, job: Job) -> TestResult:
        if _needs_gpu(self.tests[index]):
            return defer(self.tests[index], "check takes no GPU")
        after = zip(items[index + 1 :], self.tests[index + 1 :], strict=True)
        following = next((item for item, test in after if not _needs_gpu(test)), None)
        stash = items[index].stash
        if plugin.raised in stash:  # by an earlier submission
            del stash[plugin.raised]
        result = run_test(items[index], following, self.tests[index], submission, job)
        error = stash.get(plugin.raised, None)
        if isinstance(error, NoReferenceError):
            return TestResult(nodeid=result.nodeid, outcome=Outcome.DEFERRED, summary=str(error), seed=result.seed)
        if result.outcome in (Outcome.FAULT, Outcome.INVALID):
            raise GraderError(result.summary or "A test was not judged; run the command again.")
        return result

    def _job(self, workspace: Workspace) -> Job:
        limits = self.assignment.spec.limits
        facts = {test.nodeid: self.facts.get(test.nodeid, _Facts()) for test in self.tests}
        allowed = {nodeid: fact.asked for nodeid, fact in facts.items() if fact.asked is not None}
        return Job(
            files=workspace.files,
            modules=list(workspace.modules),
            limits=limits,
            cpu_limits_s={t.nodeid: limits.test_cpu_s(facts[t.nodeid].cpu_s, t.timeout_s) for t in self.tests},
            seeds={test.nodeid: _seed(workspace, test.nodeid) for test in self.tests},
            subtests={nodeid: fact.subtests for nodeid, fact in facts.items() if fact.subtests},
            allowed=allowed if len(allowed) == len(facts) else None,
            import_seed=int(_seed(workspace, "import")[-8:], 16),
            cells=workspace.cells,
            forbidden=self.assignment.spec.forbidden,
            refused=workspace.forbidden,
        )


def _needs_gpu(test: ExpectedTest) -> bool:
    """Whether a test cannot be run on a student's machine: there the processor alone computes."""
    return test.gpus > 0 and not test.runs_on_cpu


def _seed(workspace: Workspace, test: str) -> str:
    """As in `grade`, but for the key: a student's machine has none. Public tests have their inputs written in them."""
    return hashlib.sha256(f"check\0{workspace.source_digest}\0{test}".encode()).hexdigest()
