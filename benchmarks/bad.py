"""What each tool makes of submissions that hang, swallow, exit, lack an import or fill the memory.

Usage: python benchmarks/bad.py [--quick]     (make peers makes the peers' environments)

Each is graded together with an ordinary one, so that a grader which loses its other students shows it. The benchmark's
own bounds keep the machine whole: a command is killed after a minute a submission, and its processes may hold 4 GiB.
One test of twelve meets the harm, so 11 is the score that such a submission has earned.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from peers import TOOLS, Bounds, check_peers
from rich.console import Console
from rich.table import Table
from workload import bad_files, ordinary_files, parse_quick, write_figures

EARNED = 11


def measure(run: Any, bad: Path, bounds: Bounds) -> dict[str, Any]:
    """One tool on one bad submission and a right one."""
    right = ordinary_files()[0]
    with tempfile.TemporaryDirectory() as place:
        grades = run([bad, right], Path(place), bounds)
    return {
        "score": grades.scores[bad.stem],
        "neighbour": grades.scores[right.stem],
        "ended": grades.ended.get(bad.stem, ""),
        "wall_s": grades.walls_s.get(bad.stem, grades.wall_s),
    }


def say(one: dict[str, Any]) -> str:
    """A cell of the table."""
    score = "no score" if one["score"] is None else f"{one['score']:g}"
    killed = ", killed by us" if one["ended"] == "killed by us" else ""
    given = "no score" if one["neighbour"] is None else f"{one['neighbour']:g}"
    neighbour = "" if one["neighbour"] == 12 else f", its neighbour {given}"
    return f"{score}{killed}{neighbour} ({one['wall_s']:.0f} s)"


def main() -> None:
    """Measure and print."""
    quick = parse_quick(__doc__)
    check_peers()
    console = Console(width=150)
    bounds = Bounds(give_up_s=20.0 if quick else 60.0, memory_mib=4096)
    tools = {name: TOOLS[name] for name in (["autograder", "pytest"] if quick else TOOLS)}
    table = Table("submission", *tools, title=f"points of 12 ({EARNED} are earned)")
    figures: dict[str, dict[str, Any]] = {}
    for bad in bad_files():
        row = figures[bad.stem] = {}
        for name, run in tools.items():
            row[name] = measure(run, bad, bounds)
            console.print(f"{bad.stem}, {name}: {say(row[name])}; {row[name]['ended']}")
        table.add_row(bad.stem, *(say(row[name]) for name in tools))
    write_figures("bad", figures, quick=quick)
    console.print(table)


if __name__ == "__main__":
    main()
