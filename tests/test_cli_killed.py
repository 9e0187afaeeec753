"""`kill -9` of any process of a run, at any instant: the same command again ends with the same results.

Fifty runs of a class of sixty are killed at random: the command itself, its fork server, the suite's process, a fork
of either. What was graded before is not graded again, and nothing of ours is left: no process, no control group, no
mount, no temporary file.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from class_of_totals import BODIES, HIDDEN, PUBLIC, REFERENCE
from small_course import (
    AUTOGRADER,
    ID,
    alive,
    assert_whole,
    control_groups,
    descendants,
    read_journal,
    wait_until,
    without_times,
    write_course,
    write_files,
)

pytestmark = pytest.mark.usefixtures("needs_root")

TOML = 'title = "Steps"\nmodules = ["steps"]\npoints = 20\npackages = []\n\n[limits]\nmemory_mib = 256\n'
SUBMISSIONS = 60
KILLS = 50
_SUBREAPER = 36


@dataclass(frozen=True)
class Course:
    """A course, its class, and what a run that nobody disturbed comes to, in how many seconds."""

    root: Path
    results: dict[str, str]
    wall_s: float


def start(course: Path, trial: Path) -> subprocess.Popen[bytes]:
    """The command, with a folder of its own for temporary files."""
    (trial / "tmp").mkdir(parents=True, exist_ok=True)
    command = [str(AUTOGRADER), "grade", ID, "class", "--out", str(trial / "out"), "--seed", "7", "--jobs", "2", "-q"]
    environment = {**os.environ, "TMPDIR": str(trial / "tmp")}
    return subprocess.Popen(command, cwd=course, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def read_results(trial: Path) -> dict[str, str]:
    """What a student sees, by student."""
    files = (trial / "out" / "results").glob("*.json")
    return {path.stem: without_times(json.loads(path.read_text(encoding="utf-8"))) for path in files}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The class, graded once in peace."""
    root = write_course(
        tmp_path_factory.mktemp("killed") / "course", toml=TOML, public=PUBLIC, hidden=HIDDEN, reference=REFERENCE
    )
    bodies = [REFERENCE.replace("return sum(values)", BODIES[number % len(BODIES)]) for number in range(SUBMISSIONS)]
    write_files(root, {f"class/s{n:02}.py": f"{body}\n# {n}\n" for n, body in enumerate(bodies)})
    started_s = time.monotonic()
    with start(root, root.parent / "peace") as process:
        assert process.wait() == 0
    wall_s = time.monotonic() - started_s
    results = read_results(root.parent / "peace")
    assert len(results) == SUBMISSIONS
    assert {json.loads(text)["score"] for text in results.values()} == {0, 8, 20}
    return Course(root, results, wall_s)


@pytest.fixture
def orphans() -> Iterator[None]:
    """Whoever loses its parent becomes a child of this process, where it is found and reaped."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        ctypes.CDLL(None).prctl(_SUBREAPER, 0, 0, 0, 0)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def pick(process: subprocess.Popen[bytes], draw: random.Random, trial: int) -> int:
    """Whom to kill: the command, or every other time any process below it."""
    family = sorted(descendants(process.pid))
    return process.pid if trial % 2 == 0 or not family else draw.choice(family)


def left_of(pids: list[int], trial: Path) -> list[str]:
    """Control groups, mounts and temporary files of runs that are over."""
    groups = [str(path) for pid in pids for path in control_groups(f"autograder-{pid}-*")]
    mounts = [line for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines() if str(trial) in line]
    return [*groups, *mounts, *map(str, (trial / "tmp").iterdir())]


@pytest.mark.parametrize("trial", range(KILLS))
def test_killed_run_goes_on(course: Course, orphans: None, tmp_path: Path, trial: int) -> None:
    """Killed at a random instant and started again, a run ends as if nothing had been, and grades nobody twice."""
    draw = random.Random(trial)
    before = set(descendants(os.getpid()))
    with start(course.root, tmp_path) as process:
        time.sleep(draw.uniform(0.0, course.wall_s))
        family = set(descendants(process.pid))
        with contextlib.suppress(ProcessLookupError):
            os.kill(pick(process, draw, trial), signal.SIGKILL)
        process.wait()
    family |= set(descendants(os.getpid())) - before
    wait_until(lambda: not alive(family))
    details = tmp_path / "out" / "details"
    graded = {path: path.stat().st_mtime_ns for path in details.glob("*.json")}
    assert all(json.loads(path.read_text(encoding="utf-8")) for path in graded)

    with start(course.root, tmp_path) as again:
        assert again.wait() == 0
    assert read_results(tmp_path) == course.results
    assert {path: path.stat().st_mtime_ns for path in graded} == graded
    said = [
        event["student"] for event in read_journal(tmp_path / "out" / "journal.jsonl") if event["event"] == "graded"
    ]
    assert len(said) == len(set(said))
    wait_until(lambda: not set(descendants(os.getpid())) - before)
    assert left_of([process.pid, again.pid], tmp_path) == []
    assert_whole(tmp_path / "out")


@pytest.mark.parametrize("trial", range(4))
def test_interrupted_run_keeps_what_was_graded(course: Course, tmp_path: Path, trial: int) -> None:
    """After Ctrl-C a student has details, results and a line in the journal, or none of the three."""
    out = tmp_path / "out"
    with start(course.root, tmp_path) as process:
        wait_until(lambda: any((out / "results").glob("*.json")))
        time.sleep(random.Random(trial).uniform(0.0, course.wall_s / 2))
        process.send_signal(signal.SIGINT)
        assert process.wait() in (0, 130, -signal.SIGINT)  # by then all is done, and Python is leaving
    graded = {event["student"] for event in read_journal(out / "journal.jsonl") if event["event"] == "graded"}
    assert graded
    for folder in ("details", "results"):
        assert {path.name for path in (out / folder).iterdir()} == {f"{student}.json" for student in graded}
    assert left_of([process.pid], tmp_path) == []
