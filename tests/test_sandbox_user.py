"""The `user` backend: what a student's process can see, do and use where nothing can be mounted.

`test_everything_holds_in_a_plain_container` runs this whole file again with Docker's default rights and system calls.
"""

import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from boundary import LIMITS, LOOK_AROUND, SLOWNESS, Student
from machines import MACHINE, has_groups, run_here

from autograder.errors import GraderError
from autograder.proxy.account import SandboxLostError
from autograder.sandbox import Zygote, _zygote, open_sandbox
from autograder.sandbox.cgroups import CgroupParent, make_name
from autograder.verdict import Outcome

CONTAINER = os.environ.get(MACHINE, "")
KINDS = ["plain-container", "plain-container-no-landlock", *(["container-with-cgroups"] if has_groups() else [])]
TREES = Path(os.environ.get("AUTOGRADER_TREES", "/var/cache/autograder"))
MORE = """
def kill_itself(how):
    libc = ctypes.CDLL(None, use_errno=True)
    if how == "kill":
        os.kill(os.getpid(), 9)
    elif how == "kill with upper bits":
        number = {"x86_64": 62, "aarch64": 129}[os.uname().machine]
        if libc.syscall(number, ctypes.c_long(os.getpid()), ctypes.c_long((1 << 32) + 9)) != 0:
            raise OSError(ctypes.get_errno(), "kill")
    elif how == "limit":
        resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
    elif how == "thread":
        import signal
        signal.pthread_kill(threading.get_ident(), 9)
    elif how == "descriptor":
        import fcntl
        fcntl.fcntl(0, 10, 9)

def climb():
    os.chdir("..")
    for _ in range(50):
        os.chdir("..")
    return sorted(os.listdir("."))

def change_root():
    os.mkdir("inner")
    os.chroot("inner")

def nest(depth):
    for _ in range(depth):
        os.mkdir("d")
        os.chdir("d")

def flood_small(count):
    for number in range(count):
        with open(f"f{number}", "wb") as file:
            file.write(b"x" * 65536)

def flood_nameless(how):
    import mmap, socket
    kept = []
    while True:
        with open("x", "w+b") as file:
            file.write(bytes(8 << 20))
            os.unlink("x")
            if how == "open":
                kept.append(os.dup(file.fileno()))
            elif how == "mapped":
                file.flush()
                kept.append(mmap.mmap(file.fileno(), 4096))
            elif how == "sent":
                kept.append(socket.socketpair())
                socket.send_fds(kept[-1][0], [b"x"], [file.fileno()])
        time.sleep(0.02)

def use_nameless():
    import tempfile
    with tempfile.TemporaryFile() as file:
        file.write(bytes(4 << 20))
        time.sleep(0.5)
        return file.tell()

def memfd():
    return os.memfd_create("x")

def lock(path):
    import fcntl
    with open(path) as file:
        fcntl.lockf(file, fcntl.LOCK_SH)

def where():
    import tempfile
    return [os.getcwd(), tempfile.gettempdir(), os.path.expanduser("~")]
"""


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    """The real backend, warm."""
    sandbox = open_sandbox("user", ["numpy"])
    yield sandbox
    sandbox.close()


@pytest.fixture
def student(zygote: Zygote) -> Iterator[Student]:
    """A submission that looks around."""
    student = Student(zygote, LOOK_AROUND + MORE)
    yield student
    student.close()


@pytest.mark.skipif("container" not in CONTAINER, reason="this is not a container")
def test_this_is_a_plain_container() -> None:
    """Docker's default rights and filter are in force: no namespace, and a control group only where that is shown."""
    status = Path("/proc/self/status").read_text()
    assert re.search(r"CapBnd:\s+00000000a80425fb", status)
    assert re.search(r"CapEff:\s+00000000a80425fb", status)
    assert re.search(r"Seccomp:\s+2", status)
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.unshare(0x00020000) == -1
    assert ctypes.get_errno() == 1
    parent = CgroupParent(make_name())
    assert bool(parent.controllers) is (CONTAINER == "container-with-cgroups")
    parent.remove()


def test_layers_are_named(zygote: Zygote) -> None:
    """What is in force is told, Landlock where the kernel has it."""
    expected = ["prepared read-only tree as root", "rlimits", "own uid", "no capabilities", "no_new_privs"]
    assert list(zygote.layers[:5]) == expected
    assert "seccomp" in zygote.layers
    assert any(layer.startswith("landlock") for layer in zygote.layers) is not CONTAINER.endswith("no-landlock")


def test_student_has_a_uid_of_its_own(zygote: Zygote, student: Student) -> None:
    """Two uses have two uids, neither is anybody's, and no group comes along."""
    other = Student(zygote, LOOK_AROUND)
    first, second = student.call("ids"), other.call("ids")
    other.close()
    assert first[0] == first[1] >= 300_000
    assert first[0] != second[0]
    assert first[4:] == []


def test_a_use_knows_of_no_other(zygote: Zygote, student: Student) -> None:
    """Beside one that runs, nothing on its stack is of that one, and its descriptor has the same number."""
    student.call("ids")
    other = Student(zygote, LOOK_AROUND)
    told = other.call("tell_of_others")
    assert told == student.call("tell_of_others")
    assert told[0] == {"children": 0, "abandoned": 0}
    assert len(told[1]) == 1
    other.close()


def test_student_has_no_capability(student: Student) -> None:
    """Every capability set is empty, seen from outside; no_new_privs and a filter are in force."""
    student.call("where")
    process = student.submission.process
    assert process is not None
    status = Path(f"/proc/{process.pid}/status").read_text()
    assert set(re.findall(r"Cap\w+:\s+(\w+)", status)) == {"0" * 16}
    assert re.search(r"NoNewPrivs:\s+1", status)
    assert re.search(r"Seccomp:\s+2", status)


def test_limits_are_read_back_from_the_kernel(student: Student) -> None:
    """The rlimits inside are those that were asked for."""
    limits = student.call("limits")
    assert limits["FSIZE"] == [LIMITS.disk_mib << 20] * 2
    assert limits["NPROC"] == [LIMITS.processes] * 2
    assert limits["CORE"] == [0, 0]
    assert LIMITS.memory_mib << 20 <= limits["AS"][1] < (LIMITS.memory_mib + 1024) << 20


@pytest.mark.parametrize("path", ["/etc/shadow", "/proc/1/mem", "/root/.bashrc", "/var/log", f"{Path(__file__)}"])
def test_nothing_of_the_host_is_there(student: Student, path: str) -> None:
    """Files of the host that are not the runtime's do not even exist inside."""
    assert not student.call("exists", path)
    with pytest.raises(OSError):  # noqa: PT011  which one depends on the path
        student.call("read", path)


def test_root_holds_the_runtime_alone(student: Student) -> None:
    """The root's folders are the interpreter's path, the libraries, and what the tree made; the folder its own."""
    inside = set(student.call("listing", "/"))
    prefixes = {Path(path).parts[1] for path in (os.path.realpath(sys.base_prefix), sys.prefix)}
    assert inside <= {"dev", "etc", "lib", "lib64", "uses", "usr"} | prefixes
    assert student.call("listing", ".") == ["work.py"]
    with pytest.raises(PermissionError):
        student.call("listing", "/uses")


def test_temporary_folder_is_its_own(student: Student) -> None:
    """HOME, TMPDIR and the working directory are one folder, which it may write."""
    assert len(set(student.call("where"))) == 1
    assert student.call("write", f"{student.call('where')[1]}/x", 100) == 100


def test_no_way_leads_out_of_the_tree(student: Student) -> None:
    """Climbing ends at the tree's root, and the root cannot be changed again."""
    assert "uses" in student.call("climb")
    with pytest.raises(PermissionError):
        student.call("change_root")


@pytest.mark.parametrize("path", ["/x", "/usr/x", "/etc/passwd", "/dev/x", "/uses/x"])
def test_nothing_but_its_folder_can_be_written(student: Student, path: str) -> None:
    """The tree is root's."""
    with pytest.raises(OSError):  # noqa: PT011
        student.call("write", path)


def test_a_file_is_limited(student: Student) -> None:
    """No file grows beyond disk_mib."""
    with pytest.raises(OSError, match="too large"):
        student.call("write", "large", (LIMITS.disk_mib + 1) << 20)


@pytest.mark.parametrize(("function", "argument"), [("flood_small", 400), ("flood", 30_000), ("nest", 3000)])
def test_folder_is_watched(zygote: Zygote, function: str, argument: int) -> None:
    """More than twice disk_mib, thousands of files, or folders without end cost the process, and are removed."""
    student = Student(
        zygote, LOOK_AROUND + MORE, LIMITS.model_copy(update={"cpu_s": 20.0 * SLOWNESS, "wall_s": 30.0 * SLOWNESS})
    )
    folder = student.call("where")[0]
    arguments = (".", argument) if function == "flood" else (argument,)
    with pytest.raises(SandboxLostError) as lost, student.test():  # noqa: PT012
        student.submission.call("work", function, arguments, {})
        time.sleep(0.5)  # where it was quicker than the watch
        student.submission.call("work", "where", (), {})
    assert lost.value.outcome is Outcome.CRASHED
    assert "MiB" in lost.value.sentence
    student.close()
    assert not [tree for tree in TREES.glob("tree-*/") if Path(f"{tree}{folder}").exists()]


@pytest.mark.parametrize("how", ["open", "mapped"])
def test_files_without_a_name_are_watched(zygote: Zygote, how: str) -> None:
    """What is removed while it is open or mapped takes room on the disk, and counts."""
    student = Student(zygote, LOOK_AROUND + MORE, LIMITS.model_copy(update={"cpu_s": 20.0, "wall_s": 30.0}))
    with pytest.raises(SandboxLostError, match="MiB") as lost:
        student.call("flood_nameless", how)
    assert lost.value.outcome is Outcome.CRASHED
    student.close()


def test_files_cannot_be_kept_on_their_way(student: Student) -> None:
    """A descriptor in a socket would keep a file where no look finds it: none can be sent."""
    with pytest.raises(PermissionError):
        student.call("flood_nameless", "sent")


def test_a_temporary_file_is_no_offence(student: Student) -> None:
    """One file without a name, within the limit, is a student's right."""
    assert student.call("use_nameless") == 4 << 20


def test_memory_is_limited(student: Student) -> None:
    """Memory beyond the limit is a MemoryError inside; the next test is served."""
    with pytest.raises((MemoryError, SandboxLostError)):
        student.call("allocate", 4 * LIMITS.memory_mib)
    assert student.call("allocate", 16) == 16 << 17


def test_watch_ends_what_holds_too_much_memory() -> None:
    """Where no other limit counts it, a process that holds more than its memory is killed, and it is said for what."""
    code = "held = bytearray(200 << 20); print(flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process, socket.socket() as reply:
        assert process.stdout is not None
        process.stdout.readline()
        warm_bytes = min(_zygote.rss_bytes(os.getpid()), 50 << 20)
        for memory_mib, over in ((1024, ""), (100, "memory")):
            child = _zygote.Child(process.pid, reply, {"memory_bytes": memory_mib << 20}, "", -1, warm_bytes)
            _zygote.Zygote.watch(None, child)
            assert child.over == over
        assert process.wait(10) == -signal.SIGKILL


def test_no_other_process_can_be_made(student: Student) -> None:
    """Fork, exec and memfd are refused, and threads beyond the limit."""
    for function in ("fork", "execute", "memfd"):
        with pytest.raises(PermissionError):
            student.call(function)
    assert 0 < student.call("start_threads", 200) < LIMITS.processes


@pytest.mark.parametrize("how", ["kill", "kill with upper bits", "thread", "limit", "descriptor"])
def test_process_cannot_look_as_if_killed_from_outside(student: Student, how: str) -> None:
    """No way to have itself killed by SIGKILL, which would be taken for the machine's fault."""
    with pytest.raises((OSError, ValueError)):
        student.call("kill_itself", how)


def test_process_killed_from_outside_is_a_fault(student: Student) -> None:
    """Whoever else kills it: no score."""
    student.call("where")
    process = student.submission.process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    time.sleep(0.1)
    with pytest.raises(SandboxLostError) as lost:
        student.call("where")
    assert lost.value.outcome is Outcome.FAULT


@pytest.mark.parametrize("family", [1, 2, 10, 16, 40], ids=["unix", "inet", "inet6", "netlink", "vsock"])
def test_no_socket_can_be_made(student: Student, family: int) -> None:
    """No socket of any family, so nothing can be said to anyone."""
    with pytest.raises(OSError):  # noqa: PT011
        student.call("connect", family, 1)


def test_files_cannot_be_locked(student: Student) -> None:
    """Two uses cannot whisper by locks on the files that they share."""
    with pytest.raises(PermissionError):
        student.call("lock", os.__file__)


def test_reading_leaves_no_mark(student: Student) -> None:
    """A shared file's access time does not tell the next use that this one has read it."""
    path = Path(os.path.realpath(os.__file__)).with_name("antigravity.py")
    tree = next(iter(TREES.glob("tree-*/")))
    shared = Path(f"{tree}{path}")
    before = shared.stat().st_atime_ns
    assert student.call("read", str(path))
    assert shared.stat().st_atime_ns == before


def test_loop_that_ignores_signals_ends_at_its_cpu_limit(student: Student) -> None:
    """CPU time ends a loop that cannot be asked to stop."""
    with pytest.raises(SandboxLostError) as lost, student.test() as use:
        student.submission.call("work", "ignore_signals", (), {})
    assert lost.value.outcome is Outcome.TIMEOUT
    assert LIMITS.cpu_s <= use.cpu_s < LIMITS.cpu_s + 1


def test_use_leaves_nothing_behind(zygote: Zygote) -> None:
    """After a use no process, no folder and no descriptor of it is left."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    student = Student(zygote, LOOK_AROUND + MORE)
    folder = student.call("where")[0]
    process = student.submission.process
    assert process is not None
    assert [tree for tree in TREES.glob("tree-*/") if Path(f"{tree}{folder}").exists()]
    student.close()
    assert not Path(f"/proc/{process.pid}").exists()
    assert not [tree for tree in TREES.glob("tree-*/") if Path(f"{tree}{folder}").exists()]
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_plain_user_is_told_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without root it says so in a sentence."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(GraderError, match="must be root"):
        open_sandbox("user", [])


@pytest.mark.skipif(bool(CONTAINER), reason="this is that run")
@pytest.mark.parametrize("kind", KINDS)
def test_everything_holds_in_a_plain_container(kind: str) -> None:
    """Root with Docker's default rights has the same isolation, with Landlock and control groups and without."""
    done = run_here(kind, __file__)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert re.search(r"[3-9]\d passed, [23] skipped", done.stdout), done.stdout[-300:]
