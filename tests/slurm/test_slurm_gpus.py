"""GPUs on a real Slurm cluster: asked for as such, never held twice, refused or too long in coming: put off.

The devices are stubs, which the scheduler hands out as it does real ones; behind them is no NVIDIA driver, so that
every test that needs a GPU is put off in the end, here by its job.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from class_of_totals import PUBLIC
from slurm_class import COURSE, SlurmClass
from slurm_cluster import SlurmCluster

from autograder.jobs.cluster import RefusedError, Request, Slurm, TaskState
from autograder.sandbox.survey import find_slurm

SLURM = ("--executor", "slurm")
MARKED = '''

@pytest.mark.gpu(count={count})
@pytest.mark.points(1)
def test_with_{count}():
    """Needs GPUs."""
    assert total([{count}]) == {count}
'''
HOLD = """\
#!/bin/sh
D="$1"
open=""
for device in "$D"/dev/*; do
  case "$( (: <"$device") 2>&1)" in *"not permitted"*) ;; *) open="$open ${device##*/}" ;; esac
done
began=$(date +%s.%N)
sleep 1
echo "$SLURMD_NODENAME|$SLURM_JOB_GPUS|${CUDA_VISIBLE_DEVICES-unset}|$began|$(date +%s.%N)|$open" \
  >>"$D/held-$SLURM_ARRAY_JOB_ID-$SLURM_ARRAY_TASK_ID"
"""


@dataclass(frozen=True)
class Held:
    """What a job had, and when.

    Attributes:
        devices: as Slurm names them, with their node.
        visible: CUDA_VISIBLE_DEVICES.
        opens: the node's device files that it could open.
    """

    devices: frozenset[str]
    visible: str
    began_s: float
    ended_s: float
    opens: frozenset[str]


def read_held(path: Path) -> Held:
    """A line that a job of HOLD wrote."""
    node, gpus, visible, began, ended, opens = path.read_text().strip().split("|")
    devices = frozenset(f"{node}gpu{number}" for number in gpus.split(",") if number)
    mine = frozenset(name for name in opens.split() if name.startswith(node))
    return Held(devices, visible, float(began), float(ended), mine)


@pytest.fixture
def slurm(root_cluster: SlurmCluster, monkeypatch: pytest.MonkeyPatch) -> Slurm:
    """The cluster as the driver asks it."""
    for name in ("SLURM_CONF", "PATH"):
        monkeypatch.setenv(name, root_cluster.environment[name])
    return Slurm()


def hold(cluster: SlurmCluster, name: str, tasks: int, gpus: int, script: str = HOLD) -> Request:
    """A request for jobs that hold GPUs for a second."""
    path = cluster.folder / f"{name}.sh"
    path.write_text(script)
    (cluster.folder / "logs").mkdir(exist_ok=True)
    return Request(name, path, cluster.folder, tasks, cpus=1, memory_mib=100, time_min=2, gpus=gpus,
                   environment=("PATH",))  # fmt: skip


def await_end(slurm: Slurm, jobs: set[str]) -> None:
    """Wait until no task of these arrays is alive."""
    deadline = time.monotonic() + 120
    while any(task.job in jobs and task.state is not TaskState.OVER for task in slurm.poll()):
        assert time.monotonic() < deadline
        time.sleep(0.3)


def test_no_device_is_held_twice(root_cluster: SlurmCluster, slurm: Slurm) -> None:
    """Requests for one and two GPUs get just so many, of their own; a job without sees none, and three are refused."""
    requests = [hold(root_cluster, "one", 4, 1), hold(root_cluster, "two", 2, 2), hold(root_cluster, "none", 2, 0)]
    jobs = [slurm.submit(request) for request in requests]
    with pytest.raises(RefusedError, match="Requested node configuration is not available"):
        slurm.submit(hold(root_cluster, "three", 1, 3))
    await_end(slurm, set(jobs))
    ones, twos, nones = (
        [read_held(path) for path in sorted(root_cluster.folder.glob(f"held-{job}-*"))] for job in jobs
    )
    assert [len(held.devices) for held in (*ones, *twos, *nones)] == [1] * 4 + [2] * 2 + [0] * 2
    for held in (*ones, *twos):
        assert held.opens == held.devices
        assert len(held.visible.split(",")) == len(held.devices)
    assert all((held.visible, held.opens) == ("unset", frozenset()) for held in nones)
    every = [*ones, *twos]
    for place, held in enumerate(every):
        for other in every[place + 1 :]:
            together = held.began_s < other.ended_s and other.began_s < held.ended_s
            assert not (together and held.devices & other.devices)


def test_doctor_sees_the_cluster(slurm: Slurm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its partition, its nodes and its GPUs; commands without a cluster behind them are no cluster."""
    found = find_slurm()
    assert found.works
    assert "partitions: main (2 nodes, GPUs: gpu:2)" in found.detail
    (tmp_path / "slurm.conf").write_text("of no cluster\n")
    monkeypatch.setenv("SLURM_CONF", str(tmp_path / "slurm.conf"))
    without = find_slurm()
    assert not without.works
    assert "no cluster answers" in without.detail
    assert "login node" in without.advice


@pytest.fixture(scope="module")
def gpu_class(root_cluster: SlurmCluster) -> SlurmClass:
    """Four submissions, three of whose tests need one, two and three GPUs; a GPU must come within a few seconds."""
    public = PUBLIC.replace("points(8)", "points(5)") + "".join(MARKED.format(count=count) for count in (1, 2, 3))
    return SlurmClass(root_cluster, "gpus", 4, public, COURSE + "gpu_wait_min = 0.1\n")


def outcomes(graded: SlurmClass, out: str) -> set[tuple[tuple[str, str], ...]]:
    """How the tests ended, over all students."""
    reports = [json.loads(path.read_text()) for path in (graded.root / out / "details").glob("*.json")]
    return {tuple((t["expected"]["function"], t["result"]["outcome"]) for t in report["tests"]) for report in reports}


DEFERRED = (
    ("test_total_small", "passed"),
    ("test_with_1", "deferred"),
    ("test_with_2", "deferred"),
    ("test_with_3", "deferred"),
    ("test_total_random", "passed"),
)


def test_each_number_of_gpus_is_an_array(gpu_class: SlurmClass) -> None:
    """One and two GPUs are granted as such, three refused; without a driver every such test is put off, none failed."""
    assert gpu_class.grade("out", *SLURM) == (0, "")
    submitted = {event["job"]: event["gpus"] for event in gpu_class.events("out", "submitted")}
    assert sorted(submitted.values()) == [0, 1, 2]
    granted = sorted(len(event["gpus"].split(",")) if event["gpus"] else 0 for event in gpu_class.events("out", "task"))
    assert granted == [0, 1, 2]
    (refused,) = gpu_class.events("out", "put off")
    assert refused["gpus"] == 3
    assert "Requested node configuration is not available" in refused["why"]
    assert outcomes(gpu_class, "out") == {DEFERRED}
    assert len(gpu_class.graded("out")) == 4
    assert not (gpu_class.root / "out/slurm").exists()


def test_gpu_that_does_not_come_puts_off(gpu_class: SlurmClass, root_cluster: SlurmCluster, slurm: Slurm) -> None:
    """While others hold all GPUs a request pends, is taken back at its deadline, and its tests are put off."""
    holder = slurm.submit(hold(root_cluster, "holder", 2, 2, "#!/bin/sh\nsleep 120\n"))
    gpu_class.wait_for(
        lambda: sum(task.job == holder and task.state is TaskState.RUNNING for task in slurm.poll()) == 2
    )
    assert gpu_class.grade("late", *SLURM) == (0, "")
    reasons = {event["gpus"]: event["why"] for event in gpu_class.events("late", "put off")}
    assert "Requested node configuration" in reasons[3]
    assert all("no GPU became free in 0.1 minutes" in reasons[gpus] for gpus in (1, 2))
    assert outcomes(gpu_class, "late") == {DEFERRED}
    assert gpu_class.queue() == {}
    assert all(task.state is TaskState.RUNNING for task in slurm.poll() if task.job == holder)
    slurm.cancel([holder])
