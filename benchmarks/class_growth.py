"""Does grading a class grow in proportion to it? Grades the sample class, and the same class copied ten times.

Usage: python benchmarks/class_growth.py [COPIES]

Prints wall seconds a submission for both, their ratio, and that of the copied class's second half to its
first, by the order in which results were written. Both runs are on one machine, one after the other; quote ratios.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.jobs.local import Options, Progress, grade_class
from autograder.jobs.results import ResultsFolder
from autograder.sandbox import open_sandbox
from autograder.spec import load_assignment
from autograder.submission import collect_submissions
from autograder.verdict import GradeReport

ROOT = Path(__file__).parents[1]
ASSIGNMENT = "softmax_classifier"


class Stamps(Progress):
    """When each submission was done, in wall seconds since the reference was graded."""

    def __init__(self) -> None:
        self.started_s = 0.0
        self.done_s: list[float] = []

    def begin(self, total: int) -> None:
        self.started_s = time.monotonic()

    def advance(self, student: str, report: GradeReport | None) -> None:
        self.done_s.append(time.monotonic() - self.started_s)


def copy_class(folder: Path, copies: int) -> None:
    """The sample class `copies` times, each copy whole before the next begins."""
    for entry in sorted((ROOT / "examples" / "class" / ASSIGNMENT).iterdir()):
        for copy in range(copies):
            target = folder / f"{copy:02d}_{entry.name}"
            if entry.is_dir():
                shutil.copytree(entry, target)
            elif entry.suffix == ".py":
                shutil.copy(entry, target)


def measure(copies: int) -> tuple[int, float, Stamps]:
    """Grade the class; (submissions, wall seconds, when each was done)."""
    assignment = load_assignment(ROOT, ASSIGNMENT)
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as out:
        copy_class(Path(place), copies)
        submissions = collect_submissions([Path(place)], assignment.spec.modules).submissions
        stamps = Stamps()
        started_s = time.monotonic()
        sandbox = open_sandbox("auto", assignment.spec.packages)
        try:
            grade_class(submissions, assignment, sandbox, ResultsFolder(Path(out)), Options(2, b"bench"), stamps)
        finally:
            sandbox.close()
        return len(submissions), time.monotonic() - started_s, stamps


def main() -> None:
    """Measure and print."""
    copies = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    table = Table("class", "submissions", "wall s", "wall s / submission", title="growth")
    rates = []
    for times in (1, copies):
        count, wall_s, stamps = measure(times)
        rates.append(wall_s / count)
        table.add_row(f"x{times}", str(count), f"{wall_s:.1f}", f"{wall_s / count:.3f}")
    half = len(stamps.done_s) // 2
    first_s, second_s = stamps.done_s[half - 1], stamps.done_s[-1] - stamps.done_s[half - 1]
    console = Console()
    console.print(table)
    console.print(f"wall seconds a submission, x{copies} to x1: {rates[1] / rates[0]:.2f}")
    console.print(f"second half of the copied class to its first half, wall seconds: {second_s / first_s:.2f}")


if __name__ == "__main__":
    main()
