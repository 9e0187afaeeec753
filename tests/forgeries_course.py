"""Forgeries: submissions that are right but for one function, which is wrong and forges its way past one test.

Each file of tests/forgeries/ is appended to the right submission and takes the place of some of its functions. Its
docstring says what it attacks, and

    alone: passes test_x, test_y     what plain pytest, in one process, says of tests that must not pass
    alone: skips test_x              ... or `leaves out test_x`: no verdict at all
    alone: not applicable, WHY       there is nothing to attack in one process
    here: all but test_x, test_y     the tests that are lost behind the boundary, and no others

Beside each submission lies tap.py, which puts forged frames in the place of the student side's own.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FORGERIES = Path(__file__).parent / "forgeries"

RIGHT = '''\
"""The right submission of the NumPy suite."""

import numpy as np


def centre(X):
    return X - X.mean(axis=0)


def late(X):
    return X - X.mean(axis=0)


def count(X):
    return int((X > 0).sum())


def split(X, n):
    return [X[i * len(X) // n : (i + 1) * len(X) // n] for i in range(n)]


def is_sorted(X):
    return bool((X[1:] >= X[:-1]).all())


def scale(X):
    return X / np.abs(X).max()


def typed(X):
    return float(X.sum())


def average(X):
    return float(X.mean())


def total(X):
    return float(X.sum())


def spread(X):
    return X - X.min()


def label(n):
    return f"n{n}"


def ranks(X):
    return np.argsort(np.argsort(X))


def table(X):
    return np.stack([X, X**2])


def summary(X):
    return {"mean": float(X.mean())}


def check_name(n):
    raise ValueError("negative")


def check_text(X):
    raise ValueError(f"{X.sum():.6f}")


def check_args(X):
    raise ValueError(f"{X.sum():.6f}")


def check_kinds(n):
    raise ValueError("size") if n else KeyError("name")


def square(x):
    return x * x


class Log:
    def __init__(self):
        self.values = []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def add(self, x):
        self.values.append(2 * x)


class SGD:
    def __init__(self, lr):
        self.lr = lr

    def step(self, w, g):
        w -= self.lr * g


def loop(n, each):
    for i in range(n):
        each(i, 10.0 / (i + 1))


def repeat(n, each):
    for i in range(n):
        each(i)


def often(each):
    each(1)
    return 1


def first_sum(X):
    return float(X.sum())


def second_sum(X):
    return float(X.sum())


def numeric(f, x):
    return (f(x + 1e-6) - f(x - 1e-6)) / 2e-6


def cube(x):
    return x**3


def make_counter():
    return lambda: 3


def numbers():
    return iter([1, 2])


def rows(X):
    return list(np.exp(X) / np.exp(X).sum(axis=1, keepdims=True))


def stopped(X):
    return float(X.sum())


def left(X):
    return float(X.sum())


def pairs(n):
    return iter([(i, 2 * i) for i in range(n)])


def big(n):
    return iter([np.full(2, i) for i in range(n)])


def deep(n):
    return [[n]]


class Model:
    def __init__(self, size):
        self.size = size


def build(size):
    return Model(size)


def many(n):
    return [Model(i) for i in range(n)]


def answer_once(n):
    return 2 * n


def answer_next(n):
    return 3 * n


def answer_old(n):
    return 5 * n


def halve(w):
    w /= 2


def keep(X):
    return float(X.sum())


def memory(trick):
    return np.full(100_000, trick, dtype=np.float64)


def mapping(trick):
    return {"a": trick}


def unique(n):
    return iter([{n}])


def fail(trick):
    raise ValueError("as it should")


def silent(X):
    return np.log(np.maximum(X, 1.0))


def arrays(n):
    return {"W": [np.full(2, float(n))]}
'''

SUITE = '''\
"""Each test asks for one function of the submission."""

import collections.abc
import copy
import math
import time

import numpy as np
import pytest
import work
from work import (
    SGD, Log, Model, answer_next, answer_old, answer_once, average, big, build, check_args, check_kinds, check_name,
    check_text, count, cube, deep, fail, first_sum, halve, is_sorted, keep, label, late, left, loop, make_counter, many,
    mapping, memory, numbers, numeric, often, pairs, ranks, repeat, rows, scale, second_sum, silent, split, spread,
    square, stopped, summary, table, total, typed, unique,
)

from autograder.checks.probe import probe
from autograder.checks.watch import no_warnings


def test_zeroed(rng):
    X = rng.normal(size=(4, 2))
    out = late(X)
    np.testing.assert_allclose(out, X - X.mean(axis=0))


def test_equal(rng):
    X = rng.normal(size=9)
    assert count(X) == (X > 0).sum()


def test_length(rng):
    X = rng.normal(size=6)
    parts = split(X, 3)
    assert len(parts) == 3
    for part, expected in zip(parts, X.reshape(3, 2)):
        assert np.array_equal(part, expected)


def test_truth():
    assert is_sorted(np.arange(3))
    assert not is_sorted(np.array([1, 0]))


def test_array(rng):
    X = rng.normal(size=4)
    expected = X / np.abs(X).max()
    np.testing.assert_allclose(scale(X), expected)


def test_kind(rng):
    X = rng.normal(size=4)
    value = typed(X)
    assert isinstance(value, float)
    assert value == float(X.sum())


def test_approx(rng):
    X = rng.normal(size=4)
    assert average(X) == pytest.approx(X.mean())


def test_difference(rng):
    X = rng.normal(size=4)
    expected = X.sum()
    assert abs(total(X) - expected) < 1e-9


def test_array_difference(rng):
    X = rng.normal(size=4)
    expected = X - X.min()
    assert np.abs(expected - spread(X)).max() < 1e-9


def test_text():
    assert label(3).startswith("n")
    assert label(12).endswith("12")


def test_ranks(rng):
    X = rng.normal(size=4)
    assert np.array_equal(ranks(X), np.argsort(np.argsort(X)))


def test_table(rng):
    X = rng.normal(size=4)
    out = table(X)
    assert out[0].tolist() == X.tolist()
    assert np.allclose(out[1], X * X)


def test_copy(rng):
    X = rng.normal(size=4)
    expected = {"mean": float(X.mean())}
    kept = copy.deepcopy(summary(X))
    assert kept == expected


def test_name():
    with pytest.raises(Exception) as info:
        check_name(-1)
    assert type(info.value).__name__ == "ValueError"


def test_message(rng):
    X = rng.normal(size=3)
    expected = f"{X.sum():.6f}"
    with pytest.raises(ValueError) as info:
        check_text(X)
    assert str(info.value) == expected


def test_args(rng):
    X = rng.normal(size=3)
    expected = f"{X.sum():.6f}"
    with pytest.raises(ValueError) as info:
        check_args(X)
    assert info.value.args == (expected,)


def test_kinds():
    with pytest.raises(ValueError):
        check_kinds(1)
    with pytest.raises(KeyError):
        check_kinds(0)


def test_map(rng):
    xs = rng.normal(size=4).tolist()
    for y, x in zip(map(square, xs), xs):
        assert math.isclose(y, x * x)


def test_context(rng):
    X = rng.normal(size=3)
    with Log() as log:
        log.add(1.0)
        assert np.allclose(log.values, [2.0])


@pytest.mark.in_place("w")
def test_step():
    w, g = np.ones(3), np.arange(3.0)
    SGD(0.1).step(w, g)
    np.testing.assert_allclose(w, 1 - 0.1 * g)


def test_callback():
    losses = []

    def check(step, loss):
        losses.append(loss)
        assert loss == 10.0 / (step + 1)

    loop(3, check)
    assert len(losses) == 3


def test_late_callback():
    calls = []
    repeat(3, calls.append)
    time.sleep(0.2)
    assert calls == [0, 1, 2]


def test_after_late_callback():
    assert cube(1.0) == 1.0


def test_many_callbacks():
    calls = []
    assert often(calls.append) == 1
    assert calls == [1]


X_BOTH = np.random.default_rng(5).normal(size=5)


def test_first_sum():
    expected = X_BOTH.sum()
    assert math.isclose(first_sum(X_BOTH), expected)


def test_second_sum():
    assert math.isclose(second_sum(X_BOTH), X_BOTH.sum())


def test_numeric():
    assert math.isclose(numeric(lambda x: x**3, 1.0), 3.0, rel_tol=1e-4)


def test_cube(rng):
    x = float(rng.normal())
    assert math.isclose(cube(x), x**3)


def test_callable():
    assert callable(make_counter())


def test_iterator():
    assert isinstance(numbers(), collections.abc.Iterator)


def test_rows(rng, subtests):
    for row in rows(rng.normal(size=(3, 4))):
        with subtests.test():
            assert np.isclose(np.sum(row), 1.0)


def test_stopped(rng):
    X = rng.normal(size=3)
    assert stopped(X) == float(X.sum())


def test_left(rng):
    X = rng.normal(size=3)
    assert left(X) == float(X.sum())


def test_pairs():
    assert list(pairs(3)) == [(0, 0), (1, 2), (2, 4)]


def test_big():
    items = list(big(3))
    assert len(items) == 3
    assert [item.tolist() for item in items] == [[0, 0], [1, 1], [2, 2]]


def test_deep():
    assert deep(3) == [[3]]


@pytest.mark.parametrize("trick", range(5))
def test_model(trick):
    model = build(trick)
    assert isinstance(model, Model)
    assert model.size == trick


def test_many():
    for n in range(3):
        models = list(many(n))
        assert len(models) == n
        assert [model.size for model in models] == list(range(n))


def test_answer_once(rng):
    n, m = (int(n) for n in rng.integers(1, 100, size=2))
    assert answer_once(n) == 2 * n
    assert answer_next(m) == 3 * m


def test_answer_old(rng):
    n, m = (int(n) for n in rng.integers(1, 100, size=2))
    assert answer_old(n) == 5 * n
    assert answer_old(m) == 5 * m


@pytest.mark.in_place("w")
@pytest.mark.parametrize("trick", range(6))
def test_halve(trick):
    w = np.full(3, 2.0 + trick)
    view = w[:2]
    halve(w)
    assert view.tolist() == [1.0 + trick / 2] * 2


@pytest.mark.parametrize("trick", range(4))
def test_keep(trick):
    X = np.arange(3.0) + trick
    assert keep(X) == X.sum()


@pytest.mark.parametrize("trick", range(10))
def test_memory(trick):
    value = memory(trick)
    assert value.shape == (100_000,)
    assert (value == trick).all()


@pytest.mark.parametrize("trick", range(8))
def test_mapping(trick):
    assert mapping(trick) == {"a": trick}


def test_unique():
    assert list(unique(3)) == [{3}]


@pytest.mark.parametrize("trick", range(10))
def test_fail(trick):
    with pytest.raises(ValueError, match="should"):
        fail(trick)


def test_silent():
    with no_warnings():
        out = silent(np.array([0.0, 1.0]))
    assert out.tolist() == [0.0, 0.0]


@probe
def probe_arrays(n):
    from work import arrays

    return arrays(n)


@pytest.mark.parametrize("trick", range(4))
def test_arrays(trick):
    found = probe_arrays(trick)
    assert np.all(found["W"][0] == trick)


def test_last():
    assert work.label(1) == "n1"
'''

STAR = '''\
"""A star import of the student's module after NumPy's own."""

import numpy as np
from work import *


def test_star(rng):
    X = rng.normal(size=(5, 2))
    assert np.allclose(centre(X), X - X.mean(axis=0))
'''

CONFTEST = '''\
"""Writes down what the trusted process has used, a line a test, where the course says so."""

import os
import re
import resource
import time
from pathlib import Path

import pytest

LEDGER = Path(__file__).parent / "ledger.txt"


@pytest.fixture(autouse=True)
def ledger(request):
    started_s, cpu_s = time.monotonic(), time.process_time()
    yield
    if LEDGER.exists():
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        with LEDGER.open("a") as file:
            file.write(f"{request.node.name} {most} {time.monotonic() - started_s:.3f}"
                       f" {time.process_time() - cpu_s:.3f}\\n")
'''

TORCH_RIGHT = '''\
"""The right submission of the torch suite."""

import torch
import torch.nn.functional as F


class Net(torch.nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.linear = torch.nn.Linear(features, classes)

    def forward(self, x):
        return self.linear(x).tanh()


def shift(x):
    return x - x.mean(dim=0)


def scale(x):
    return x / x.abs().max()


def loss(z, y):
    return F.cross_entropy(z, y)


def cubes(x):
    return x**3


def train(x, y, steps):
    net = Net(x.shape[1], 2).double()
    optimiser = torch.optim.SGD(net.parameters(), lr=0.5)
    for _ in range(steps):
        optimiser.zero_grad()
        F.cross_entropy(net(x), y).backward()
        optimiser.step()
    return net


def counted(features):
    return Net(features, 2)


def weights(net):
    return {name: value.clone() for name, value in net.state_dict().items()}


def mask(x):
    return x > 0
'''

TORCH_SUITE = '''\
"""Each test asks for one thing of a submission in torch."""

import importlib
import sys

import numpy as np
import pytest
import torch
from work import counted, loss, mask, scale, shift

from autograder.checks.probe import probe
from autograder.proxy import handles


def of_reference(function, *args):
    """The probe on the reference; in plain pytest on the right submission, in this same process."""
    if handles.current is not None:
        return function.on_reference(*args)
    kept, sys.modules["work"] = sys.modules["work"], importlib.import_module("right_work")
    try:
        torch.manual_seed(0)
        return function(*args)
    finally:
        sys.modules["work"] = kept


def draw(rng, *shape):
    return torch.tensor(rng.normal(size=shape))


def test_function(rng):
    x = draw(rng, 4, 2)
    assert torch.allclose(shift(x), x - x.mean(dim=0))


def test_method(rng):
    x = draw(rng, 4)
    assert scale(x).allclose(x / x.abs().max())


def test_loss(rng):
    z, y = draw(rng, 5, 3), torch.tensor([0, 1, 2, 1, 0])
    assert torch.allclose(loss(z, y), torch.nn.functional.cross_entropy(z, y))


@probe
def slopes(x):
    import torch
    from work import cubes

    x = x.clone().requires_grad_()
    cubes(x).sum().backward()
    return x.grad


def test_gradient(rng):
    x = draw(rng, 4)
    mine = x.clone().requires_grad_()
    (mine**3).sum().backward()
    assert torch.allclose(slopes(x), mine.grad)


@probe
def train_a_little(x, y):
    import torch
    from work import train

    torch.manual_seed(0)
    return [p.detach().clone() for p in train(x, y, 3).parameters()]


def test_training(rng):
    x, y = draw(rng, 6, 3), torch.tensor([0, 1, 0, 1, 1, 0])
    mine, theirs = train_a_little(x, y), of_reference(train_a_little, x, y)
    assert len(mine) == len(theirs)
    for a, b in zip(mine, theirs):
        assert torch.allclose(a, b)


@probe
def read_state(x, y):
    import torch
    from work import train, weights

    torch.manual_seed(1)
    return weights(train(x, y, 2))


def test_state(rng):
    x, y = draw(rng, 6, 3), torch.tensor([0, 1, 0, 1, 1, 0])
    mine, theirs = read_state(x, y), of_reference(read_state, x, y)
    assert mine.keys() == theirs.keys()
    assert all(torch.allclose(mine[name], theirs[name]) for name in theirs)


def test_parameters(rng):
    net = counted(3)
    W, b = draw(rng, 2, 3).float(), draw(rng, 2).float()
    net.load_state_dict({"linear.weight": W, "linear.bias": b})
    x = draw(rng, 4, 3).float()
    assert sum(p.numel() for p in net.parameters()) == 8
    assert torch.allclose(net(x), (x @ W.T + b).tanh(), atol=1e-6)


def test_mask(rng):
    x = draw(rng, 64)
    found, expected = mask(x), x > 0
    assert found.dtype == torch.bool
    assert bool((found == expected).all())
    assert int((~found).sum()) == int((~expected).sum())
    assert x[found].tolist() == x[expected].tolist()


def test_numpy(rng):
    X = rng.normal(size=3)
    assert np.allclose(shift(torch.tensor(X)).numpy(), X - X.mean())
'''

PLAIN = '''\
"""Plain pytest, a process for each submission: forks of this one, which has imported what they share."""

import json
import os
import signal
import sys

import numpy
import pytest

from autograder.checks import probe, watch
from autograder.testrun import plugin

job = json.load(sys.stdin)
if job["torch"]:
    import torch

    torch.set_num_threads(1)


class Reporter:
    def __init__(self):
        self.verdicts = {}

    def pytest_runtest_logreport(self, report):
        name = report.nodeid.rpartition("::")[2]
        if type(report).__name__ == "SubtestReport":
            if report.failed:
                self.verdicts[name] = "failed"
        elif report.outcome != "passed":
            self.verdicts[name] = report.outcome
        elif report.when == "call":
            self.verdicts.setdefault(name, "passed")


def judge(folder):
    signal.alarm(60)
    reporter = Reporter()
    sys.path.insert(0, folder)
    arguments = ["-q", "-c", os.devnull, "--rootdir", job["suite"], "-p", "no:cacheprovider", job["suite"]]
    pytest.main(arguments, plugins=[plugin, reporter])
    with open(os.path.join(folder, "verdicts.json"), "w") as file:
        json.dump(reporter.verdicts, file)


running = 0
for folder in job["submissions"]:
    if running == 2:
        os.wait()
        running -= 1
    if os.fork() == 0:
        try:
            judge(folder)
        finally:
            os._exit(0)
    running += 1
while running:
    os.wait()
    running -= 1
'''

TAP = '''\
"""The wire from the inside: what `instead` is given is sent in the place of the next reply."""

import fcntl
import os
import socket
import struct
import sys

side = sys.modules.get("_student_side")  # none in plain pytest
waiting = []
nonces = []

if side is not None:
    send_frame = side.Wire.send_frame

    def tapped(self, nonce, kind, reply, buffers):
        nonces.append(nonce)
        if waiting and kind != side.CALLBACK:
            waiting.pop(0)(self, nonce)
        else:
            send_frame(self, nonce, kind, reply, buffers)

    side.Wire.send_frame = tapped


def server():
    """The student side's server, from the frames above."""
    frame = sys._getframe()
    while frame is not None:
        if type(frame.f_locals.get("self")).__name__ == "Server":
            return frame.f_locals["self"]
        frame = frame.f_back
    return None


def instead(forge):
    """The next reply is what `forge(wire, nonce)` sends."""
    if side is not None:
        waiting.append(forge)


def reply(node, buffers=(), **more):
    """A VALUE of any nodes."""
    metadata = {"value": node, "changed": [], "returned": [], **more}
    return lambda wire, nonce: send_frame(wire, nonce, side.VALUE, metadata, list(buffers))


def seal(size, flags=3, seals=15):
    """A memfd of zeros."""
    descriptor = os.memfd_create("forged", flags)
    os.ftruncate(descriptor, size)
    if seals:
        fcntl.fcntl(descriptor, 1033, seals)
    return descriptor


def head(nonce, metadata, sizes, memory, kind=16, total=None):
    """A frame up to its buffers."""
    packed = side.msgspec.msgpack.encode(metadata)
    total = sum(sizes) if total is None else total
    header = side.HEADER.pack(b"AGW2", kind, memory, len(sizes), len(packed), nonce, total)
    return header + struct.pack(f"<{len(sizes)}Q", *sizes) + packed


def in_memory(descriptors, node, sizes, announced=1):
    """A VALUE with these descriptors beside its first byte."""

    def forge(wire, nonce):
        data = head(nonce, {"value": node, "changed": [], "returned": []}, sizes, announced)
        socket.send_fds(wire.socket, [data[:1]], descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        wire.socket.sendall(data[1:])

    return forge


def found(name):
    """A variable of a caller's, where one process holds us both."""
    frame = sys._getframe(1)
    while frame is not None:
        if name in frame.f_locals and frame.f_globals.get("__name__") not in (__name__, "work"):
            return frame.f_locals[name]
        frame = frame.f_back
    return None
'''


@dataclass(frozen=True)
class Forgery:
    """A forging submission and what its docstring says of it."""

    name: str
    text: str

    def _said(self, key: str) -> str:
        (line,) = re.findall(rf"^{key}: (.+)$", self.text.split('"""')[1], re.MULTILINE)
        return str(line)

    @property
    def needs_torch(self) -> bool:
        """Whether it attacks the torch suite."""
        return "import torch" in self.text

    @property
    def alone(self) -> tuple[str, list[str]]:
        """What plain pytest says (`passed`, `skipped`, nothing) of which tests; no tests where it is not applicable."""
        for words, verdict in (("passes ", "passed"), ("skips ", "skipped"), ("leaves out ", "")):
            if self._said("alone").startswith(words):
                return verdict, self._said("alone").removeprefix(words).split(", ")
        assert self._said("alone").startswith("not applicable, ")
        return "", []

    @property
    def lost(self) -> list[str]:
        """The tests that it loses here."""
        return self._said("here").removeprefix("all but ").split(", ")

    def lay(self, folder: Path) -> Path:
        """Write the submission."""
        folder.mkdir(parents=True)
        right = TORCH_RIGHT if self.needs_torch else RIGHT
        (folder / "work.py").write_text(f"{right}\n\n# forged\n{self.text}", encoding="utf-8")
        (folder / "tap.py").write_text(TAP, encoding="utf-8")
        (folder / "right_work.py").write_text(right, encoding="utf-8")
        return folder


def read_forgeries() -> list[Forgery]:
    """All of them."""
    return [Forgery(path.stem, path.read_text(encoding="utf-8")) for path in sorted(FORGERIES.glob("*.py"))]


def lay_course(root: Path, *, torch: bool) -> tuple[Path, Path]:
    """The suite's and the right submission's folders."""
    suite, right = root / "suite", root / "right"
    suite.mkdir(parents=True)
    right.mkdir()
    files = {"test_torch.py": TORCH_SUITE} if torch else {"test_numpy.py": SUITE, "test_star.py": STAR}
    for name, text in {**files, "conftest.py": CONFTEST}.items():
        (suite / name).write_text(text, encoding="utf-8")
    (right / "work.py").write_text(TORCH_RIGHT if torch else RIGHT, encoding="utf-8")
    return suite, right


def judge_alone(forgeries: list[Forgery], root: Path) -> dict[str, dict[str, str]]:
    """What plain pytest says of each forgery, by test: `passed`, `failed`, `skipped`, or nothing."""
    found = {}
    for torch in (False, True):
        suite, _ = lay_course(root / f"torch-{torch}", torch=torch)
        folders = {f.name: str(f.lay(root / f.name)) for f in forgeries if f.needs_torch is torch}
        job = {"suite": str(suite), "torch": torch, "submissions": list(folders.values())}
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        subprocess.run(
            [sys.executable, "-c", PLAIN], input=json.dumps(job), env=environment, cwd=root, text=True,
            capture_output=True, timeout=300, check=True,
        )  # fmt: skip
        for name, folder in folders.items():
            path = Path(folder) / "verdicts.json"
            found[name] = json.loads(path.read_text()) if path.exists() else {}
    return found
