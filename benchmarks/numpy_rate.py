"""How many submissions of the NumPy assignments are graded in a second, whole, with their results written.

Usage: python benchmarks/numpy_rate.py [--quick]

Two jobs. The class is made of the sample class's single files that are ordinary: right or wrong, but without a hang, an
exit, too much memory or a statement that never ends (such cost what their limits say). Start-up is counted in one
column and left out in the other.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from pathlib import Path

from metering import run_metered
from rich.console import Console
from rich.table import Table
from workload import ROOT, copy_class, grade_command, has_begun, parse_quick, write_figures

ASSIGNMENTS = ("pca_svd", "gradient_hessian")
LOST = {"timeout", "memory", "crashed"}


def grade(files: list[Path], count: int, assignment: str) -> tuple[dict[str, float], list[Path]]:
    """Grade a class of copies: seconds whole and after start-up, and who of the files is ordinary."""
    with tempfile.TemporaryDirectory() as place:
        submissions, out = Path(place) / "class", Path(place) / "out"
        copy_class(files, submissions, count)
        command = grade_command(submissions, out, 2, assignment, ROOT)
        cost = run_metered(command, ROOT, begun=has_begun(out))
        details = [json.loads(path.read_text()) for path in sorted((out / "details").glob("*.json"))]
        if cost.returncode != 0 or len(details) != count:
            raise SystemExit(f"benchmarks: {len(details)} of {count} were graded: {cost.output}")
        ordinary = [
            path
            for path, report in zip(files, details, strict=False)
            if not LOST & {test["result"]["outcome"] for test in report["tests"]}
            and not any("of CPU time" in note for note in report["notes"])  # passed over, at its limit
        ]
        figures = {"whole": count / cost.wall_s, "after_start_up": count / cost.rest_wall_s,
                   "cpu_ms": cost.rest_cpu_s / count * 1e3}  # fmt: skip
        return figures, ordinary


def main() -> None:
    """Measure and print."""
    quick = parse_quick(__doc__)
    count, rounds = (20, 1) if quick else (300, 3)
    classes = {}
    for assignment in ASSIGNMENTS:
        files = sorted((ROOT / "examples" / "class" / assignment).glob("*.py"))
        classes[assignment] = grade(files, len(files), assignment)[1]
    found: dict[str, list[dict[str, float]]] = {assignment: [] for assignment in ASSIGNMENTS}
    for _ in range(rounds):
        for assignment, files in classes.items():
            found[assignment].append(grade(files, count, assignment)[0])
    table = Table("assignment", "files", "submissions/s, whole", "after start-up", "CPU ms each", title="at least 15/s")
    figures = {}
    for assignment, rows in found.items():
        one = {key: statistics.median(row[key] for row in rows) for key in rows[0]}
        figures[assignment] = one | {"files": len(classes[assignment]), "submissions": count}
        table.add_row(assignment, str(len(classes[assignment])), f"{one['whole']:.1f}", f"{one['after_start_up']:.1f}",
                      f"{one['cpu_ms']:.0f}")  # fmt: skip
    write_figures("numpy_rate", figures, quick=quick)
    Console().print(table)


if __name__ == "__main__":
    main()
