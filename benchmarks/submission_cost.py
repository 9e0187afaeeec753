"""What a submission costs `autograder grade`, times the limit, and what of it is the grader's own.

Usage: python benchmarks/submission_cost.py [--quick]

Rounds: the limit, a class, the limit, the class with start-up over 200 submissions, the limit. A ratio is of
neighbours in a round; medians over the rounds are printed. What a lost sandbox costs is counted on
submissions that lose none or six.
"""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from limit import measure_limit_s, warm_up
from metering import Cost, run_metered
from rich.console import Console
from rich.table import Table
from workload import (
    COURSE,
    MODULE,
    ROOT,
    copy_class,
    describe_machine,
    grade_command,
    has_begun,
    ordinary_files,
    parse_quick,
    write_figures,
)

NEVER_S = 1.0  # how long a test may wait, in the course in which submissions sleep for ever


@dataclass(frozen=True)
class Sizes:
    """How much is measured: submissions of a class, of the large one, rounds, submissions that lose sandboxes."""

    few: int = 36
    many: int = 200
    rounds: int = 5
    large_rounds: int = 2
    losing: int = 9


QUICK = Sizes(few=9, many=18, rounds=1, large_rounds=1, losing=4)


def grade(
    files: list[Path], count: int, *, jobs: int = 1, change: Callable[[str], str] = str, course: Path = COURSE
) -> tuple[Cost, list[dict[str, Any]]]:
    """Grade a class of `count` copies; the cost, and the details of each submission."""
    with tempfile.TemporaryDirectory() as place:
        submissions, out = Path(place) / "class", Path(place) / "out"
        copy_class(files, submissions, count, change)
        command = grade_command(submissions, out, jobs, course=course)
        cost = run_metered(command, ROOT, begun=has_begun(out))
        if cost.returncode != 0:
            raise SystemExit(f"benchmarks: {' '.join(command)} ended with {cost.returncode}: {cost.output}")
        return cost, [json.loads(path.read_text()) for path in sorted((out / "details").glob("*.json"))]


def students_cpu_s(details: list[dict[str, Any]]) -> float:
    """CPU seconds that the tests of all reports charge to the students' code."""
    return float(sum(test["result"].get("cpu_s", 0.0) for report in details for test in report["tests"]))


def measure_rounds(sizes: Sizes, console: Console) -> list[dict[str, float]]:
    """CPU seconds a submission, of the limit and of `grade`, round by round."""
    rounds = []
    measure_limit_s()  # the first forks after the warm-up pay for what the others share
    before_s = measure_limit_s()
    for number in range(sizes.rounds):
        cost, details = grade(ordinary_files(), sizes.few)
        after_s = measure_limit_s()
        one = {
            "limit": (before_s + after_s) / 2,
            "submission": cost.rest_cpu_s / sizes.few,
            "beyond_students": (cost.rest_cpu_s - students_cpu_s(details)) / sizes.few,
            "start_up": cost.begun_cpu_s,
            "wall": cost.rest_wall_s / sizes.few,
        }
        before_s = after_s
        if number < sizes.large_rounds:
            cost, _ = grade(ordinary_files(), sizes.many)
            after_s = measure_limit_s()
            one["with_start_up"] = cost.cpu_s / sizes.many
            one["large"] = cost.rest_cpu_s / sizes.many
            one["large_limit"] = (before_s + after_s) / 2
            before_s = after_s
        console.print("round", number, {key: round(value, 4) for key, value in one.items()})
        rounds.append(one)
    return rounds


# Sandboxes that are lost ---------------------------------------------------------------------------------------

ENDS = {
    "raise": "    raise RuntimeError\n",
    "exit": "    import os; os._exit(3)\n",
    "sleep": "    import time; time.sleep(1e6)\n",
    "loop": "    while True: pass\n",
}
SIX = "def softmax("  # four tests call it, and two of the gradient's


def put_end(end: str, text: str) -> str:
    """The submission with `softmax` ending as it is told: six tests lose their sandbox."""
    head, found, rest = text.partition(SIX)
    assert found
    line, _, body = rest.partition("\n")
    return f"{head}{found}{line}\n{end}{body}"


def make_hasty_course(folder: Path) -> Path:
    """The course, in which a test has little time: a hang costs what the grader adds, and not the limit alone."""
    shutil.copytree(COURSE, folder, ignore=shutil.ignore_patterns(".autograder", "__pycache__"))
    path = folder / "assignments" / MODULE / "assignment.toml"
    text = path.read_text()
    for old, new in (("wall_s = 30.0", f"wall_s = {NEVER_S}"), ("cpu_s = 2.0", "cpu_s = 1.0")):
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return folder


def measure_lost(sizes: Sizes, console: Console) -> dict[str, float]:
    """CPU milliseconds for each sandbox lost, by how it was, beyond what the student's code used."""
    with tempfile.TemporaryDirectory() as place:
        course = make_hasty_course(Path(place) / "course")
        own_s, lost, wall_s = {}, {}, {}
        for end in ENDS:
            files = [path for path in ordinary_files() if path.stem == "ada"]
            cost, details = grade(files, sizes.losing, change=partial(put_end, ENDS[end]), course=course)
            own_s[end] = (cost.rest_cpu_s - students_cpu_s(details)) / sizes.losing
            lost[end] = statistics.mean(report["sandboxes"] for report in details) - 1
            wall_s[end] = cost.rest_wall_s / sizes.losing
            own_ms = own_s[end] * 1e3
            console.print(f"{end}: own {own_ms:.1f} ms CPU, {lost[end]:g} sandboxes lost, {wall_s[end]:.2f} s")
    return {end: (own_s[end] - own_s["raise"]) / lost[end] * 1e3 for end in ENDS if lost[end]}


def main() -> None:
    """Measure and print."""
    quick = parse_quick(__doc__)
    sizes = QUICK if quick else Sizes()
    console = Console()
    warm_up()
    rounds = measure_rounds(sizes, console)
    lost_ms = measure_lost(sizes, console)
    large = [one for one in rounds if "large" in one]
    figures = {
        "machine": describe_machine(),
        "limit_cpu_s": statistics.median(one["limit"] for one in rounds),
        "submission_cpu_s": statistics.median(one["submission"] for one in rounds),
        "times_limit": statistics.median(one["submission"] / one["limit"] for one in rounds),
        "large_times_limit": statistics.median(one["large"] / one["large_limit"] for one in large),
        "with_start_up_times_limit": statistics.median(one["with_start_up"] / one["large_limit"] for one in large),
        "own_ms": statistics.median((one["submission"] - one["limit"]) * 1e3 for one in rounds),
        "beyond_students_ms": statistics.median(one["beyond_students"] * 1e3 for one in rounds),
        "start_up_cpu_s": statistics.median(one["start_up"] for one in rounds),
        "lost_ms": lost_ms,
        "sizes": vars(sizes),
        "rounds": rounds,
    }
    write_figures("submission_cost", figures, quick=quick)
    table = Table("what", "measured", "at most", title="CPU a submission")
    table.add_row("the limit, s", f"{figures['limit_cpu_s']:.3f}", "")
    table.add_row("autograder, s", f"{figures['submission_cpu_s']:.3f}", "")
    table.add_row("start-up, s a run", f"{figures['start_up_cpu_s']:.2f}", "")
    table.add_row("times the limit", f"{figures['times_limit']:.3f}", "1.20")
    table.add_row(f"times the limit, {sizes.many} submissions", f"{figures['large_times_limit']:.3f}", "1.20")
    table.add_row("the same with start-up", f"{figures['with_start_up_times_limit']:.3f}", "1.25")
    table.add_row("above the test bodies, ms", f"{figures['own_ms']:.1f}", "40")
    table.add_row("beyond what the reports charge to the tests, ms", f"{figures['beyond_students_ms']:.1f}", "")
    for end, ms in lost_ms.items():
        table.add_row(f"more for a sandbox lost to {end}, ms", f"{ms:.1f}", "10")
    console.print(table)


if __name__ == "__main__":
    main()
