"""Control groups, v1 or v2: limits are the kernel's, who hit which is told apart, and nothing of them is left.

What is delegated exists on v2 alone: those tests run where the kernel has it (tests/vm brings such a machine).
"""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from boundary import LIMITS, Student
from machines import GROUPED, has_groups, on

from autograder.proxy.account import SandboxLostError
from autograder.sandbox import open_sandbox
from autograder.sandbox.cgroups import Cgroup, CgroupParent, make_name
from autograder.sandbox.delegation import _is_marked
from autograder.verdict import Outcome

MEMORY_BYTES, PROCESSES = 64 << 20, 8
IMPORTS = "import os, time\nfrom pathlib import Path\nfrom autograder.sandbox.cgroups import CgroupParent, make_name\n"
delegation = pytest.mark.skipif(
    not has_groups(), reason="there are no control groups v2 that share out memory (see tests/vm)"
)


@pytest.fixture
def parent(needs_root: None) -> Iterator[CgroupParent]:
    """A run's group."""
    parent = CgroupParent(make_name())
    yield parent
    parent.remove()
    assert not [folder for folder in parent.controllers.values() if folder.exists()]


@pytest.fixture
def cgroup(parent: CgroupParent) -> Iterator[Cgroup]:
    """A use's group in it."""
    cgroup = parent.create("1", MEMORY_BYTES, PROCESSES)
    yield cgroup
    cgroup.remove()


def run_in(cgroup: Cgroup, work: Callable[[], None]) -> int:
    """A child joins as the sandbox's children do, and works; its wait status."""
    pid = os.fork()
    if pid == 0:
        try:
            for descriptor in cgroup.descriptors:
                os.write(descriptor, b"0")
            work()
            os._exit(0)
        except OSError as error:
            os._exit(error.errno or 1)
    return os.waitpid(pid, 0)[1]


def hold(size_bytes: int) -> None:
    """Touch that much memory."""
    held = bytearray(size_bytes)
    held[:: resource.getpagesize()] = b"x" * len(held[:: resource.getpagesize()])


def fork_many() -> None:
    """Ask for more processes than there may be."""
    for _ in range(2 * PROCESSES):
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)


def spin(cpu_s: float) -> None:
    """Use CPU time."""
    while time.process_time() < cpu_s:
        pass


def test_version_is_named(parent: CgroupParent) -> None:
    """Root has memory and processes limited, under the version that this kernel mounts."""
    version = 2 if Path("/sys/fs/cgroup/cgroup.controllers").exists() else 1
    assert parent.layers == [f"cgroup v{version} (memory, pids)"]


def test_another_process_of_the_run_finds_the_same_groups(parent: CgroupParent) -> None:
    """Name and version are enough to find them, and none are found once they are gone."""
    other = CgroupParent.existing(parent.name, parent.version, parent.controllers)
    assert other.controllers == parent.controllers
    parent.remove()
    gone = CgroupParent.existing(parent.name, parent.version, parent.controllers)
    assert (gone.controllers, gone.is_there) == (parent.controllers, False)
    with pytest.raises(FileNotFoundError):
        gone.create("1", 1 << 26, 8)


def test_memory_kill_is_told_apart(cgroup: Cgroup) -> None:
    """A process over its memory is killed, and the group says for what; one that keeps within it is not."""
    assert run_in(cgroup, lambda: hold(MEMORY_BYTES // 2)) == 0
    assert not cgroup.memory_killed()
    assert run_in(cgroup, lambda: hold(MEMORY_BYTES * 2)) == signal.SIGKILL
    assert cgroup.memory_killed()
    assert MEMORY_BYTES * 0.9 <= cgroup.peak_memory_mib() * 2**20 <= MEMORY_BYTES


def test_another_kill_is_not_memory(cgroup: Cgroup) -> None:
    """SIGKILL from elsewhere leaves no mark."""
    assert run_in(cgroup, lambda: os.kill(os.getpid(), signal.SIGKILL)) == signal.SIGKILL
    assert not cgroup.memory_killed()


def test_processes_are_limited(cgroup: Cgroup) -> None:
    """A fork beyond the limit fails with EAGAIN."""
    assert os.waitstatus_to_exitcode(run_in(cgroup, fork_many)) == 11
    folder = cgroup.folders["pids"]
    members = [int(line) for line in (folder / "cgroup.procs").read_text().split()]
    assert len(members) == PROCESSES - 1  # all but the one that forked
    for pid in members:
        os.kill(pid, signal.SIGKILL)
    while (folder / "cgroup.procs").read_text():
        time.sleep(0.01)


def test_cpu_time_is_counted(cgroup: Cgroup) -> None:
    """The group counts what its processes used, when they are gone too."""
    before = cgroup.cpu_s()
    assert before is not None
    assert run_in(cgroup, lambda: spin(time.process_time() + 0.3)) == 0
    after = cgroup.cpu_s()
    assert after is not None
    assert 0.3 <= after - before < 3


def test_memory_that_no_rlimit_counts_is_the_students_too(needs_root: None) -> None:
    """Files in memory beyond the limit end the use, as `memory`, and the next one is served."""
    source = """
import os
held = []

def fill(files, mib):
    for _ in range(files):
        held.append(os.memfd_create("x"))
        for _ in range(mib):
            os.write(held[-1], b"x" * (1 << 20))
"""
    sandbox = open_sandbox("namespaces", [])
    student = Student(sandbox, source, LIMITS.model_copy(update={"memory_mib": 64, "cpu_s": 20.0, "wall_s": 60.0}))
    with pytest.raises(SandboxLostError) as lost:
        student.call("fill", 4, 50)
    assert lost.value.outcome is Outcome.MEMORY
    student.call("fill", 1, 10)
    student.close()
    sandbox.close()


def python_on(kind: str, code: str) -> subprocess.CompletedProcess[str]:
    """Code on a machine of that kind; it fails where anything is left in its control group."""
    start = "import os, time, signal\nfrom pathlib import Path\nfrom autograder.sandbox.cgroups import *\n"
    command = on(kind, [sys.executable, "-c", start + code])
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@delegation
@pytest.mark.parametrize("kind", GROUPED)
def test_delegated_group_is_used_and_given_back(kind: str) -> None:
    """Where the group is this user's to divide its limits work; where systemd did not say so it stays as it is."""
    code = """
own = Path("/proc/self/cgroup").read_text()
parent = CgroupParent(make_name())
print(*parent.layers, parent.refusal)
if parent.controllers:
    cgroup = parent.create("1", 64 << 20, 8)
    pid = os.fork()
    if pid == 0:
        for descriptor in cgroup.descriptors:
            os.write(descriptor, b"0")
        held = b"x" * (128 << 20)
        os._exit(0)
    print(os.waitpid(pid, 0)[1], cgroup.memory_killed())
    cgroup.remove()
    parent.remove()
assert Path("/proc/self/cgroup").read_text() == own
"""
    done = python_on(kind, code)
    assert done.returncode == 0, done.stderr
    if kind == "undelegated-user":
        assert "is not delegated to this user" in done.stdout
    else:
        assert done.stdout.splitlines() == ["cgroup v2 (memory, pids) ", "9 True"]


@pytest.mark.parametrize(("answer", "delegated"), [("echo yes", True), ("echo no", False), ("exit 1", False)])
def test_users_own_systemd_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, delegated: bool
) -> None:
    """A user's systemd leaves no mark on a scope, so it is asked for the unit by name; without it there is no yes."""
    script = tmp_path / "systemctl"
    script.write_text(f'#!/bin/sh\n[ "$*" = "--user show --property=Delegate --value -- run-1.scope" ] && {answer}\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    folder = Path(f"/sys/fs/cgroup/user.slice/user@{os.getuid()}.service/app.slice/run-1.scope")
    assert _is_marked(folder) is delegated
    assert not _is_marked(Path("/sys/fs/cgroup/user.slice/session-1.scope"))
    monkeypatch.setenv("PATH", "/nonexistent")
    assert not _is_marked(folder)


@delegation
def test_two_runs_share_a_delegated_group() -> None:
    """The processes return when the last run ends, whichever began first, and take what they started with them."""
    code = """
first, second = CgroupParent(make_name()), CgroupParent(make_name())
assert first.layers == second.layers == ["cgroup v2 (memory, pids)"]
child = os.fork()
if child == 0:
    time.sleep(60)
first.remove()
assert second.create("1", 1 << 26, 8).remove() is None
inside = Path("/proc/self/cgroup").read_text()
assert inside.strip().endswith("/autograder-leaf"), inside
second.remove()
after = Path("/proc/self/cgroup").read_text()
assert "autograder" not in after
assert Path(f"/proc/{child}/cgroup").read_text() == after
os.kill(child, 9)
os.waitpid(child, 0)
"""
    done = python_on("delegated-user", code)
    assert done.returncode == 0, done.stderr


@delegation
def test_run_that_was_killed_is_cleared_away_by_the_next() -> None:
    """Groups of a run that ended by kill -9 go, and its leaf with them."""
    code = """
child = os.fork()
if child == 0:
    CgroupParent(make_name()).create("1", 1 << 26, 8)
    os.kill(os.getpid(), 9)
os.waitpid(child, 0)
assert Path("/proc/self/cgroup").read_text().strip().endswith("/autograder-leaf")
parent = CgroupParent(make_name())
assert parent.layers
parent.remove()
assert "autograder" not in Path("/proc/self/cgroup").read_text()
"""
    done = python_on("delegated-user", code)
    assert done.returncode == 0, done.stderr


@delegation
def test_other_peoples_processes_are_not_moved() -> None:
    """With somebody else's process in the group nothing is touched, and the reason is said."""
    code = """
own = Path("/proc/self/cgroup").read_text().strip().removeprefix("0::")
print(own, flush=True)
input()
parent = CgroupParent(make_name())
print(parent.refusal, parent.controllers, [path.name for path in Path(f"/sys/fs/cgroup{own}").glob("*/")], flush=True)
input()
"""
    with (
        subprocess.Popen(["sleep", "60"]) as stranger,
        subprocess.Popen(
            on("delegated-user", [sys.executable, "-c", IMPORTS + code]),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as process,
    ):  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        group = process.stdout.readline().strip()
        Path(f"/sys/fs/cgroup{group}/cgroup.procs").write_text(str(stranger.pid))
        process.stdin.write("\n")
        process.stdin.flush()
        said = process.stdout.readline()
        stayed = f"0::{group}\n" in Path(f"/proc/{stranger.pid}/cgroup").read_text()
        stranger.kill()
        stranger.wait()
        _, errors = process.communicate("\n", timeout=60)
    assert process.returncode == 0, errors
    assert said == f"somebody else's process ({stranger.pid}) is in the group {{}} []\n"
    assert stayed
