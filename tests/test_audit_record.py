"""The committed records of the audits: made from what is here, and right where they are tried again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.audit.gate import sample_mutants, say_kept
from autograder.audit.mutants import make_mutants, name_mutants
from autograder.audit.record import digest_sources, read_record, render_page
from autograder.audit.running import Progress, Runner
from autograder.grading import grade_reference
from autograder.sandbox import Zygote, open_sandbox
from autograder.spec import load_assignment
from autograder.testrun.runner import Suite, key_for

ROOT = Path(__file__).parents[1]
ASSIGNMENTS = sorted(path.name for path in (ROOT / "reference").iterdir())
SAMPLE = 20 // len(ASSIGNMENTS)


@pytest.fixture(scope="module")
def sandbox(needs_root: None) -> Iterator[Zygote]:
    """One warm sandbox, torch included."""
    sandbox = open_sandbox("auto", ["numpy", "torch"])
    yield sandbox
    sandbox.close()


@pytest.mark.parametrize("assignment_id", ASSIGNMENTS)
def test_record_is_of_these_files(assignment_id: str) -> None:
    """The record's digests are those of suite, reference, marks and makers: else run `make audit`."""
    record = read_record(ROOT / "docs" / "audit" / f"{assignment_id}.json")
    assert record.digests == digest_sources(load_assignment(ROOT, assignment_id))


@pytest.mark.parametrize("assignment_id", ASSIGNMENTS)
def test_record_names_every_mutant_and_no_problem(assignment_id: str) -> None:
    """Every mutant that there is now stands in the record, none as a survivor, and every demand is met."""
    assignment = load_assignment(ROOT, assignment_id)
    record = read_record(ROOT / "docs" / "audit" / f"{assignment_id}.json")
    assert [fate.id for fate in record.automatic] == [mutant.id for mutant in make_mutants(assignment)]
    assert [fate.id for fate in record.named] == [mutant.id for mutant in name_mutants(assignment)]
    assert {fate.fate for fate in record.automatic} <= {"killed", "equivalent", "given", "not counted"}
    assert [problem for finding in record.findings for problem in finding.problems] == []


def test_page_is_of_these_records() -> None:
    """docs/audit/README.md is the table of the records beside it."""
    assert (ROOT / "docs" / "audit" / "README.md").read_text() == render_page(ROOT / "docs" / "audit")


@pytest.mark.parametrize("assignment_id", ASSIGNMENTS)
def test_named_mutants_and_a_sample_end_as_recorded(sandbox: Zygote, assignment_id: str) -> None:
    """Each named mutant loses the tests that it must; of four automatic ones that were killed each loses a test."""
    assignment = load_assignment(ROOT, assignment_id)
    killed = {
        f.id for f in read_record(ROOT / "docs" / "audit" / f"{assignment_id}.json").automatic if f.fate == "killed"
    }
    suite = Suite(assignment, sandbox, key_for(b"again", assignment_id))
    try:
        grade_reference(assignment, suite)
        runner = Runner(assignment, suite, 2, Progress())
        assert say_kept(runner, runner.judge_expected(name_mutants(assignment))) == []
        mutants = [mutant for mutant in make_mutants(assignment) if mutant.id in killed]
        sample = sample_mutants(mutants, SAMPLE, "a sample")
        assert [v.mutant.id for v in runner.judge(sample, "mutants", briefly=True) if not v.lost] == []
    finally:
        suite.close()
