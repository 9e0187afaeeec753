"""The work that is measured: the course beside this file, its submissions, and classes made of copies of them."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
COURSE = HERE / "course"
MODULE = "softmax_training"
SUITE = COURSE / "assignments" / MODULE / "tests" / "test_hidden.py"
AUTOGRADER = Path(sys.executable).with_name("autograder")
BUILD = ROOT / "build" / "bench"


def ordinary_files() -> list[Path]:
    """The nine ordinary submissions: four right, five with a mistake."""
    return sorted((HERE / "submissions" / "ordinary").glob("*.py"))


def bad_files() -> list[Path]:
    """The submissions that harm who runs them without care."""
    return sorted((HERE / "submissions" / "bad").glob("*.py"))


def copy_class(files: Iterable[Path], folder: Path, count: int, change: Callable[[str], str] = str) -> None:
    """A class of `count` submissions: the files again and again, each with a last line of its own."""
    folder.mkdir(parents=True)
    for number, path in zip(range(count), itertools.cycle(files), strict=False):
        text = change(path.read_text())
        (folder / f"s{number:04d}_{path.stem}.py").write_text(f"{text}\n# submission {number}\n")


def grade_command(
    submissions: Path, out: Path, jobs: int, assignment: str = MODULE, course: Path = COURSE
) -> list[str]:
    """The command that grades a class."""
    return [
        str(AUTOGRADER), "grade", assignment, str(submissions), "--course", str(course), "--out", str(out),
        "--jobs", str(jobs), "--seed", "bench", "--quiet", "--fresh",
    ]  # fmt: skip


def has_begun(out: Path) -> Callable[[], bool]:
    """Whether a run has graded the reference and comes to the submissions: its journal says so."""

    def look() -> bool:
        journal = out / "journal.jsonl"
        return journal.exists() and b'"event": "run"' in journal.read_bytes()[:4096]

    return look


def parse_quick(text: str | None, arguments: Sequence[str] | None = None) -> bool:
    """Whether the command line says --quick: few repetitions, to see that it runs."""
    parser = argparse.ArgumentParser(description=(text or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few repetitions, to see that it runs")
    return bool(parser.parse_args(arguments).quick)


def describe_machine() -> str:
    """Processor, how many, kernel, Python and torch: figures in milliseconds are those of a machine."""
    from importlib.metadata import version

    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    kernel = ".".join(platform.release().split(".")[:2])
    return (
        f"{names[0] if names else platform.machine()}, {os.cpu_count()} processors, Linux {kernel}, "
        f"Python {platform.python_version()}, torch {version('torch').partition('+')[0]}"
    )


def write_figures(name: str, figures: dict[str, Any], *, quick: bool) -> None:
    """Keep what was measured in build/bench, for the plot and the page; those of a quick run apart from others."""
    folder = BUILD / "quick" if quick else BUILD
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n")
