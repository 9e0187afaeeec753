"""`autograder audit` on the assignment that `autograder new` makes: what it says, its exit codes, marks and records."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from small_course import AUTOGRADER

from autograder.audit.equivalents import read_equivalents
from autograder.audit.mutants import make_mutants
from autograder.audit.record import digest_sources, read_record
from autograder.errors import SpecError
from autograder.spec import load_assignment

ID = "least_squares"
MARK = """
[[equivalent]]
id = "{id}"
reason = "A square has no sign: the errors' own sign does not matter to their mean square."
"""


def run(course: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a course."""
    command = [AUTOGRADER, *arguments]
    return subprocess.run(command, cwd=course, capture_output=True, text=True, check=False, timeout=600)


@pytest.fixture(scope="module")
def course(needs_root: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new course with its first assignment."""
    course = tmp_path_factory.mktemp("audited") / "course"
    run(course.parent, "init", "course")
    run(course, "new", ID, "--title", "Least squares")
    return course


def mutant_id(course: Path, kind: str) -> str:
    """The name of the first mutant of `loss` of a kind."""
    return next(m.id for m in make_mutants(load_assignment(course, ID)) if m.function == "loss" and m.kind == kind)


def mark(course: Path, *ids: str) -> None:
    """Mark these mutants as equivalent, and no others."""
    path = course / "assignments" / ID / "equivalent.toml"
    path.write_text("".join(MARK.format(id=name) for name in ids))


def test_wrong_mark_is_found_out(course: Path) -> None:
    """What is marked equivalent and is none is a demand that is not met, with what differs; the exit code is 1."""
    right, wrong = mutant_id(course, "sign"), mutant_id(course, "return")
    mark(course, right, wrong)
    done = run(course, "audit", ID, "--json", "--quiet")
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    problems = [problem for finding in report["findings"] for problem in finding["problems"]]
    assert len(problems) == 1
    assert problems[0].startswith(f"{wrong} is marked equivalent, but it differs from the reference (loss, call 1: ")
    fates = {mutant["id"]: mutant for mutant in report["automatic"]}
    assert fates[right]["fate"] == "equivalent"
    assert fates[right]["compared"] >= 1000


def test_record_is_kept(course: Path) -> None:
    """With every survivor marked all demands are met; the record names files and mutants, the page their counts."""
    mark(course, mutant_id(course, "sign"))
    done = run(course, "audit", ID, "--record")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every demand is met" in done.stdout
    assignment = load_assignment(course, ID)
    record = read_record(course / "docs" / "audit" / f"{ID}.json")
    assert record.digests == digest_sources(assignment)
    assert [fate.id for fate in record.automatic] == [mutant.id for mutant in make_mutants(assignment)]
    assert f"`{ID}`" in (course / "docs" / "audit" / "README.md").read_text()


def test_part_of_an_audit_is_no_record(course: Path) -> None:
    """--record with --sample or --named is refused: exit code 2."""
    done = run(course, "audit", ID, "--record", "--named")
    assert done.returncode == 2
    assert "leave --named and --sample out" in done.stderr


def test_mark_of_no_mutant_is_refused(course: Path) -> None:
    """A mark of a mutant that there is not, or a second one, is an error that names the file and the mark."""
    assignment = load_assignment(course, ID)
    mutants = make_mutants(assignment)
    for ids, words in ((["loss:sign:00000000"], "is no mutant"), ([mutants[0].id] * 2, "twice")):
        mark(course, *ids)
        with pytest.raises(SpecError, match=r"equivalent\.toml") as caught:
            read_equivalents(assignment, mutants)
        assert words in str(caught.value)
