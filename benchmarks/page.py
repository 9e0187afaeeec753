"""Writes the tables of docs/benchmarks.md from what the benchmarks left in build/bench.

Usage: python benchmarks/page.py     (make bench-page does this and draws the plots)

A table stands between `<!-- figures: NAME -->` and `<!-- end -->`; the sentences around it are written by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from bad import say
from workload import BUILD, ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
NAMES = {"pytest": "plain pytest", "otter": "otter `run`"}
BAD_NAMES = {
    "endless_loop": "an endless loop",
    "swallowing_loop": "one that swallows every exception",
    "exit": "`os._exit(0)`",
    "import_error": "an import of what is not there",
    "eight_gigabytes": "8 GB of memory",
}
LOST_NAMES = {"exit": "an exit", "sleep": "a sleep (ended after 1 s)", "loop": "an endless loop"}


def make_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def make_peers(found: dict[str, Any]) -> str:
    """Each tool's CPU and wall seconds, beside the limit and beside ours."""
    rows = [
        [NAMES.get(name, name), f"{one['cpu_s']:.2f}", f"{one['wall_s']:.2f}", f"{one['times_limit']:.2f}",
         f"{one['times_ours']:.1f}"]
        for name, one in sorted(found["tools"].items(), key=lambda item: item[1]["times_limit"])
    ]  # fmt: skip
    return make_table(["tool", "CPU s", "wall s", "times the limit", "times autograder"], rows)


def make_cost(found: dict[str, Any]) -> str:
    """What a submission and a lost sandbox cost, beside what was aimed at."""
    sizes = found["sizes"]
    rows = [
        ["the limit, CPU s", f"{found['limit_cpu_s']:.3f}", ""],
        [f"times the limit, classes of {sizes['few']}", f"{found['times_limit']:.2f}", "1.20"],
        [f"times the limit, classes of {sizes['many']}", f"{found['large_times_limit']:.2f}", "1.20"],
        ["the same with start-up", f"{found['with_start_up_times_limit']:.2f}", "1.25"],
        ["above the test bodies, ms CPU", f"{found['own_ms']:.0f}", "40"],
        ["start-up of a run, CPU s", f"{found['start_up_cpu_s']:.1f}", ""],
    ]
    rows += [
        [f"more for each sandbox lost to {LOST_NAMES[end]}, ms CPU", f"{ms:.0f}", "10"]
        for end, ms in found["lost_ms"].items()
    ]
    return make_table(["what", "measured", "aimed at, at most"], rows)


def make_floor(found: dict[str, Any]) -> str:
    """What a fork of a warm process costs with nothing of a grader in it."""
    rows = [
        ["page faults of a sandbox until its first call is answered", f"{found['sandbox_faults']}"],
        ["page faults of the bare child", f"{found['faults']:.0f}"],
        ["the fork, ms CPU", f"{found['fork_ms']:.1f}"],
        ["namespaces, page faults and the end of the child, ms CPU", f"{found['child_ms']:.1f}"],
        ["together, ms CPU", f"{found['all_ms']:.1f}"],
    ]
    return make_table(["what", "measured"], rows)


def make_growth(found: dict[str, Any]) -> str:
    """Classes of three sizes, and what the sizes and jobs come to."""
    rows = [
        [
            f"{int(size):,}",
            f"{one['wall_s']:.1f}",
            f"{one['cpu_s']:.1f}",
            f"{one['peak_pss_mib']:.0f}",
        ]
        for size, one in found["sizes"].items()
    ]
    table = make_table(["submissions", "s after start-up", "CPU s after start-up", "peak, MiB"], rows)
    peaks = [one["peak_pss_mib"] for one in found["sizes"].values()]
    low, middle, high = (f"{int(size):,}" for size in found["sizes"])
    facts = [
        [f"seconds a submission more, {middle} to {high}, over those from {low} to {middle}",
         f"{found['growth']['wall_s']:.2f}", "0.90 to 1.10"],
        ["the same, CPU", f"{found['growth']['cpu_s']:.2f}", "0.90 to 1.10"],
        ["peak, largest over smallest", f"{max(peaks) / min(peaks):.2f}", "at most 1.10"],
        ["largest peak, MiB", f"{max(peaks):.0f}", "under 600"],
        ["two jobs, times as fast as one", f"{found['two_jobs']:.2f}", "at least 1.80"],
    ]  # fmt: skip
    return f"{table}\n\n{make_table(['what', 'measured', 'aimed at'], facts)}"


def make_rate(found: dict[str, Any]) -> str:
    """The NumPy assignments' rates."""
    rows = [
        [
            f"`{name}`",
            str(one["submissions"]),
            f"{one['whole']:.1f}",
            f"{one['after_start_up']:.1f}",
            f"{one['cpu_ms']:.0f}",
            "15",
        ]
        for name, one in found.items()
    ]
    head = ["assignment", "submissions", "a second, whole", "after start-up", "CPU ms each", "aimed at, at least"]
    return make_table(head, rows)


def make_bad(found: dict[str, Any]) -> str:
    """Points and seconds of each tool."""
    tools = list(next(iter(found.values())))
    rows = [[BAD_NAMES[bad], *(say(found[bad][tool]) for tool in tools)] for bad in BAD_NAMES]
    return make_table(["submission", *(NAMES.get(tool, tool) for tool in tools)], rows)


TABLES = {
    "peers": make_peers,
    "submission_cost": make_cost,
    "floor": make_floor,
    "class_growth": make_growth,
    "numpy_rate": make_rate,
    "bad": make_bad,
}


def fill(page: str, name: str, table: str) -> str:
    """The page with a table in its place."""
    filled, times = re.subn(
        rf"(<!-- figures: {name} -->\n).*?(<!-- end -->)",
        lambda match: f"{match[1]}{table}\n{match[2]}",
        page,
        flags=re.S,
    )
    if times != 1:
        raise SystemExit(f"benchmarks: {PAGE} has {times} places for the table {name}; there must be one.")
    return filled


def main() -> None:
    """Write the page anew."""
    page = PAGE.read_text()
    for name, make in TABLES.items():
        path = BUILD / f"{name}.json"
        if not path.exists():
            raise SystemExit(f"benchmarks: {path} is not there; run `make bench`.")
        found = json.loads(path.read_text())
        page = fill(page, name, make(found))
        if "machine" in found:
            page = fill(page, "machine", found["machine"] + ".")
    PAGE.write_text(page)
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
