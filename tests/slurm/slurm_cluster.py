"""A real Slurm cluster on this machine: munged, slurmctld and two slurmds, in the foreground, in a folder of their own.

Two nodes, n1 and n2, with two processors and two GPUs each. The GPUs are stubs: device files for the scheduler to hand
out (root: character devices that Slurm's control group of devices keeps from other jobs; a plain user: terminals); no
NVIDIA driver stands behind them. Everything else is Slurm as Debian builds it, on ports of its own.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from machines import NOBODY, SLOWNESS, on

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel", "sinfo")
MAX_ARRAY_SIZE = 4
NODES = ("n1", "n2")
_SBIN = "/usr/sbin:/sbin"

CONF = """\
ClusterName=mini
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.sock
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/run/slurmctld.pid
SlurmdPidFile={folder}/run/%n.pid
SlurmctldLogFile={folder}/log/slurmctld.log
SlurmdLogFile={folder}/log/%n.log
MailProg=/bin/true
MpiDefault=none
JobAcctGatherType=jobacct_gather/linux
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1
SlurmdTimeout=10
KillWait=2
MinJobAge=300
ReturnToService=2
SlurmdParameters=config_overrides
GresTypes=gpu
DefMemPerCPU=200
MaxArraySize={max_array_size}
{rights}
{nodes}
PartitionName=main Nodes=ALL Default=YES MaxTime=60 DefaultTime=10 State=UP
"""
RIGHTS = {
    "root": "ProctrackType=proctrack/cgroup\nTaskPlugin=task/cgroup\nJobAcctGatherFrequency=task=0",
    "plain-user": "ProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\nJobAcctGatherFrequency=task=1\n"
    "JobAcctGatherParams=OverMemoryKill",
}
CGROUP_CONF = """\
CgroupPlugin=cgroup/v1
CgroupAutomount=no
ConstrainRAMSpace=yes
ConstrainSwapSpace=yes
AllowedSwapSpace=0
ConstrainDevices=yes
"""


def why_not(kind: str) -> str:
    """Why there can be no cluster here; empty where there can."""
    missing = [name for name in PROGRAMS if shutil.which(name, path=f"{os.environ['PATH']}:{_SBIN}") is None]
    if missing:
        return f"no Slurm here ({', '.join(missing)}): as root, `make test` installs it from Debian's packages"
    if os.geteuid() != 0:
        return "needs root: a cluster's daemons, and device files that stand for GPUs"
    if kind == "root" and not Path("/sys/fs/cgroup/devices/cgroup.procs").exists():
        return "needs control groups v1 with the controller of devices"
    return ""


@dataclass
class SlurmCluster:
    """The running cluster.

    Attributes:
        kind: whose daemons they are: `root` or `plain-user`, a key of machines.KINDS.
        folder: where everything of it lies.
        daemons: the processes, by name, in the order in which they were started.
    """

    kind: str
    folder: Path
    daemons: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which Slurm's commands find it."""
        return {**os.environ, "SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": f"{os.environ['PATH']}:{_SBIN}"}

    def command(self, *arguments: str | Path) -> list[str]:
        """A command as the user that the cluster belongs to."""
        words = [str(argument) for argument in arguments]
        return words if self.kind == "root" else on(self.kind, words)

    def run(self, *arguments: str | Path, check: bool = True) -> str:
        """What a command prints."""
        return subprocess.run(
            self.command(*arguments), env=self.environment, cwd=self.folder, check=check, text=True,
            capture_output=True, timeout=60 * SLOWNESS,
        ).stdout  # fmt: skip

    def own(self, path: Path) -> Path:
        """Give a tree to the cluster's user."""
        if self.kind != "root":
            for place in (path, *path.rglob("*")):
                os.chown(place, NOBODY, NOBODY, follow_symlinks=False)
        return path

    def start(self, name: str) -> None:
        """Start a daemon, in the foreground."""
        folder = self.folder
        commands = {
            "munged": [
                "munged", "-F", "-f", "--key-file", folder / "munge.key", "-S", folder / "munge.sock", "--pid-file",
                folder / "run/munged.pid", "--log-file", folder / "log/munged.log", "--seed-file", folder / "seed",
            ],
            "slurmctld": ["slurmctld", "-D"],
            **{node: ["slurmd", "-D", "-N", node] for node in NODES},
        }  # fmt: skip
        with (folder / "log" / f"{name}.out").open("ab") as log:
            self.daemons[name] = subprocess.Popen(
                self.command(*commands[name]), env=self.environment, cwd=folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log,
            )  # fmt: skip

    def kill(self, name: str) -> None:
        """End a daemon at once, and of a node whatever runs on it, as if its machine had lost power."""
        daemon = self.daemons.pop(name)
        daemon.kill()
        daemon.wait()
        for pid in self.steps(name):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def restart(self, name: str) -> None:
        """End a daemon in its own way, and start it again."""
        daemon = self.daemons.pop(name)
        daemon.terminate()
        daemon.wait()
        self.start(name)

    def steps(self, node: str | None = None) -> list[int]:
        """The processes that run for jobs (of a node), Slurm's own step daemons first."""
        found = []
        for path in Path("/proc").iterdir():
            if path.name.isdigit():
                with contextlib.suppress(OSError):
                    text = (path / "environ").read_bytes()
                    mine = f"SLURM_CONF={self.folder}/slurm.conf".encode() in text
                    if mine and (f"SLURMD_NODENAME={node}".encode() if node else b"SLURMD_NODENAME=") in text:
                        found.append(int(path.name))
        return sorted(found)

    def wait_for(self, state: str, nodes: tuple[str, ...] = NODES) -> None:
        """Wait until the nodes are in a state, in sinfo's words."""
        deadline = time.monotonic() + 60 * SLOWNESS
        while True:
            lines = self.run("sinfo", "--noheader", "--Node", "--format=%N %T", check=False).split("\n")
            states = dict(line.split() for line in lines if line)
            if all(states.get(node, "").rstrip("*") == state for node in nodes):
                return
            assert time.monotonic() < deadline, f"{states}: {self.logs()}"
            time.sleep(0.1)

    def logs(self) -> str:
        """The ends of the daemons' logs."""
        return "\n".join(f"{p.name}: {p.read_text(errors='replace')[-600:]}" for p in (self.folder / "log").iterdir())

    def stop(self) -> None:
        """Cancel what runs and end the daemons, in order; nothing of them is left."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.run("scancel", f"--user={pwd.getpwuid(self.uid).pw_name}", check=False)
        deadline = time.monotonic() + 10
        while self.steps() and time.monotonic() < deadline:
            time.sleep(0.1)
        for daemon in (*(self.daemons[n] for n in NODES if n in self.daemons), *reversed(self.daemons.values())):
            if daemon.poll() is None:
                daemon.terminate()
                try:
                    daemon.wait(20)
                except subprocess.TimeoutExpired:
                    daemon.kill()
                    daemon.wait()
        for pid in self.steps():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @property
    def uid(self) -> int:
        """Whose cluster it is."""
        return 0 if self.kind == "root" else NOBODY


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _write_gpus(cluster: SlurmCluster) -> str:
    """The stubs of GPUs, and gres.conf's lines for them."""
    if cluster.kind != "root":
        pairs = {"n1": "/dev/tty[0-1]", "n2": "/dev/tty[2-3]"}
        return "".join(f"NodeName={node} Name=gpu File={files}\n" for node, files in pairs.items())
    lines = ""
    for number, node in enumerate(NODES):
        for place in range(2):
            # of NVIDIA's major number: nothing of another program's is kept from anyone
            os.mknod(cluster.folder / f"dev/{node}gpu{place}", 0o20666, os.makedev(195, 2 * number + place))
        lines += f"NodeName={node} Name=gpu File={cluster.folder}/dev/{node}gpu[0-1]\n"
    return lines


def _write_files(cluster: SlurmCluster) -> None:
    folder = cluster.folder
    for name in ("state", "run", "log", "dev", "spool/n1", "spool/n2"):
        (folder / name).mkdir(parents=True)
    port, *ports = _free_ports(3)
    host = socket.gethostname().partition(".")[0]
    nodes = "\n".join(
        f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={where} CPUs=2 RealMemory=20000 Gres=gpu:2"
        for node, where in zip(NODES, ports, strict=True)
    )
    (folder / "slurm.conf").write_text(
        CONF.format(
            host=host, port=port, user=pwd.getpwuid(cluster.uid).pw_name, folder=folder, nodes=nodes,
            rights=RIGHTS[cluster.kind], max_array_size=MAX_ARRAY_SIZE,
        )
    )  # fmt: skip
    (folder / "gres.conf").write_text(_write_gpus(cluster))
    (folder / "cgroup.conf").write_text(CGROUP_CONF if cluster.kind == "root" else "CgroupAutomount=no\n")
    (folder / "munge.key").write_bytes(os.urandom(128))
    (folder / "munge.key").chmod(0o400)
    cluster.own(folder)


@contextlib.contextmanager
def start_cluster(kind: str) -> Iterator[SlurmCluster]:
    """The cluster, until the end of the block."""
    cluster = SlurmCluster(kind, Path(tempfile.mkdtemp(prefix="slurm-", dir="/tmp")))
    try:
        cluster.folder.chmod(0o755)  # munged wants no folder that others may write to
        _write_files(cluster)
        cluster.start("munged")
        deadline = time.monotonic() + 30 * SLOWNESS
        while not (cluster.folder / "munge.sock").exists():
            assert time.monotonic() < deadline, cluster.logs()
            time.sleep(0.05)
        for name in ("slurmctld", *NODES):
            cluster.start(name)
        cluster.wait_for("idle")
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(cluster.folder, ignore_errors=True)
