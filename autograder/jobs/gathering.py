"""What tasks of a cluster graded, taken into the results: each submission once, whoever graded it and how often.

A task's report is taken only if its journal says that it graded these bytes by this suite, key, grader and packages.
The driver alone writes results, and keeps with each report what it hangs on, the sandbox of the node included.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder import __version__
from autograder.jobs.arrays import NodeRecord, read_node
from autograder.jobs.class_run import ClassRun
from autograder.jobs.ground import Ground, key_digest
from autograder.jobs.merging import fill_in
from autograder.jobs.origin import GradeOrigin, find_origins
from autograder.jobs.results import Journal, ResultsFolder, read_events, read_report
from autograder.overrides import Overrides
from autograder.scoring import apply_overrides, machine_report
from autograder.submission import Submission
from autograder.testrun.accelerator import Choice
from autograder.verdict import GradeReport, Outcome


class Gathering:
    """The results of a class that a cluster grades.

    Args:
        run: what comes of it.
        folder: the results'.
        journal: their journal, held.
        ground: what every grade hangs on, without the sandbox.
        sandbox: what `--sandbox` said.
        device: what `--device` said.
        overrides: a TA's own verdicts.
    """

    def __init__(
        self,
        run: ClassRun,
        folder: ResultsFolder,
        journal: Journal,
        ground: Ground,
        sandbox: str,
        device: Choice,
        overrides: Overrides,
    ) -> None:
        self.run = run
        self.folder = folder
        self.journal = journal
        self.ground = ground
        self.sandbox = sandbox
        self.device = device
        self.overrides = overrides
        self.hosts: dict[str, str] = {}
        self.nodes = self._recall_nodes()
        self._node_of: dict[str, NodeRecord] = {}
        self._told = find_origins(journal.path).keys()
        self._tasks: set[str] = set()
        self._early: dict[str, list[GradeReport]] = {}
        self._seen: dict[Path, tuple[int, dict[str, GradeOrigin]]] = {}

    # ---- sandboxes of nodes

    def _recall_nodes(self) -> list[NodeRecord]:
        """The kinds of sandbox in which nodes graded for earlier runs that asked for the same."""
        found = []
        for event in read_events(self.journal.path):
            if event.get("event") == "node" and event.get("asked") == self.sandbox:
                name, layers = event.get("backend"), event.get("layers")
                if isinstance(name, str) and isinstance(layers, list):
                    found.append(NodeRecord(name=name, layers=tuple(map(str, layers))))
        return list(dict.fromkeys(found))

    def note_task(self, node: NodeRecord) -> bool:
        """Note that a task has begun; whether its sandbox is of a kind that this run has not met."""
        if node.job not in self._tasks:
            self._tasks.add(node.job)
            self.journal.append("task", job=node.job, host=node.host, gpus=node.gpus)
        self.hosts[node.host] = node.name
        kind = NodeRecord(name=node.name, layers=node.layers)
        if kind not in self.nodes:
            self.journal.append("node", asked=self.sandbox, backend=kind.name, layers=list(kind.layers), host=node.host)
            self.nodes.append(kind)
        if any((used.name, used.layers) == (kind.name, kind.layers) for used in self.run.sandboxes):
            return False
        self.run.sandboxes.append(kind)
        return True

    # ---- what holds

    def keep(self, submission: Submission) -> bool:
        """Take over the result of an earlier run, if it hangs on the very same things."""
        report = self.folder.read_report(submission.student)
        if report is None:
            return False
        for node in self.nodes:
            if report.grade_key == self._key(report, submission, node):
                self.run.reports[submission.student] = report
                self.run.kept.add(submission.student)
                self._node_of[submission.student] = node
                if submission.student not in self._told:  # a run ended between the report and its line in the journal
                    self._note("graded", submission, report)
                return True
        return False

    def _key(self, report: GradeReport, submission: Submission, node: NodeRecord) -> str:
        """The digest that a local run in the node's sandbox would give, its devices those of the report."""
        layers = " ".join((node.name, *node.layers))
        where = [
            self.device if test.result.outcome is Outcome.DEFERRED or self.device == "cpu" else "gpu"
            for test in report.tests
            if test.expected.gpus
        ]
        return replace(self.ground, sandbox=" ".join((layers, *where))).grade_key(submission)

    def waits_for(self, student: str, gpus: int) -> bool:
        """Whether a report holds tests that are put off for want of just so many GPUs."""
        report = self.run.reports.get(student)
        return report is not None and any(
            test.expected.gpus == gpus and test.result.outcome is Outcome.DEFERRED for test in report.tests
        )

    # ---- what comes

    def collect(self, attempt: Path, wanted: Iterable[Submission]) -> dict[str, GradeReport]:
        """The reports of these submissions that an attempt has left by now, by student; not yet taken."""
        if read_node(attempt) is None:
            return {}
        origins = self._read_origins(attempt / "journal.jsonl")
        found = {}
        for submission in wanted:
            origin = origins.get(submission.student)
            if origin is None or not self._is_ours(origin, submission):
                continue
            report = read_report(attempt, submission.student)
            if report is not None and not report.faults:
                found[submission.student] = report
        return found

    def _read_origins(self, journal: Path) -> dict[str, GradeOrigin]:
        try:
            size = journal.stat().st_size
        except OSError:
            return {}
        if self._seen.get(journal, (-1, {}))[0] != size:
            self._seen[journal] = size, find_origins(journal)
        return self._seen[journal][1]

    def _is_ours(self, origin: GradeOrigin, submission: Submission) -> bool:
        ground, made = self.ground, origin.run
        same = (made.assignment_digest, made.environment_digest) == (ground.assignment, ground.environment)
        return same and made.seed_digest == key_digest(ground.key) and origin.submission == submission.digest

    def explain(self, attempt: Path, submission: Submission) -> str:
        """Why what an attempt graded of a submission cannot be taken; empty where that is not so."""
        origin, node = self._read_origins(attempt / "journal.jsonl").get(submission.student), read_node(attempt)
        if origin is None or node is None or self._is_ours(origin, submission):
            return ""
        if origin.run.environment_digest != self.ground.environment:
            return f"The node {node.host} has another grader, Python or packages than this machine; use one for both."
        return "The assignment or its secret has changed while the class was graded; run the command again."

    def take(self, submission: Submission, report: GradeReport, node: NodeRecord) -> GradeReport:
        """Make a report the student's, with what a job with GPUs had found before."""
        student = submission.student
        self._node_of[student] = node
        early = self._early.pop(student, [])
        for later in early:
            report = fill_in(report, later)[0]
        return self._write("graded", submission, report)

    def fill(self, submission: Submission, later: GradeReport) -> None:
        """Fill in what was put off, at once or when the rest is there."""
        student = submission.student
        report = self.run.reports.get(student)
        if report is None:
            self._early.setdefault(student, []).append(later)
            return
        filled, tests = fill_in(machine_report(report), later)
        if tests:
            self._write("filled in", submission, filled, tests=tests)

    def _write(self, event: str, submission: Submission, report: GradeReport, **more: Any) -> GradeReport:
        student = submission.student
        key = self._key(report, submission, self._node_of[student])
        report = apply_overrides(report, self.overrides.of(student)).model_copy(update={"grade_key": key})
        self.folder.write_report(report, __version__)
        self._note(event, submission, report, **more)
        self.run.reports[student] = report
        return report

    def _note(self, event: str, submission: Submission, report: GradeReport, **more: Any) -> None:
        facts = {"student": submission.student, "key": report.grade_key, "submission": submission.digest}
        self.journal.append(event, **facts, score=report.score, **more)

    def fail(self, student: str, why: str) -> None:
        """Leave a student ungraded: what cannot be graded now has no score."""
        self.journal.append("fault", student=student, why=why)
        self.folder.remove_report(student)
        self.run.faults[student] = why
