"""The audit of one assignment: the visible list of its demands."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.audit.comparison import Agreement, compare_equivalents
from autograder.audit.equivalents import Equivalent, read_equivalents
from autograder.audit.health import CHECKS
from autograder.audit.mutants import Mutant, make_mutants, name_mutants
from autograder.audit.report import AuditReport, Finding, MutantRecord
from autograder.audit.running import Progress, Runner, Verdict
from autograder.errors import SpecError, did_you_mean
from autograder.grading import grade_reference
from autograder.reports.feedback import describe_score
from autograder.sandbox import Zygote
from autograder.spec import Assignment
from autograder.testrun.accelerator import Accelerator
from autograder.testrun.runner import Suite, key_for


@dataclass(frozen=True)
class Options:
    """How much is audited.

    Attributes:
        jobs: how many programs at a time.
        seed: what the tests' inputs and the sample are drawn from.
        sample: so many automatic mutants alone, drawn by the seed; 0: all.
        named_only: the named mutants alone, of all mutants.
    """

    jobs: int
    seed: str = "audit"
    sample: int = 0
    named_only: bool = False


def audit_assignment(assignment: Assignment, sandbox: Zygote, options: Options, progress: Progress) -> AuditReport:
    """Audit an assignment.

    Raises:
        SpecError: the suite cannot be collected, the reference does not score everything, or equivalent.toml is wrong.
        GraderError: the machine or the grader failed.
    """
    started_s = time.monotonic()
    suite = Suite(assignment, sandbox, key_for(f"audit {options.seed}".encode(), assignment.id))
    suite.accelerator = Accelerator("cpu", assignment.spec.packages)
    try:
        report = grade_reference(assignment, suite)
        runner = Runner(assignment, suite, options.jobs, progress)
        measured = f"{describe_score(report)}, {len(suite.tests)} tests"
        if runner.deferred:
            measured += f"; not audited, for want of a GPU: {', '.join(test.nodeid for test in runner.deferred)}"
        findings = [Finding(check="the reference scores everything", measured=measured)]
        findings += [check(runner) for check in CHECKS]
        named, finding = _audit_named(runner)
        findings.append(finding)
        automatic: list[MutantRecord] = []
        if not options.named_only:
            automatic, more = _audit_automatic(runner, named, options)
            findings += more
    finally:
        suite.close()
    return AuditReport(
        assignment=assignment.id,
        seed=options.seed,
        sample=options.sample,
        findings=tuple(findings),
        named=tuple(_record(verdict) for verdict in named),
        automatic=tuple(automatic),
        wall_s=round(time.monotonic() - started_s, 1),
    )


def _audit_named(runner: Runner) -> tuple[list[Verdict], Finding]:
    """Each classic mistake costs the tests that the author says."""
    functions = {test.function for test in runner.suite.tests}
    path = runner.assignment.folder / "assignment.toml"
    for named in runner.assignment.spec.mutant:
        for name in named.tests:
            if name not in functions:
                raise SpecError(
                    f"{path}: the mutant {named.name!r} names the test {name!r}{did_you_mean(name, functions)}"
                )
    verdicts = runner.judge(name_mutants(runner.assignment), "named mutants")
    problems = tuple(say_kept(runner, verdicts))
    measured = f"{len(verdicts) - len(problems)} of {len(verdicts)} lose every test that they must"
    return verdicts, Finding(check="each named mistake costs its tests", measured=measured, problems=problems)


def say_kept(runner: Runner, verdicts: Sequence[Verdict]) -> list[str]:
    """A sentence for each named mutant that passes a test which it must lose."""
    function_of = {test.nodeid: test.function for test in runner.suite.tests}
    deferred = {test.function for test in runner.deferred}
    problems = []
    for verdict in verdicts:
        lost = {function_of[nodeid] for nodeid in verdict.lost}
        kept = [name for name in verdict.mutant.must_fail if name not in lost | deferred]
        if kept:
            problems.append(f"the mutant {verdict.mutant.id!r} passes {', '.join(kept)}.")
    return problems


def _audit_automatic(
    runner: Runner, named: Sequence[Verdict], options: Options
) -> tuple[list[MutantRecord], list[Finding]]:
    every = make_mutants(runner.assignment)
    marked = read_equivalents(runner.assignment, every)
    mutants = every
    if options.sample:
        mutants = sample_mutants(every, options.sample, f"{options.seed} {runner.assignment.id}")
    unmarked = [mutant for mutant in mutants if mutant.id not in marked]
    verdicts = runner.judge(unmarked, "mutants")
    pairs = [(mutant, marked[mutant.id]) for mutant in mutants if mutant.id in marked]
    agreements = compare_equivalents(runner.assignment, runner.order, pairs)
    findings = [_find_survivors(verdicts, sampled=len(every) if options.sample else 0), _find_agreement(agreements)]
    if not options.sample:
        findings.append(_find_idle(runner, [*named, *verdicts]))
    records = {v.mutant.id: _record(v) for v in verdicts}
    records |= {a.mutant.id: _record_agreement(a) for a in agreements}
    return [records[mutant.id] for mutant in mutants], findings


def sample_mutants(mutants: Sequence[Mutant], count: int, seed: str) -> list[Mutant]:
    """So many mutants, the same for the same seed, in their order."""
    chosen = random.Random(seed).sample(range(len(mutants)), min(count, len(mutants)))  # noqa: S311  no secret
    return [mutants[place] for place in sorted(chosen)]


def _find_survivors(verdicts: Sequence[Verdict], sampled: int) -> Finding:
    counted = [verdict for verdict in verdicts if verdict.counted and not verdict.mutant.is_given]
    problems = tuple(say_survivor(verdict.mutant) for verdict in counted if verdict.survived)
    of = f" (a sample of {len(verdicts)} of {sampled})" if sampled else ""
    measured = f"{len(counted) - len(problems)} of {len(counted)} killed{of}"
    return Finding(check="no automatic mutant survives", measured=measured, problems=problems)


def say_survivor(mutant: Mutant) -> str:
    """A mutant that loses no test, where it is and what was changed."""
    before, after = (" / ".join(text.splitlines()) for text in (mutant.before, mutant.after))
    return f"{mutant.file}:{mutant.line}: {mutant.id} survives: {before} => {after}"


def _find_agreement(agreements: Sequence[Agreement]) -> Finding:
    problems = tuple(f"{a.mutant.id} is marked equivalent, but {a.problem}." for a in agreements if a.problem)
    fewest = min((a.compared.calls for a in agreements), default=0)
    measured = f"{len(agreements)} marked; each compared on {fewest} calls or more" if agreements else "none is marked"
    return Finding(check="what is marked equivalent agrees", measured=measured, problems=problems)


def _find_idle(runner: Runner, verdicts: Sequence[Verdict]) -> Finding:
    idle = runner.find_idle(verdicts)
    tests = runner.suite.tests
    problems = tuple(f"{test.nodeid} kills no mutant." for test in tests if test.nodeid in idle)
    measured = f"{len(tests) - len(problems)} of {len(tests)} tests"
    return Finding(check="every test kills a mutant", measured=measured, problems=problems)


def _record(verdict: Verdict) -> MutantRecord:
    fate = "killed" if verdict.lost else "given" if verdict.mutant.is_given else "survived"
    return _describe(verdict.mutant, fate if verdict.counted else "not counted", tuple(sorted(verdict.lost)))


def _record_agreement(agreement: Agreement) -> MutantRecord:
    record = _describe(agreement.mutant, "equivalent", ())
    found: Equivalent = agreement.equivalent
    return record.model_copy(update={"reason": found.reason, "compared": agreement.compared.calls})


def _describe(mutant: Mutant, fate: str, lost: tuple[str, ...]) -> MutantRecord:
    return MutantRecord(
        id=mutant.id,
        function=mutant.function,
        kind=mutant.kind,
        file=mutant.file,
        line=mutant.line,
        before=mutant.before,
        after=mutant.after,
        fate=fate,
        lost=lost,
    )
