"""A tiny course on a cluster: a class without NumPy, and the command that grades it there."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from class_of_totals import BODIES, HIDDEN, PUBLIC, REFERENCE
from machines import SLOWNESS
from slurm_cluster import SlurmCluster
from small_course import AUTOGRADER, ID, read_journal, without_times, write_course, write_files

TOML = """\
title = "Steps"
modules = ["steps"]
points = 20
packages = []

[limits]
memory_mib = 256
message_mib = 16
gpus = 3
"""
COURSE = '[slurm]\npartition = "main"\ncpus = 1\nchunk = 10\n'
SCORES = {0, 8, 20}


class SlurmClass:
    """The course and its class, on a file system that the nodes share.

    Args:
        cluster: where it is graded.
        size: how many submissions.
        public: the public suite.
        course: course.toml.
    """

    def __init__(self, cluster: SlurmCluster, name: str, size: int, public: str = PUBLIC, course: str = COURSE) -> None:
        self.cluster = cluster
        self.root = write_course(cluster.folder / name, toml=TOML, public=public, hidden=HIDDEN, reference=REFERENCE)
        bodies = [REFERENCE.replace("return sum(values)", BODIES[number % len(BODIES)]) for number in range(size)]
        write_files(
            self.root, {f"class/s{number:02}.py": f"{body}\n# {number}\n" for number, body in enumerate(bodies)}
        )
        write_files(self.root, {"course.toml": course})
        cluster.own(self.root)

    def start(self, out: str, *options: str) -> subprocess.Popen[str]:
        """The command, as the cluster's user; `--executor slurm` is an option."""
        arguments = (AUTOGRADER, "grade", ID, "class", "--out", out, "--seed", "7", "-q", *options)
        environment = self.cluster.environment | {"SECRET_OF_THIS_SHELL": "1"}
        return subprocess.Popen(
            self.cluster.command(*arguments), cwd=self.root, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def grade(self, out: str, *options: str) -> tuple[int, str]:
        """Run it to its end: the exit code, and what it said."""
        with self.start(out, *options) as process:
            said = "".join(process.communicate(timeout=300 * SLOWNESS))
        return process.returncode, said

    def results(self, out: str) -> dict[str, str]:
        """What each student sees, without times."""
        files = sorted((self.root / out / "results").glob("*.json"))
        return {path.stem: without_times(json.loads(path.read_text(encoding="utf-8"))) for path in files}

    def keys(self, out: str) -> dict[str, str]:
        """What each grade hangs on: the digest of submission, suite, sandbox, grader and key."""
        files = sorted((self.root / out / "details").glob("*.json"))
        return {path.stem: json.loads(path.read_text(encoding="utf-8"))["grade_key"] for path in files}

    def events(self, out: str, kind: str) -> list[dict]:
        """The journal's events of a kind."""
        path = self.root / out / "journal.jsonl"
        return [event for event in read_journal(path) if event["event"] == kind] if path.exists() else []

    def graded(self, out: str) -> list[str]:
        """Who was graded, once for each time."""
        return [event["student"] for event in self.events(out, "graded")]

    def wait_for(self, condition: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
        """Wait for a condition; fails after two minutes, or when the process that should bring it about has ended."""
        deadline = time.monotonic() + 120 * SLOWNESS
        while not condition():
            ended = process is not None and process.poll() is not None
            assert not ended, process and process.communicate()
            assert time.monotonic() < deadline, self.cluster.logs()
            time.sleep(0.05)

    def queue(self) -> dict[str, str]:
        """Slurm's state of each of our tasks that is not over, by the name of its array and its number."""
        lines = self.cluster.run("squeue", "--noheader", "--array", "--format=%j %K %i %T").splitlines()
        return {" ".join(line.split()[:3]): line.split()[3] for line in lines if line.startswith("autograder-")}


def folders(graded: SlurmClass, out: str) -> list[Path]:
    """The arrays' folders that lie below the results."""
    return sorted((graded.root / out / "slurm").glob("autograder-*"))
