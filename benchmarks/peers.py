"""Side by side: the same tests on the same submissions by autograder and by other graders.

Usage: python benchmarks/peers.py [--quick]     (make bench makes the peers' environments under build/peers)

Each round runs every tool once over the nine ordinary submissions, and the limit before and after each; ratios are of a
round, and medians over the rounds are printed. A tool's start-up counts where it pays it for each submission; for
autograder it is a column of its own. One thread each. Scores are compared: all tools must agree.
"""

from __future__ import annotations

import csv
import json
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from limit import measure_limit_s, warm_up
from metering import Cost, run_metered
from peer_forms import put_gradescope, put_module, write_nbgrader_notebook, write_notebook, write_otter_tests
from rich.console import Console
from rich.table import Table
from workload import (
    COURSE,
    MODULE,
    ROOT,
    SUITE,
    copy_class,
    grade_command,
    has_begun,
    ordinary_files,
    parse_quick,
    write_figures,
)

PEERS = ROOT / "build" / "peers"
LIMITS = {"pytest": 6.0, "nbgrader": 7.0, "otter": 10.0}
"""How many times cheaper a submission must be here."""


@dataclass
class Grades:
    """What a tool made of a class.

    Attributes:
        cpu_s, wall_s: for all submissions.
        scores: tests passed, by student; None where the tool gave none.
        start_up_cpu_s: paid once for a class, and not in `cpu_s`.
        ended: how the command ended that graded a student.
        walls_s: its wall seconds, where it was theirs alone.
    """

    cpu_s: float = 0.0
    wall_s: float = 0.0
    scores: dict[str, float | None] = field(default_factory=dict)
    start_up_cpu_s: float = 0.0
    ended: dict[str, str] = field(default_factory=dict)
    walls_s: dict[str, float] = field(default_factory=dict)

    def add(self, student: str, cost: Cost, score: float | None) -> None:
        """Count one submission."""
        self.cpu_s += cost.cpu_s
        self.wall_s += cost.wall_s
        self.scores[student] = score
        self.ended[student] = how_ended(cost)
        self.walls_s[student] = cost.wall_s


def how_ended(cost: Cost) -> str:
    """A phrase for the end of a command."""
    return "killed by us" if cost.returncode is None else f"exit {cost.returncode}"


@dataclass(frozen=True)
class Bounds:
    """What the benchmark itself allows: wall seconds a command, and memory of all its processes."""

    give_up_s: float = 600.0
    memory_mib: int | None = None


def run_autograder(files: list[Path], place: Path, bounds: Bounds) -> Grades:
    """One call for all, one job."""
    copy_class(files, place / "class", len(files))
    out = place / "out"
    cost = run_metered(
        grade_command(place / "class", out, 1), ROOT, begun=has_begun(out),
        give_up_s=bounds.give_up_s * len(files), memory_mib=bounds.memory_mib,
    )  # fmt: skip
    grades = Grades(cost.rest_cpu_s, cost.rest_wall_s, start_up_cpu_s=cost.begun_cpu_s)
    for number, path in enumerate(files):
        details = out / "details" / f"s{number:04d}_{path.stem}.json"
        grades.scores[path.stem] = json.loads(details.read_text())["score"] if details.exists() else None
        grades.ended[path.stem] = how_ended(cost)
    return grades


def run_pytest(files: list[Path], place: Path, bounds: Bounds) -> Grades:
    """A fresh process for each."""
    grades = Grades()
    python = str(PEERS / "pytest" / "bin" / "python")
    for path in files:
        folder = place / path.stem
        put_module(folder, path)
        command = [python, "-m", "pytest", "-q", "--junitxml=results.xml", SUITE.name]
        cost = run_metered(command, folder, give_up_s=bounds.give_up_s, memory_mib=bounds.memory_mib)
        grades.add(path.stem, cost, _read(folder / "results.xml", _junit_score))
    return grades


def _junit_score(path: Path) -> float:
    suite = next(ElementTree.parse(path).getroot().iter("testsuite"))
    return int(suite.attrib["tests"]) - int(suite.attrib["failures"]) - int(suite.attrib["errors"])


def run_gradescope_utils(files: list[Path], place: Path, bounds: Bounds) -> Grades:
    """A fresh process for each, as Gradescope starts it."""
    grades = Grades()
    for path in files:
        folder = place / path.stem
        put_gradescope(folder, path)
        command = [str(PEERS / "gradescope_utils" / "bin" / "python"), "run_tests.py"]
        cost = run_metered(command, folder, give_up_s=bounds.give_up_s, memory_mib=bounds.memory_mib)
        grades.add(path.stem, cost, _read(folder / "results.json", lambda file: json.loads(file.read_text())["score"]))
    return grades


def run_nbgrader(files: list[Path], place: Path, bounds: Bounds) -> Grades:
    """One call for all of them; the assignment is made before, and not counted."""
    nbgrader = str(PEERS / "nbgrader" / "bin" / "nbgrader")
    environment = {"PATH": f"{PEERS}/nbgrader/bin:/usr/bin:/bin", "JUPYTER_CONFIG_DIR": str(place / "config")}
    stub = (COURSE / "student_templates" / MODULE / f"{MODULE}.py").read_text()
    write_nbgrader_notebook(place / "source" / "work" / "work.ipynb", stub)
    (place / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'bench'\n")
    made = run_metered([nbgrader, "generate_assignment", "work", "--create"], place, environment=environment)
    if made.returncode != 0:
        raise SystemExit(f"benchmarks: nbgrader generate_assignment: {made.output}")
    for path in files:
        write_nbgrader_notebook(place / "submitted" / path.stem / "work" / "work.ipynb", path.read_text())
    cost = run_metered(
        [nbgrader, "autograde", "work"], place, environment=environment,
        give_up_s=bounds.give_up_s * len(files), memory_mib=bounds.memory_mib,
    )  # fmt: skip
    run_metered([nbgrader, "export", "--to=grades.csv"], place, environment=environment)
    scores = _read_csv(place / "grades.csv")
    return Grades(
        cost.cpu_s, cost.wall_s, {path.stem: scores.get(path.stem) for path in files},
        ended={path.stem: how_ended(cost) for path in files},
    )  # fmt: skip


def _read_csv(path: Path) -> dict[str, float]:
    if not path.exists():
        return {}
    with path.open() as stream:
        return {row["student_id"]: float(row["raw_score"]) for row in csv.DictReader(stream) if row["timestamp"] != "-"}


def run_otter(files: list[Path], place: Path, bounds: Bounds) -> Grades:
    """`otter run`, a call for each, without a container; the zip is made before, and not counted."""
    otter = str(PEERS / "otter" / "bin" / "otter")
    environment = {"PATH": f"{PEERS}/otter/bin:/usr/bin:/bin"}
    write_otter_tests(place / "tests")
    made = run_metered([otter, "generate", "-t", "tests", "--no-requirements", "--no-environment"], place,
                       environment=environment)  # fmt: skip
    if made.returncode != 0:
        raise SystemExit(f"benchmarks: otter generate: {made.output}")
    grades = Grades()
    for path in files:
        folder = place / path.stem
        write_notebook(folder / "work.ipynb", path)
        cost = run_metered(
            [otter, "run", "--no-logo", "-a", "../autograder.zip", "work.ipynb"], folder, environment=environment,
            give_up_s=bounds.give_up_s, memory_mib=bounds.memory_mib,
        )  # fmt: skip
        grades.add(path.stem, cost, _read(folder / "results.json", _otter_score))
    return grades


def _otter_score(path: Path) -> float:
    return float(sum(test.get("score", 0.0) for test in json.loads(path.read_text())["tests"]))


def _read(path: Path, score: Callable[[Path], float]) -> float | None:
    try:
        return score(path)
    except (OSError, ValueError, KeyError, ElementTree.ParseError):
        return None


TOOLS: dict[str, Callable[[list[Path], Path, Bounds], Grades]] = {
    "autograder": run_autograder,
    "gradescope-utils": run_gradescope_utils,
    "pytest": run_pytest,
    "nbgrader": run_nbgrader,
    "otter": run_otter,
}


def check_peers() -> None:
    """End with a sentence where an environment is missing."""
    names = ("pytest", "gradescope_utils", "nbgrader", "otter")
    missing = [name for name in names if not (PEERS / name / "installed").exists()]
    if missing:
        raise SystemExit(f"benchmarks: {PEERS} has no {', '.join(missing)}; run `make peers`.")


def measure_round(files: list[Path], console: Console) -> dict[str, dict[str, float]]:
    """Every tool once: CPU and wall seconds a submission, and times the limit."""
    found: dict[str, dict[str, float]] = {}
    scores: dict[str, dict[str, float | None]] = {}
    before_s = measure_limit_s()
    for name, run in TOOLS.items():
        with tempfile.TemporaryDirectory() as place:
            grades = run(files, Path(place), Bounds())
        after_s = measure_limit_s()
        limit_s = (before_s + after_s) / 2
        cpu_s = grades.cpu_s / len(files)
        found[name] = {"cpu_s": cpu_s, "wall_s": grades.wall_s / len(files), "times_limit": cpu_s / limit_s,
                       "limit_s": limit_s}  # fmt: skip
        scores[name] = grades.scores
        console.print(f"{name:17} {cpu_s:.3f} CPU s a submission, limit {limit_s:.3f}: {grades.scores}")
        before_s = after_s
    for name, theirs in scores.items():
        if theirs != scores["autograder"]:
            console.print(f"[red]{name} gave other scores than autograder[/red]")
    return found


def main() -> None:
    """Measure and print."""
    quick = parse_quick(__doc__)
    console = Console()
    check_peers()
    warm_up()
    measure_limit_s()
    files = ordinary_files()[:3] if quick else ordinary_files()
    rounds = [measure_round(files, console) for _ in range(1 if quick else 3)]
    figures: dict[str, dict[str, float]] = {}
    table = Table(
        "tool", "CPU s", "wall s", "times the limit", "autograder is cheaper", "at least", title="a submission"
    )
    for name in TOOLS:
        figures[name] = {
            key: statistics.median(one[name][key] for one in rounds) for key in ("cpu_s", "wall_s", "times_limit")
        }
        figures[name]["times_ours"] = statistics.median(
            one[name]["times_limit"] / one["autograder"]["times_limit"] for one in rounds
        )
        one = figures[name]
        table.add_row(name, f"{one['cpu_s']:.2f}", f"{one['wall_s']:.2f}", f"{one['times_limit']:.2f}",
                      f"{one['times_ours']:.1f}", f"{LIMITS.get(name, '')}")  # fmt: skip
    write_figures("peers", {"tools": figures, "rounds": rounds}, quick=quick)
    console.print(table)


if __name__ == "__main__":
    main()
