"""A class of sixty on a real Slurm cluster of two nodes: as on one machine, whatever is killed or cancelled."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from pathlib import Path

import pytest
from slurm_class import SCORES, SlurmClass, folders
from slurm_cluster import MAX_ARRAY_SIZE, NODES, SlurmCluster
from small_course import assert_whole

SUBMISSIONS = 60
SLURM = ("--executor", "slurm")


@pytest.fixture(scope="module")
def plain(plain_cluster: SlurmCluster) -> SlurmClass:
    """A plain user's class, graded once here: what every run must come to."""
    graded = SlurmClass(plain_cluster, "course", SUBMISSIONS)
    assert graded.grade("local") == (0, "")
    return graded


@pytest.fixture(scope="module")
def root(root_cluster: SlurmCluster) -> SlurmClass:
    """Root's class, graded once here."""
    graded = SlurmClass(root_cluster, "course", SUBMISSIONS)
    assert graded.grade("local") == (0, "")
    return graded


def assert_as_local(graded: SlurmClass, out: str) -> None:
    """Results, grades.csv and what each grade hangs on are the local run's; each submission was graded once."""
    assert sorted(graded.graded(out)) == sorted(graded.results("local"))
    assert len(graded.results(out)) == SUBMISSIONS
    assert {json.loads(text)["score"] for text in graded.results(out).values()} == SCORES
    assert graded.results(out) == graded.results("local")
    assert graded.keys(out) == graded.keys("local")
    assert (graded.root / out / "grades.csv").read_bytes() == (graded.root / "local/grades.csv").read_bytes()
    assert_whole(graded.root / out)


def test_class_equals_the_local_run(plain: SlurmClass) -> None:
    """Sixty submissions by arrays on two nodes come to what one machine comes to; arrays keep to the site's maximum."""
    code, said = plain.grade("peace", *SLURM)
    assert (code, said) == (0, "")
    assert_as_local(plain, "peace")
    submitted = plain.events("peace", "submitted")
    assert [event["tasks"] for event in submitted] == [MAX_ARRAY_SIZE, 2]
    run = json.loads((plain.root / "peace/run.json").read_text())
    assert set(run["slurm"]["nodes"]) == set(NODES)
    assert not (plain.root / "peace/slurm").exists()
    assert plain.queue() == {}


def test_interrupted_run_cancels_its_jobs_and_goes_on(plain: SlurmClass) -> None:
    """Ctrl-C leaves no job in the queue; whoever goes on, for one student or for all, grades nobody twice."""
    with plain.start("interrupted", *SLURM) as process:
        plain.wait_for(lambda: plain.graded("interrupted"), process)
        process.send_signal(signal.SIGINT)
        said = process.communicate()[1]
    assert (process.returncode, said) == (130, "autograder: interrupted; the same command goes on where it stopped.\n")
    plain.wait_for(lambda: plain.queue() == {})
    assert len(plain.graded("interrupted")) < SUBMISSIONS
    with plain.start("interrupted", *SLURM) as process:
        plain.wait_for(plain.queue, process)
        process.kill()
    last = sorted(plain.results("local"))[-1]  # in an array of the dead command's, which goes on for the others
    assert plain.grade("interrupted", *SLURM, "--only", last) == (0, "")
    assert last in plain.graded("interrupted")
    assert plain.grade("interrupted", *SLURM) == (0, "")
    assert_as_local(plain, "interrupted")


def forget_an_id(graded: SlurmClass, out: str) -> None:
    """As if the driver had died before it heard the id of its last array."""
    path = folders(graded, out)[-1] / "job.json"
    job = json.loads(path.read_text())
    assert "id" in job  # empty where the driver really died before
    path.write_text(json.dumps(job | {"id": ""}))


def beginners(cluster: SlurmCluster, node: str) -> list[int]:
    """The processes of tasks on a node that have not graded anybody yet: not what they started, not Slurm's."""
    found = []
    for pid in cluster.steps(node):
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            variables = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
            task = next(text.partition("=")[2] for text in variables if text.startswith("SLURM_ARRAY_TASK_ID="))
            if "task" in words and not list(Path(words[-2], "attempts").glob(f"{task}.*/details/*.json")):
                found.append(pid)
    return found


def test_whatever_is_lost_is_graded_once(root: SlurmClass) -> None:
    """A task, a node, the controller and the driver are killed, a job is cancelled: each is graded once, no fault."""
    cluster = root.cluster
    with root.start("lost", *SLURM) as process:
        root.wait_for(lambda: beginners(cluster, "n1"), process)
        victim = beginners(cluster, "n1")[0]
        assert b"SECRET_OF_THIS_SHELL" not in Path(f"/proc/{victim}/environ").read_bytes()
        os.kill(victim, signal.SIGKILL)
        root.wait_for(lambda: root.events("lost", "lost"), process)  # what it was to grade is asked for again
        root.wait_for(lambda: root.graded("lost") and beginners(cluster, "n2"), process)
        cluster.kill("n2")
        cluster.run("scontrol", "update", "nodename=n2", "state=down", "reason=lost")  # as its time-out would find
        process.kill()
    forget_an_id(root, "lost")
    cluster.restart("slurmctld")
    cluster.start("n2")
    before = root.graded("lost")
    assert len(before) < SUBMISSIONS

    # what n2 had begun is to be run again; held back, so that it is still waiting when it is cancelled
    for node in NODES:
        cluster.run("scontrol", "update", f"nodename={node}", "state=drain", "reason=held")
    with root.start("lost", *SLURM) as process:
        root.wait_for(lambda: root.events("lost", "taken up"), process)
        root.wait_for(lambda: "PENDING" in root.queue().values(), process)
        while process.poll() is None:  # whatever waits is cancelled, what was requeued too
            for place, state in root.queue().items():
                if state == "PENDING":
                    cluster.run("scancel", place.split()[2], check=False)
            time.sleep(0.3)
        said = process.communicate()[1]
    for node in NODES:
        cluster.run("scontrol", "update", f"nodename={node}", "state=resume")
    assert process.returncode == 1
    assert "was cancelled; run the same command again" in said
    assert len(root.results("lost")) == len(root.graded("lost")) < SUBMISSIONS

    assert root.grade("lost", *SLURM) == (0, "")
    assert root.graded("lost")[: len(before)] == before
    assert_as_local(root, "lost")
