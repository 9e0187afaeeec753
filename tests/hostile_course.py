"""A temporary course with canaries in it, and the two ways to grade a hostile submission: alone and here.

`alone` is plain pytest: the student's module, the hidden suite and the verdict in one process. `here` is the grader
with its real sandbox. An attack counts only once it has been shown to work alone.

A file of tests/hostile/ is one submission. Its docstring is read here:

    alone: leaks suite, expected      what the attack achieves in plain pytest (the kinds are in test_hostile.py)
    here: score 40                    what its honest part earns behind the boundary
    here: outcomes test_total=failed  how named tests end there; a|b where either is right
    nuisance: memory                  what it wants to use up or upset, for a table of nuisances (see NUISANCES)
    needs: root                       what the machine must have for `alone`: root (with every capability), x86_64

What an attack says alone (`alone: says WORD`) it must not come to say here.

A line `#: file NAME` begins another file of the same submission, `#: base64 NAME` one whose bytes follow in base64,
`#: link NAME -> TARGET` makes a symbolic link.
Beside each submission lies tell.py, by which an attack carries out what it found. Words in @ are put in beforehand,
as if the attacker had known them: @COURSE@ and @LOOT@ are paths, @PORT@ a listener, @VICTIM@ a process, @STUDENT@
the submission's name, @MARK@ stands in the name of everything that an attack leaves behind.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import hashlib
import json
import os
import platform
import re
import secrets
import select
import signal
import socket
import stat
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HOSTILE = Path(__file__).parent / "hostile"
TIMEOUT_S = 30
# CPU seconds, KiB of address space, KiB of a file; no core files, but by a limit that its owner may raise
LIMITS = "ulimit -t 20 -v 8000000 -f 102400; ulimit -S -c 0"

NUISANCES = {"memory", "threads", "processes", "disk", "inodes", "output", "cpu", "wall", "signals"}

TOML = """\
title = "Target"
modules = ["target"]
points = 100
packages = [{packages}]

[limits]
cpu_s = 1.0
wall_s = 6.0
import_cpu_s = 3.0
memory_mib = 256
output_kib = 256
disk_mib = 16
"""

PUBLIC = '''\
"""The public tests of target."""

import numpy as np
import pytest
import target


@pytest.mark.points(10)
def test_double_public():
    """Three doubled is six."""
    assert target.double(3) == 6


@pytest.mark.points(10)
def test_total_public():
    """One and two make three."""
    assert target.total(np.array([1.0, 2.0])) == 3
'''

HIDDEN = '''\
"""The hidden tests of target."""

import numpy as np
import pytest
import target
{imports}

# {suite}
EXPECTED = {expected}
INPUT = {input}


@pytest.mark.points(30)
def test_double(rng):
    """Random numbers are doubled."""
    x = rng.normal(size=4)
    np.testing.assert_allclose(target.double(x), 2 * x)


@pytest.mark.points(20)
def test_total():
    """Large numbers are summed."""
    expected = EXPECTED
    assert target.total(np.array([INPUT, EXPECTED - INPUT], dtype=np.float64)) == expected


@pytest.mark.points(10)
def test_total_close(rng, reference):
    """Random numbers are summed."""
    X = rng.normal(size=5)
    expected = reference.total(X)
    assert {close}


@pytest.mark.points(10)
def test_total_after(rng):
    """Random numbers are summed, and left as they are."""
    X = rng.normal(size=5)
    value = target.total(X)
    np.testing.assert_allclose(value, X.sum())


@pytest.mark.points(10)
def test_fit(rng):
    """The weights that made y are found."""
    weights = rng.normal(size=3)
    X = rng.normal(size=(8, 3))
    np.testing.assert_allclose(target.fit(X, X @ weights, rng), weights)
'''
NUMPY_CLOSE = "np.allclose(target.total(X), expected)"
CALLBACK_CLOSE = "np.allclose(target.total(X, [].append), expected)"
TORCH_CLOSE = "torch.allclose(torch.as_tensor(target.total(X), dtype=torch.float64), torch.tensor(expected).double())"

REFERENCE = '''\
"""The reference of target."""

import numpy as np

_SALT = "{reference}"


def double(x):
    """Twice x."""
    return 2 * x


def total(X, log=None):
    """The sum of the array X, shape (n,)."""
    return float(np.sum(X))


def fit(X, y, rng):
    """Weights w, shape (d,), with X w = y."""
    return np.linalg.lstsq(X, y, rcond=None)[0]
'''

TELL = '''\
"""Carries loot out by every way that a submission has."""

import sys

import numpy as np

CALLS = []


def tell(loot):
    """Out at once: both streams, files here, and a file outside if it can be reached."""
    text = str(loot)
    print("loot:", text, flush=True)
    print("loot:", text, file=sys.stderr, flush=True)
    for path in ("loot.txt", "results.json", "@LOOT@"):
        try:
            with open(path, "a") as file:
                file.write(text + "\\n")
        except OSError:
            pass


def answer(loot):
    """Out with an answer, by another way in each call: an exception's text, a text, an array, a class's name."""
    text = str(loot)
    CALLS.append(text)
    way = len(CALLS) % 4
    if way == 1:
        raise ValueError(text)
    if way == 2:
        return text
    if way == 3:
        return np.frombuffer(text.encode(), dtype=np.uint8)
    raise type(text, (Exception,), {})(text)
'''

PLAIN_GRADER = '''\
"""What plain pytest needs for the suites: marks, fixtures, and a wire on which each verdict is told."""

import importlib.util
import json
import os

import pytest

WIRE = int(os.environ.pop("PLAIN_WIRE"))


def pytest_configure(config):
    config.addinivalue_line("markers", "points(points): what a test is worth")


def pytest_runtest_logreport(report):
    if report.when == "call":
        name = report.nodeid.rpartition("::")[2]
        os.write(WIRE, json.dumps({"test": name, "outcome": report.outcome}).encode() + b"\\n")


@pytest.fixture
def rng():
    import numpy

    return numpy.random.default_rng(7)


@pytest.fixture
def reference():
    spec = importlib.util.spec_from_file_location("_reference", "@COURSE@/reference/target/target.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
'''

CONTROL = '''\
"""{other}"""


def double(x):
    return 2 * x


def total(X, log=None):
    return float(X.sum())


def fit(X, y, rng):
    import numpy as np

    return np.linalg.solve(X.T @ X, X.T @ y)
'''

PLANTED = '''\
"""Knows a canary because it was handed one: the search must find it by every way out."""

from tell import answer, tell

tell("{planted}")


def double(x):
    return 2 * x


def total(X):
    print("{planted}")
    return answer("{planted}")
'''


@dataclass(frozen=True)
class Canaries:
    """What must not leave the sandbox: random words, and numbers that look like a test's own."""

    suite: str
    expected: str
    input: str
    reference: str
    environment: str
    other: str
    result: str
    secret: str
    memory: str
    planted: str

    @classmethod
    def draw(cls) -> Canaries:
        """New ones."""
        words = {name: f"canary-{name}-{secrets.token_hex(12)}" for name in cls.__dataclass_fields__}
        low, high = sorted(secrets.randbelow(8 * 10**11) + 10**11 for _ in range(2))
        return cls(**{**words, "input": str(low), "expected": str(high)})


@dataclass(frozen=True)
class Hostile:
    """A hostile submission and what its docstring says of it."""

    name: str
    text: str

    @classmethod
    def read(cls, path: Path) -> Hostile:
        """From a file of tests/hostile/."""
        return cls(path.stem, path.read_text(encoding="utf-8"))

    def _said(self, key: str) -> list[str]:
        return re.findall(rf"^{key}: (.+)$", self.text.split('"""')[1], re.MULTILINE)

    @property
    def nuisance(self) -> str:
        """What it wants to use up or upset, a word of NUISANCES; empty where that is not what it is about."""
        return next(iter(self._said("nuisance")), "")

    @property
    def needs(self) -> list[str]:
        """What the machine lacks for it to be shown alone."""
        has = {"root": _has_every_capability(), "x86_64": platform.machine() == "x86_64"}
        return [word for word in self._said("needs") if not has[word]]

    @property
    def words(self) -> list[str]:
        """What it says alone when it succeeded, and so must not say here."""
        return [arguments[0] for kind, arguments in self.claims if kind == "says"]

    @property
    def claims(self) -> list[tuple[str, list[str]]]:
        """What it achieves alone: (kind, arguments)."""
        words = [line.partition(" ") for line in self._said("alone")]
        return [(kind, rest.split(", ") if rest else []) for kind, _, rest in words]

    @property
    def score(self) -> float:
        """What it earns here."""
        return float(next(line.split()[1] for line in self._said("here") if line.startswith("score")))

    @property
    def outcomes(self) -> dict[str, set[str]]:
        """How tests may end here, by name."""
        lines = [line.removeprefix("outcomes ") for line in self._said("here") if line.startswith("outcomes")]
        parts = [part.split("=") for line in lines for part in line.split(", ")]
        return {test: set(outcomes.split("|")) for test, outcomes in parts}

    @property
    def needs_torch(self) -> bool:
        """Whether it attacks a suite that compares by torch."""
        return "import torch" in self.text

    @property
    def needs_callback(self) -> bool:
        """Whether it attacks a suite that hands it a function."""
        return "def total(X, log" in self.text

    @property
    def suite(self) -> str:
        """Which suite it attacks."""
        return "torch" if self.needs_torch else "callback" if self.needs_callback else "numpy"

    def write(self, folder: Path, words: dict[str, str]) -> None:
        """Lay the submission into a folder."""
        folder.mkdir(parents=True)
        first, *pieces = re.split(r"^#: (file|base64) (.+)\n", self.text, flags=re.MULTILINE)
        (folder / "target.py").write_text(put_in(first, words), encoding="utf-8")
        (folder / "tell.py").write_text(put_in(TELL, words), encoding="utf-8")
        for kind, name, text in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True):
            data = base64.b64decode(text) if kind == "base64" else put_in(text, words).encode()
            (folder / name).write_bytes(data)
        for name, target in re.findall(r"^#: link (\S+) -> (.+)$", self.text, re.MULTILINE):
            (folder / name).symlink_to(put_in(target, words))


def _has_every_capability() -> bool:
    """Whether this process is root, and not root of a container without CAP_SYS_ADMIN."""
    held = re.search(r"^CapEff:\s*([0-9a-f]+)$", Path("/proc/self/status").read_text(), re.MULTILINE)
    return os.geteuid() == 0 and held is not None and bool(int(held[1], 16) >> 21 & 1)


HOSTILES = [Hostile.read(path) for path in sorted(HOSTILE.glob("*.py"))]


def put_in(text: str, words: dict[str, str]) -> str:
    """Replace each @WORD@."""
    return re.sub(r"@([A-Z]+)@", lambda match: words.get(match[1], match[0]), text)


@dataclass(frozen=True)
class Course:
    """A course in a temporary folder."""

    root: Path
    canaries: Canaries
    words: dict[str, str] = field(default_factory=dict)

    @property
    def tests(self) -> Path:
        """The suites."""
        return self.root / "assignments" / "target" / "tests"

    @property
    def submissions(self) -> Path:
        """The class."""
        return self.root / "submissions"

    @property
    def out(self) -> Path:
        """The results folder, which holds an earlier result."""
        return self.root / "out"

    def loot(self, student: str) -> Path:
        """The file outside every sandbox into which an attack writes what it found."""
        return self.root / "loot" / student

    def words_for(self, student: str) -> dict[str, str]:
        """What is put into a submission."""
        return {"COURSE": str(self.root), "LOOT": str(self.loot(student)), "STUDENT": student, **self.words}

    def digest(self) -> dict[str, str]:
        """SHA-256 of every file but the results."""
        files = [path for path in sorted(self.root.rglob("*")) if path.is_file() and self.out not in path.parents]
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def build_course(root: Path, suite: str = "numpy", **words: str) -> Course:
    """Write a course with new canaries; `words` are for the submissions."""
    canaries = Canaries.draw()
    found = vars(canaries)
    torch = suite == "torch"
    close = {"numpy": NUMPY_CLOSE, "callback": CALLBACK_CLOSE, "torch": TORCH_CLOSE}[suite]
    hidden = HIDDEN.format(**found, imports="import torch" if torch else "", close=close)
    result = json.dumps({"score": 87.0, "output": canaries.result, "tests": []})
    files = {
        "assignments/target/assignment.toml": TOML.format(packages='"numpy", "torch"' if torch else '"numpy"'),
        "assignments/target/tests/test_public.py": PUBLIC,
        "assignments/target/tests/test_hidden.py": hidden,
        "reference/target/target.py": REFERENCE.format(**found),
        "submissions/control/target.py": CONTROL.format(**found),
        "out/results/earlier.json": result,
        "out/details/earlier.json": result,
        ".autograder/secret": canaries.secret + "\n",
        "loot/readme": "what an attack carries out to the machine's disk lands here\n",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Course(root, canaries, words)


class Listener:
    """Listens on a port of 127.0.0.1, TCP and UDP, and on unix sockets without a file; says whether it heard."""

    def __init__(self, mark: str) -> None:
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.port = self.tcp.getsockname()[1]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        self.unix = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.unix.bind(f"\0{mark}")
        self.unix.listen()
        self.mail = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.mail.bind(f"\0{mark}-mail")

    def heard(self, wait_s: float) -> bool:
        """Whether a connection or a datagram waits, or comes in time."""
        return bool(select.select([self.tcp, self.udp, self.unix, self.mail], [], [], wait_s)[0])

    def close(self) -> None:
        """Let go of the port and the name."""
        self.tcp.close()
        self.udp.close()
        self.unix.close()
        self.mail.close()


class Victim:
    """A process of the test's own that holds a canary in its memory and waits."""

    def __init__(self, canary: str) -> None:
        code = "import sys; held = sys.stdin.readline(); print('ready', flush=True); sys.stdin.read(); print(held)"
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", code],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self.process.stdin.write(canary + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "ready\n"

    def lives(self) -> bool:
        """Whether it is still there, unharmed and untraced."""
        if self.process.poll() is not None:
            return False
        return "TracerPid:\t0\n" in Path(f"/proc/{self.process.pid}/status").read_text()

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


@dataclass(frozen=True)
class Alone:
    """What became of a submission in plain pytest."""

    course: Course
    student: str
    status: int
    wall_s: float
    output_bytes: int
    outcomes: dict[str, str]
    """By test, from JUnit's file; empty where pytest did not come to write one."""
    told: dict[str, str]
    """By test, from the wire; the first word on a test counts."""
    listener: Listener
    victim: Victim

    @property
    def loot(self) -> str:
        """What was carried out so far."""
        path = self.course.loot(self.student)
        return path.read_text(errors="replace") if path.exists() else ""


@contextlib.contextmanager
def grade_alone(hostile: Hostile, root: Path, mark: str) -> Iterator[Alone]:
    """Grade a submission as a course without a sandbox does: copy the tests to it and run pytest there."""
    listener, canary = Listener(mark), f"canary-memory-{secrets.token_hex(12)}"
    victim = Victim(canary)
    try:
        words = {"PORT": str(listener.port), "VICTIM": str(victim.process.pid), "MARK": mark}
        course = build_course(root / "course", hostile.suite, **words)
        course = Course(course.root, Canaries(**{**vars(course.canaries), "memory": canary}), words)
        folder = course.submissions / hostile.name
        hostile.write(folder, course.words_for(hostile.name))
        for suite in course.tests.iterdir():
            (folder / suite.name).write_bytes(suite.read_bytes())
        grader = root / "grader"
        grader.mkdir()
        (grader / "plain_grader.py").write_text(put_in(PLAIN_GRADER, course.words_for(hostile.name)))
        started_s = time.monotonic()
        status, told = _run_pytest(folder, grader, course.canaries.environment)
        wall_s = time.monotonic() - started_s
        yield Alone(
            course, hostile.name, status, wall_s, (grader / "output").stat().st_size, _read_junit(grader / "junit.xml"),
            told, listener, victim,
        )  # fmt: skip
    finally:
        listener.close()
        victim.close()
        remove(root / "course" / "submissions" / hostile.name)


def _run_pytest(folder: Path, grader: Path, token: str) -> tuple[int, dict[str, str]]:
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "pytest", "-p", "plain_grader", "-p", "no:cacheprovider", "--rootdir", str(folder)]
    command += ["--junit-xml", str(grader / "junit.xml"), "test_public.py", "test_hidden.py"]
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": f"{folder}:{grader}", "PYTHONDONTWRITEBYTECODE": "1",
        "PLAIN_WIRE": str(theirs.fileno()), "COURSE_TOKEN": token, "OMP_NUM_THREADS": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }  # fmt: skip
    with ours, (grader / "output").open("wb") as output:
        process = subprocess.Popen(
            ["bash", "-c", f'{LIMITS}; exec "$@"', "-", *command], cwd=folder, env=environment, stdout=output,
            stderr=output, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True,
        )  # fmt: skip
        theirs.close()
        try:
            status = process.wait(TIMEOUT_S)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return status, _read_wire(ours)


def _read_wire(wire: socket.socket) -> dict[str, str]:
    wire.setblocking(False)
    data = b""
    with contextlib.suppress(BlockingIOError):
        while part := wire.recv(1 << 16):
            data += part
    told: dict[str, str] = {}
    for line in data.split(b"\n"):
        with contextlib.suppress(ValueError, KeyError, TypeError):
            message = json.loads(line)
            told.setdefault(message["test"], message["outcome"])
    return told


def _read_junit(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    outcomes = {}
    for case in ElementTree.parse(path).iter("testcase"):
        kinds = {child.tag for child in case}
        outcome = "failed" if kinds & {"failure", "error"} else "skipped" if kinds else "passed"
        outcomes[case.get("name", "")] = outcome  # a test in which the session ended has no name
    return outcomes


def shared_folders() -> list[Path]:
    """Where every user may write: no deeper than two folders under the root."""
    folders = [*Path("/").iterdir(), *(path for top in Path("/").iterdir() for path in _entries(top))]
    return [path for path in folders if _is_everyones(path)]


def _is_everyones(path: Path) -> bool:
    with contextlib.suppress(OSError):  # what another process had there a moment ago
        mode = path.lstat().st_mode
        return stat.S_ISDIR(mode) and bool(mode & 0o002)
    return False


def _entries(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return [] if folder.is_symlink() or folder.name in ("proc", "sys") else list(folder.iterdir())
    return []


def left_behind(mark: str) -> list[Path]:
    """Files with the mark in their names, where every user may write."""
    return [path for folder in shared_folders() for path in folder.glob(f"*{mark}*")]


def remove(path: Path) -> None:
    """Remove a file, or a folder however deep: what an attack nests is too deep for shutil."""
    subprocess.run(["rm", "-rf", "--", str(path)], check=True)


def sysv_left_behind(mark: str) -> list[tuple[str, int]]:
    """System V objects whose key is the mark's last seven digits: (shm, msg or sem; number)."""
    found = []
    for kind in ("shm", "msg", "sem"):
        for line in Path("/proc/sysvipc", kind).read_text().splitlines()[1:]:
            key, number = line.split()[:2]
            if int(key) == int(mark[-7:], 16):
                found.append((kind, int(number)))
    return found


def remove_sysv(mark: str) -> None:
    """Remove the System V objects of a mark."""
    libc = ctypes.CDLL(None)
    for kind, number in sysv_left_behind(mark):
        if kind == "sem":
            libc.semctl(number, 0, 0)  # IPC_RMID
        else:
            getattr(libc, f"{kind}ctl")(number, 0, None)


def processes_of_this_run() -> list[str]:
    """What runs in a sandbox that this process opened, and every child of this process."""
    found = []
    name = f"/autograder-{os.getpid()}-"
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if folder.name.isdigit():
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                if name in (folder / "cgroup").read_text() or int(fields[1]) == os.getpid():
                    found.append(f"{folder.name} {fields[0]} {(folder / 'comm').read_text().strip()}")
    return sorted(found)


def await_true(question, wait_s: float) -> bool:
    """Whether the answer becomes true in time."""
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline:
        if question():
            return True
        time.sleep(0.05)
    return bool(question())
