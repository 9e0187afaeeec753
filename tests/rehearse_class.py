"""Rehearses an assignment's zip on its sample class and compares with `grade`: scores, outcomes and every message.

Usage: python rehearse_class.py ID... [OPTION OF rehearse]...   (needs root, mmdebstrap and a network; takes minutes)

Not part of `make test`: `make rehearse` runs it. Exit code 1 where anything differs.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from small_course import AUTOGRADER

ROOT = Path(__file__).parents[1]
SEED = ("--seed", "rehearsal")


def main() -> int:
    """Each assignment that is named."""
    arguments = sys.argv[1:]
    first = next((place for place, word in enumerate(arguments) if word.startswith("-")), len(arguments))
    differing = 0
    for name in arguments[:first]:
        with tempfile.TemporaryDirectory() as folder:
            differing += compare(name, Path(folder), arguments[first:])
    return min(1, differing)


def compare(name: str, folder: Path, options: list[str]) -> int:
    """How many submissions of the class do not come out as from `grade`."""
    classes = ROOT / "examples" / "class" / name
    paths = sorted(path for path in classes.iterdir() if path.name != "expected.toml")
    if not paths:
        raise SystemExit(f"{classes} holds no submission")
    bundle = folder / f"{name}.zip"
    run("gradescope", "build", name, "--out", bundle, *SEED)
    run("grade", name, classes, "--out", folder / "grade", "--quiet", *SEED)
    run("gradescope", "rehearse", bundle, *paths, "--quiet", "--out", folder / "rehearsed", *options, fails=True)
    differing = [path.name for path in paths if not is_same(path, folder)]
    print(f"{name}: {len(paths) - len(differing)} of {len(paths)} submissions come out as from grade", flush=True)
    return len(differing)


def run(*arguments: object, fails: bool = False) -> None:
    """The command, its output shown."""
    done = subprocess.run([AUTOGRADER, *map(str, arguments)], cwd=ROOT, check=False)
    if done.returncode != 0 and not fails:
        raise SystemExit(f"{arguments[0]} ended with {done.returncode}")


def is_same(path: Path, folder: Path) -> bool:
    """Whether the two agree; what differs is printed."""
    outcome = json.loads((folder / "rehearsed" / f"{path.name}.json").read_text())
    student = path.stem if path.is_file() else path.name
    expected_path = folder / "grade" / "results" / f"{student}.json"
    if outcome["state"] != "graded":
        print(f"  {path.name}: {outcome['state']} ({outcome['reason']}): {outcome['stdout'][-300:]}")
        return False
    here, there = outcome["results"], json.loads(expected_path.read_text())
    same = True
    said = there["output"].splitlines()
    lines = [line for line in here["output"].splitlines() if not line.startswith("Handed in on time")]
    if (here["score"], lines) != (there["score"], said):
        print(f"  {path.name}: {here['score']} and not {there['score']}; {lines} and not {said}")
        same = False
    for one, other in zip(here["tests"], there["tests"], strict=True):
        if one != other:
            print(f"  {path.name}: {one} and not {other}")
            same = False
    return same


if __name__ == "__main__":
    raise SystemExit(main())
