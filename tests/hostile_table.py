"""Grades the hostile collection under every backend and prints what became of it: `make hostile`.

Nuisances come first, with what each took before it was ended: memory at its peak and seconds of a worker's time.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from hostile_course import HOSTILES, Hostile
from machines import run_here
from rich.console import Console
from rich.table import Table
from test_hostile import SUMMARY

KINDS = {
    "root": "namespaces, root",
    "plain-user": "namespaces, plain user",
    "plain-container": "user, Landlock",
    "plain-container-no-landlock": "user, no Landlock",
}
NOT_STOPPED = """\
What a backend ends but does not prevent:
  user: a process may write what 20 ms allow beyond twice disk_mib or 4,096 files, before the watch ends it.
  every backend: a sleeper holds a worker for wall_s a test, a loop for its CPU limit; a flood of output costs the
  CPU seconds that the student's own limit allows, and is thrown away.
"""


def grade(kind: str, folder: Path) -> dict:
    """The collection on a machine of that kind."""
    summary = folder / f"{kind}.json"
    done = run_here(
        kind, str(Path(__file__).with_name("test_hostile.py")), "-k", "not works_alone", **{SUMMARY: str(summary)}
    )
    print(f"{KINDS[kind]}: {done.stdout.strip().splitlines()[-1]}", flush=True)
    return json.loads(summary.read_text())


def say(found: dict) -> str:
    """One submission under one backend, in a word or two."""
    points = f"{found['gained']:+g} points, " if found["gained"] else ""
    leaks = f"{found['canaries']} canaries, " if found["canaries"] else ""
    ended = "/".join(found["ended"]) or "lost its tests"
    return f"{points}{leaks}{ended}, {found['peak_memory_mib']:.0f} MiB, {found['wall_s']:.0f} s"


def render(title: str, hostiles: list[Hostile], found: dict[str, dict]) -> Table:
    """A row a submission, a column a backend."""
    table = Table(title=title, title_justify="left")
    for heading in ("submission", "nuisance", *KINDS.values()):
        table.add_column(heading, overflow="fold")
    for hostile in hostiles:
        cells = [say(found[kind]["submissions"][hostile.name]) for kind in KINDS]
        table.add_row(hostile.name, hostile.nuisance, *cells)
    return table


def main() -> None:
    """Grade everywhere, print, and end with 1 where anything was gained."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        found = {kind: grade(kind, Path(name)) for kind in KINDS}
    known = [hostile for hostile in HOSTILES if hostile.name in found["root"]["submissions"]]
    console = Console(width=180)
    console.print(render("Nuisances", [each for each in known if each.nuisance], found))
    console.print(render("The others", [each for each in known if not each.nuisance], found))
    console.print(NOT_STOPPED, markup=False, highlight=False)
    bad = False
    for kind, title in KINDS.items():
        run = found[kind]
        each = run["submissions"].values()
        gained, leaked = sum(e["gained"] for e in each), sum(e["canaries"] for e in each)
        bad = bad or bool(gained or leaked or run["ungraded"] or run["control"] != 100 or not run["as before"])
        console.print(
            f"{title}: {len(each)} submissions, points gained {gained:g}, canaries found {leaked}, ungraded "
            f"{run['ungraded']}, control {run['control']:g}, machine as before: {'yes' if run['as before'] else 'no'}",
            highlight=False,
        )
    sys.exit(int(bad))


if __name__ == "__main__":
    main()
