"""The `namespaces` backend: what a student's process can see, do and use. Every fact is read from inside.

`test_everything_holds_for_a_plain_user` runs this whole file again as a user without any right, and the last test as
one to whom a control group is delegated.
"""

import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from boundary import LIMITS, LOOK_AROUND, Student
from machines import MACHINE, has_groups, run_here

from autograder.proxy.account import SandboxLostError
from autograder.sandbox import Zygote, open_sandbox
from autograder.verdict import Outcome

AS_ROOT = os.geteuid() == 0
HAS_CGROUPS = AS_ROOT or os.environ.get(MACHINE) == "delegated-user"


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    """The real backend, warm."""
    sandbox = open_sandbox("namespaces", ["numpy"])
    yield sandbox
    sandbox.close()


@pytest.fixture
def student(zygote: Zygote) -> Iterator[Student]:
    """A submission that looks around."""
    student = Student(zygote, LOOK_AROUND)
    yield student
    student.close()


def test_student_has_a_uid_of_its_own_and_is_alone(student: Student) -> None:
    """The process is pid 1 of its namespace, under a uid that nobody else has, in no group."""
    uid, gid, pid, parent, *groups = student.call("ids")
    assert (pid, parent) == (1, 0)
    if AS_ROOT:
        assert uid == gid >= 300_000
        assert groups == []
    else:
        assert (uid, gid) == (0, 0)  # of a namespace in which that means nothing
    assert student.call("processes") == [1]


def test_student_has_no_capability_and_cannot_gain_one(student: Student) -> None:
    """Every capability set is empty, no_new_privs and the seccomp filter are in force."""
    status = student.call("status")
    assert {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


def test_limits_are_read_back_from_the_kernel(student: Student, zygote: Zygote) -> None:
    """The rlimits inside and the cgroup's files outside say the limits that were asked for."""
    limits = student.call("limits")
    assert limits["FSIZE"] == [max(LIMITS.disk_mib, LIMITS.message_mib) << 20] * 2
    assert limits["NPROC"] == [LIMITS.processes] * 2
    assert limits["CORE"] == [0, 0]
    assert LIMITS.memory_mib << 20 <= limits["AS"][1] < (LIMITS.memory_mib + 1024) << 20
    process = student.submission.process
    assert process is not None
    if not HAS_CGROUPS:
        assert process.cgroup is None  # a plain user has none to give
        return
    assert process.cgroup is not None
    folders = process.cgroup.folders
    memory = next(
        folders["memory"] / name
        for name in ("memory.limit_in_bytes", "memory.max")
        if (folders["memory"] / name).exists()
    )
    assert int(memory.read_text()) == LIMITS.memory_mib << 20
    assert int((folders["pids"] / "pids.max").read_text()) == LIMITS.processes
    assert str(process.pid) in (folders["pids"] / "cgroup.procs").read_text().split()


@pytest.mark.parametrize("path", ["/etc/shadow", "/proc/1/mem", "/root/.bashrc", f"{Path(__file__)}"])
def test_nothing_of_the_host_can_be_read(student: Student, path: str) -> None:
    """Files of the host that are not the runtime's do not exist inside, or may not be read."""
    with pytest.raises(OSError):  # noqa: PT011  which one depends on the path
        student.call("read", path)


def test_root_holds_the_runtime_alone(student: Student) -> None:
    """The root's folders are the interpreter's path, the libraries, and what the sandbox made."""
    inside = set(student.call("listing", "/"))
    made = {"dev", "etc", "lib", "lib64", "proc", "runtime", "submission", "tmp", "usr"}
    prefixes = {Path(path).parts[1] for path in (os.path.realpath(sys.base_prefix), sys.prefix)}
    assert inside <= made | prefixes
    assert student.call("listing", "/submission") == ["work.py"]


@pytest.mark.parametrize("path", ["/x", "/usr/x", "/etc/passwd", "/runtime/_student_side.py", "/dev/x", "/proc/x"])
def test_nothing_but_private_folders_can_be_written(student: Student, path: str) -> None:
    """The root, the runtime and the devices are read-only."""
    with pytest.raises(OSError):  # noqa: PT011
        student.call("write", path)


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
def test_private_folders_are_fresh_for_each_use(student: Student, zygote: Zygote, folder: str) -> None:
    """What one use writes another does not see, and neither does the host."""
    student.call("remember", f"{folder}/left-behind")
    assert student.call("exists", f"{folder}/left-behind")
    other = Student(zygote, LOOK_AROUND)
    assert not other.call("exists", f"{folder}/left-behind")
    other.close()
    assert not Path(folder, "left-behind").exists()


def test_disk_is_limited(student: Student) -> None:
    """Neither more bytes than disk_mib nor more files than the folder's inodes."""
    with pytest.raises(OSError):  # noqa: PT011
        student.call("write", "/tmp/large", (LIMITS.disk_mib + 1) << 20)
    with pytest.raises(OSError):  # noqa: PT011
        student.call("flood", "/tmp", 20_000)


def test_no_other_process_can_be_made(student: Student) -> None:
    """Fork and exec are refused, and threads beyond the limit."""
    with pytest.raises(PermissionError):
        student.call("fork")
    with pytest.raises(PermissionError):
        student.call("execute")
    assert 0 < student.call("start_threads", 200) < LIMITS.processes


@pytest.mark.parametrize("family", [1, 2, 10, 16, 40], ids=["unix", "inet", "inet6", "netlink", "vsock"])
def test_no_socket_can_be_made(student: Student, family: int) -> None:
    """No socket of any family, so nothing can be said to anyone."""
    with pytest.raises(OSError):  # noqa: PT011
        student.call("connect", family, 1)


def test_network_namespace_has_no_network(student: Student) -> None:
    """It is not the machine's, and what devices it has are down and have no address."""
    assert b" lo:" in student.call("read", "/proc/self/net/dev")
    assert not student.call("read", "/proc/self/net/route").splitlines()[1:]
    assert student.call("read", "/proc/self/net/fib_trie") == b""  # an address, if only 127.0.0.1, where one is up
    assert Path("/proc/self/net/fib_trie").read_bytes()  # as there is out here, for whoever runs this


def test_each_use_has_a_network_namespace_of_its_own(student: Student, zygote: Zygote) -> None:
    """Two uses at the same time share none: what has a name in it could be spoken to by the other."""
    other = Student(zygote, LOOK_AROUND)
    own = str(Path("/proc/self/ns/net").readlink())
    assert len({own, *(one.call("link", "/proc/self/ns/net") for one in (student, other))}) == 3
    other.close()


def test_a_use_knows_of_no_other(student: Student, zygote: Zygote) -> None:
    """Beside one that runs, the object that forked it tells nothing of that; uids tell not how many there were."""
    student.call("ids")
    others = [Student(zygote, LOOK_AROUND) for _ in range(3)]
    told = [one.call("tell_of_others") for one in (student, *others)]
    assert told == 4 * [[{"children": 0, "abandoned": 0}, told[0][1]]]
    assert len(told[0][1]) == 1  # the wire
    uids = [one.call("ids")[0] for one in (student, *others)]
    if uids[0] != 0:  # a plain user's uses have no uids of their own
        assert len(set(uids)) == 4
        assert [later - sooner for sooner, later in pairwise(uids)] != [1, 1, 1]
    for other in others:
        other.close()


@pytest.mark.parametrize("kind", [2, 3, 5], ids=["dgram", "raw", "seqpacket"])
def test_no_pair_can_be_made_but_of_streams(student: Student, kind: int) -> None:
    """An end of a pair of datagrams could be given a name, and be sent to by another process."""
    with pytest.raises(PermissionError):
        student.call("pair", kind)
    assert student.call("pair", 1) == b"x"


@pytest.mark.parametrize(
    "name", ["ptrace", "mount", "unshare", "setns", "bpf", "keyctl", "io_uring_setup", "userfaultfd"]
)
def test_dangerous_system_calls_are_refused(student: Student, name: str) -> None:
    """Calls that are not on the list fail with EPERM."""
    import ctypes

    number = ctypes.CDLL("libseccomp.so.2").seccomp_syscall_resolve_name(name.encode())
    assert student.call("system_call", number) == [-1, 1]


def test_environment_tells_nothing(student: Student, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment is the sandbox's own, whatever the grader's holds."""
    monkeypatch.setenv("CANARY", "canary")
    environment = student.call("environment")
    assert environment["HOME"] == "/tmp"
    assert "canary" not in environment.values()
    assert not any(name.startswith(("AUTOGRADER", "PYTEST", "GRADESCOPE")) for name in environment)


def test_memory_hog_gets_memory_error_or_is_killed(student: Student) -> None:
    """Memory beyond the limit is a MemoryError inside, or the kernel's kill; the next test is served."""
    with pytest.raises((MemoryError, SandboxLostError)):
        student.call("allocate", 4 * LIMITS.memory_mib)
    assert student.call("allocate", 16) == 16 << 17


def test_loop_that_ignores_signals_ends_at_its_cpu_limit(student: Student) -> None:
    """CPU time ends a loop that cannot be asked to stop, and its whole tree with it."""
    with pytest.raises(SandboxLostError) as lost, student.test() as use:
        student.submission.call("work", "ignore_signals", (), {})
    assert lost.value.outcome is Outcome.TIMEOUT
    assert LIMITS.cpu_s <= use.cpu_s < LIMITS.cpu_s + 1
    assert student.call("ids")[2] == 1


def test_use_leaves_nothing_behind(zygote: Zygote) -> None:
    """After a use no process, no cgroup and no descriptor of it is left."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    student = Student(zygote, LOOK_AROUND)
    student.call("ids")
    process = student.submission.process
    assert process is not None
    pid, folders = process.pid, list(process.cgroup.folders.values()) if process.cgroup else []
    student.close()
    assert not Path(f"/proc/{pid}").exists()
    assert bool(folders) is HAS_CGROUPS
    assert not [folder for folder in folders if folder.exists()]
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_child_dies_with_whoever_asked_for_it(zygote: Zygote) -> None:
    """A process of ours that is killed takes its sandbox with it: the fork server sees the reply socket end."""
    read_end, write_end = os.pipe()
    asker = os.fork()
    if asker == 0:
        process = zygote.client().spawn(LIMITS)
        os.write(write_end, str(process.pid).encode())
        time.sleep(60)
        os._exit(0)
    pid = int(os.read(read_end, 100))
    assert Path(f"/proc/{pid}").exists()
    os.kill(asker, signal.SIGKILL)
    os.waitpid(asker, 0)
    for _ in range(200):
        if not Path(f"/proc/{pid}").exists():
            break
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()


def test_closing_the_sandbox_removes_everything() -> None:
    """close() ends the server, its children, its cgroups and its folder."""
    ours = f"autograder-{os.getpid()}-*"  # another run's may come and go meanwhile
    before = set(Path(tempfile.gettempdir()).glob(ours))
    sandbox = open_sandbox("namespaces", ["numpy"])
    assert set(Path(tempfile.gettempdir()).glob(ours)) > before
    process = sandbox.client().spawn(LIMITS)  # type: ignore[attr-defined]
    cgroups = list(sandbox.cgroups.controllers.values())  # type: ignore[attr-defined]
    sandbox.close()
    for _ in range(200):
        if not Path(f"/proc/{process.pid}").exists():
            break
        time.sleep(0.02)
    assert not Path(f"/proc/{process.pid}").exists()
    process.end()
    assert process.fault
    assert bool(cgroups) is HAS_CGROUPS
    assert not [folder for folder in cgroups if folder.exists()]
    assert not set(Path(tempfile.gettempdir()).glob(ours)) - before


@pytest.mark.skipif(not AS_ROOT, reason="this is that run")
def test_everything_holds_for_a_plain_user() -> None:
    """A user without any right has the same isolation, in a user namespace of their own."""
    done = run_here("plain-user", __file__)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert re.search(r"[3-9]\d passed, 2 skipped", done.stdout), done.stdout[-300:]


@pytest.mark.skipif(not has_groups(), reason="there are no control groups v2 that share out memory (see tests/vm)")
def test_everything_holds_in_a_delegated_group() -> None:
    """A plain user with a control group of their own has its limits besides, and leaves it as it was."""
    done = run_here("delegated-user", __file__)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert re.search(r"[3-9]\d passed, 2 skipped", done.stdout), done.stdout[-300:]
