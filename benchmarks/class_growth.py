"""Does a class ten times as large take ten times as long, in the same memory, and are two jobs twice as fast?

Usage: python benchmarks/class_growth.py [--quick]

Classes of 10, 100 and 1,000 submissions at two jobs: seconds for each submission more, from one size to the next, and
the memory of all processes together (PSS, looked at twice a second, start-up included). Then one job and two in turn.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from metering import Cost, run_metered
from rich.console import Console
from rich.table import Table
from workload import ROOT, copy_class, grade_command, has_begun, ordinary_files, parse_quick, write_figures

SIZES = {10: 5, 100: 3, 1000: 1}  # submissions: how often
QUICK_SIZES = {4: 1, 8: 1, 16: 1}
SAMPLE_S = 0.5


def grade(count: int, jobs: int, sample_s: float | None = None) -> Cost:
    """Grade a class of `count`."""
    with tempfile.TemporaryDirectory() as place:
        submissions, out = Path(place) / "class", Path(place) / "out"
        copy_class(ordinary_files(), submissions, count)
        cost = run_metered(grade_command(submissions, out, jobs), ROOT, begun=has_begun(out), sample_s=sample_s)
        written = len(list((out / "results").glob("*.json")))
        if cost.returncode != 0 or written != count:
            raise SystemExit(f"benchmarks: {written} of {count} were graded: {cost.output}")
        return cost


def measure_growth(sizes: dict[int, int], console: Console) -> dict[int, dict[str, float]]:
    """Medians by size: wall and CPU seconds after start-up, peak memory; the small ones between the large ones."""
    costs: dict[int, list[Cost]] = {size: [] for size in sizes}
    for turn in range(max(sizes.values())):
        for size, times in sizes.items():
            if turn < times:
                cost = grade(size, 2, SAMPLE_S)
                costs[size].append(cost)
                console.print(
                    f"{size}: {cost.rest_wall_s:.2f} s, {cost.rest_cpu_s:.2f} CPU s, {cost.peak_pss_mib:.0f} MiB "
                    f"({cost.missed_looks} of {cost.missed_looks + len(cost.pss_mib)} looks missed)"
                )
    return {
        size: {
            "wall_s": statistics.median(cost.rest_wall_s for cost in found),
            "cpu_s": statistics.median(cost.rest_cpu_s for cost in found),
            "start_up_s": statistics.median(cost.begun_wall_s for cost in found),
            "peak_pss_mib": statistics.median(cost.peak_pss_mib for cost in found),
        }
        for size, found in costs.items()
    }


def measure_jobs(count: int, pairs: int, console: Console) -> list[float]:
    """How many times as fast two jobs are, start-up left out, pair by pair."""
    ratios = []
    for _ in range(pairs):
        one, two = (grade(count, jobs).rest_wall_s for jobs in (1, 2))
        console.print(f"{count} submissions: one job {one:.1f} s, two jobs {two:.1f} s")
        ratios.append(one / two)
    return ratios


def slope(found: dict[int, dict[str, float]], key: str, low: int, high: int) -> float:
    """Seconds for each submission more, from one size to another."""
    return (found[high][key] - found[low][key]) / (high - low)


def main() -> None:
    """Measure and print."""
    quick = parse_quick(__doc__)
    console = Console()
    sizes = QUICK_SIZES if quick else SIZES
    found = measure_growth(sizes, console)
    jobs = measure_jobs(*((8, 1) if quick else (60, 3)), console)
    low, middle, high = sizes
    growth = {key: slope(found, key, middle, high) / slope(found, key, low, middle) for key in ("wall_s", "cpu_s")}
    peaks = [found[size]["peak_pss_mib"] for size in sizes]
    figures = {"sizes": found, "growth": growth, "jobs": jobs, "two_jobs": statistics.median(jobs)}
    write_figures("class_growth", figures, quick=quick)
    table = Table(
        "submissions",
        "s after start-up",
        "CPU s after start-up",
        "peak MiB",
        title="growth, two jobs",
    )
    for size, one in found.items():
        table.add_row(str(size), f"{one['wall_s']:.2f}", f"{one['cpu_s']:.2f}", f"{one['peak_pss_mib']:.0f}")
    console.print(table)
    console.print(
        f"s a submission more, {middle} to {high} over {low} to {middle}: wall {growth['wall_s']:.2f}, CPU "
        f"{growth['cpu_s']:.2f} (0.90 to 1.10)"
    )
    console.print(
        f"memory, largest peak over smallest: {max(peaks) / min(peaks):.2f} (at most 1.10); {max(peaks):.0f} MiB of 600"
    )
    console.print(f"two jobs are {statistics.median(jobs):.2f} times as fast as one (at least 1.8)")


if __name__ == "__main__":
    main()
