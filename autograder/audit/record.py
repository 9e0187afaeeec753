"""What an audit leaves to be committed: a record of the assignment, and a table of all records, in docs/audit.

A record names the digests of what it was made from, so that a test finds out when a suite has changed since.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from autograder.audit.equivalents import FILE_NAME
from autograder.audit.report import AuditReport, Finding, MutantRecord
from autograder.errors import SpecError
from autograder.spec import Assignment
from autograder.verdict import Record
from autograder.writing import write_whole

_MAKERS: Final = ("mutants", "numerics", "operators", "solutions")
"""What decides which mutants there are."""


class Fate(Record):
    """A mutant in a record."""

    id: str
    fate: str
    lost: tuple[str, ...] = ()
    """Node ids of tests that it lost."""


class AuditRecord(Record):
    """An audit as it is committed."""

    assignment: str
    seed: str
    digests: dict[str, str]
    """SHA-256 of each file that it was made from, by its path in the course; of the makers of mutants, by module."""
    findings: tuple[Finding, ...]
    named: tuple[Fate, ...]
    automatic: tuple[Fate, ...]


def make_record(assignment: Assignment, report: AuditReport, digests: dict[str, str]) -> AuditRecord:
    """The record of a report; the digests are those from before the audit."""
    return AuditRecord(
        assignment=assignment.id,
        seed=report.seed,
        digests=digests,
        findings=report.findings,
        named=tuple(_shorten(record) for record in report.named),
        automatic=tuple(_shorten(record) for record in report.automatic),
    )


def digest_sources(assignment: Assignment) -> dict[str, str]:
    """SHA-256 of what the mutants and the tests of an assignment are made of."""
    folder = assignment.folder
    paths = [folder / "assignment.toml", folder / FILE_NAME, *sorted(assignment.tests.glob("*.py"))]
    paths += [assignment.reference / f"{module}.py" for module in assignment.spec.modules]
    found = {path.relative_to(assignment.course).as_posix(): _digest(path) for path in paths if path.is_file()}
    return found | {f"autograder.audit.{name}": _digest(Path(__file__).with_name(f"{name}.py")) for name in _MAKERS}


def write_record(assignment: Assignment, report: AuditReport, digests: dict[str, str]) -> Path:
    """Write the record and the table of all that lie beside it; the record's path.

    Raises:
        SpecError: a file cannot be written, or another record cannot be read.
    """
    folder = assignment.course / "docs" / "audit"
    path = folder / f"{assignment.id}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, _render(make_record(assignment, report, digests)).encode())
        write_whole(folder / "README.md", render_page(folder).encode())
    except OSError as error:
        raise SpecError(f"{path} cannot be written ({error.strerror}); mend that and run the audit again.") from None
    return path


def read_record(path: Path) -> AuditRecord:
    """Read a record.

    Raises:
        SpecError: it is missing or damaged.
    """
    try:
        return AuditRecord.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise SpecError(f"{path} is missing; run autograder audit {path.stem} --record.") from None
    except ValidationError:
        raise SpecError(f"{path} is no record of an audit; run autograder audit {path.stem} --record.") from None


def render_page(folder: Path) -> str:
    """A table of the records in a folder.

    Raises:
        SpecError: one is damaged.
    """
    lines = [
        "# What the audits found", "",
        "Made by `autograder audit ID --record`. The records beside this page name every mutant and the digests of",
        "what they were made from; docs/authors.md says what is asked of a suite.", "",
        "| assignment | named | automatic | killed | survive | equivalent | given | not counted | demands not met |",
        "|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for path in sorted(folder.glob("*.json")):
        record = read_record(path)
        fates = Counter(fate.fate for fate in record.automatic)
        counts = [fates[name] for name in ("killed", "survived", "equivalent", "given", "not counted")]
        unmet = sum(bool(finding.problems) for finding in record.findings)
        cells = [f"`{record.assignment}`", len(record.named), len(record.automatic), *counts, unmet]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    for path in sorted(folder.glob("*.json")):
        record = read_record(path)
        lines += ["", f"## {record.assignment}", "", "| asked | found |", "|---|---|"]
        lines += [f"| {finding.check} | {finding.measured} |" for finding in record.findings]
        lines += [f"\n- {problem}" for finding in record.findings for problem in finding.problems]
    return "\n".join(lines) + "\n"


def _shorten(record: MutantRecord) -> Fate:
    return Fate(id=record.id, fate=record.fate, lost=record.lost)


def _render(record: AuditRecord) -> str:
    """JSON with a mutant a line."""
    table = record.model_dump(mode="json")
    parts = []
    for key, value in table.items():
        if isinstance(value, list):
            rows = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in value)
            parts.append(f' "{key}": [\n{rows}\n ]')
        else:
            parts.append(f' "{key}": {json.dumps(value, indent=2, ensure_ascii=False)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
