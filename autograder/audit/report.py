"""What an audit found: frozen records, their JSON, and a table."""

from __future__ import annotations

from typing import Final

from rich.table import Table

from autograder.verdict import Record

_FATES: Final = ("killed", "survived", "equivalent", "given", "not counted")


class Finding(Record):
    """One demand on a suite, and where it is not met.

    Attributes:
        check: the demand, in a few words.
        measured: what was found, in a few words, where it is met too.
        problems: a sentence each; none where it is met.
    """

    check: str
    measured: str
    problems: tuple[str, ...] = ()


class MutantRecord(Record):
    """What became of a mutant."""

    id: str
    function: str
    kind: str
    file: str
    line: int
    before: str
    after: str
    fate: str
    """killed, survived, equivalent; given: a check of the stub's is left out and no test is lost, since NumPy or a
    function that is called raises the same error, say; not counted: it only raises TypeError or NameError."""
    lost: tuple[str, ...]
    """The node ids of the tests that it lost: all of its function's and some of the others."""
    reason: str = ""
    """Why it is equivalent, for the author."""
    compared: int = 0
    """On how many different calls a mutant that is marked equivalent was compared with the reference."""


class AuditReport(Record):
    """An assignment's audit."""

    assignment: str
    seed: str
    sample: int
    """How many automatic mutants were drawn; 0: all."""
    findings: tuple[Finding, ...]
    named: tuple[MutantRecord, ...] = ()
    automatic: tuple[MutantRecord, ...] = ()
    wall_s: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether every demand is met."""
        return not any(finding.problems for finding in self.findings)


def render_findings(report: AuditReport) -> Table:
    """A row a demand."""
    table = Table(title=f"Audit of {report.assignment}", title_justify="left")
    table.add_column("")
    table.add_column("what is asked of the suite")
    table.add_column("found", overflow="fold")
    for finding in report.findings:
        mark = "[red]no[/red]" if finding.problems else "[green]yes[/green]"
        table.add_row(mark, finding.check, finding.measured)
    return table


def render_functions(report: AuditReport) -> Table:
    """A row a function: its mutants by fate."""
    table = Table(title="Automatic mutants", title_justify="left")
    table.add_column("function")
    for fate in _FATES:
        table.add_column(fate, justify="right")
    for function in dict.fromkeys(record.function for record in report.automatic):
        fates = [record.fate for record in report.automatic if record.function == function]
        counts = (fates.count(fate) for fate in _FATES)
        table.add_row(function, *(str(count) if count else "" for count in counts))
    return table
