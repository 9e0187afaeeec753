"""Tests of autograder.testrun.accelerator and of the sandbox that it lends GPUs in. The devices are stubs.

Real are the sandbox, the device files in it, the locks, the runs and the verdicts; nothing behind the files computes.
"""

from __future__ import annotations

import ast
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from machines import SLOWNESS, on
from small_course import ID, MODULE, write_course
from stub_devices import StubAccelerator, stub_devices
from whole_reports import read_whole

from autograder.jobs.local import ClassRun, Options, Progress, grade_class
from autograder.jobs.results import ResultsFolder
from autograder.sandbox import Zygote, open_gpu_sandbox, open_sandbox
from autograder.sandbox._zygote import check_untouched
from autograder.sandbox.devices import Found, hold_devices
from autograder.spec import load_assignment
from autograder.submission import Submission
from autograder.testrun.accelerator import Accelerator
from autograder.testrun.runner import Suite
from autograder.testrun.trial import try_devices
from autograder.verdict import GradeReport, Outcome
from autograder.workspace import prepare_workspace

pytestmark = pytest.mark.usefixtures("needs_root")

TOML = 'title = "Devices"\nmodules = ["steps"]\npoints = 10\n[limits]\ncpu_s = 5.0\nwall_s = 20.0\ngpus = 2\n'
REFERENCE = '''
import os
import resource
import stat
import time


def look(device):
    """Where this runs: what it sees and may open, and when."""
    begun, opened = time.monotonic(), []
    for name in sorted(os.listdir("/dev")):
        if name.startswith("stub-gpu"):
            try:
                descriptor = os.open(f"/dev/{name}", os.O_RDWR)
            except OSError:
                continue
            if stat.S_ISCHR(os.fstat(descriptor).st_mode):
                opened.append(name)
            os.close(descriptor)
    time.sleep(0.2)
    print({
        "device": device,
        "visible": os.environ.get("CUDA_VISIBLE_DEVICES"),
        "opened": opened,
        "address_space": resource.getrlimit(resource.RLIMIT_AS)[0],
        "time": (begun, time.monotonic()),
    })
    return 1
'''
PUBLIC = '''
import pytest
from steps import look


@pytest.mark.points(4)
def test_here(device):
    """Without a GPU."""
    assert look(device) == 1
'''
HIDDEN = '''
import pytest
from steps import look


@pytest.mark.points(6)
@pytest.mark.gpu
def test_there(device):
    """With a GPU."""
    assert look(device) == 1
'''
WRONG = REFERENCE.replace("return 1", "return 2")


@pytest.fixture(scope="module")
def sandbox(needs_root: None) -> Iterator[Zygote]:
    """The strongest sandbox, for tests without GPUs."""
    place = open_sandbox("namespaces", ["numpy"])
    yield place
    place.close()


@pytest.fixture(scope="module")
def found(needs_root: None) -> Iterator[Found]:
    """Two stubs of GPUs."""
    with stub_devices(2) as devices:
        yield devices


def run_class(sandbox: Zygote, folder: Path, accelerator: Accelerator, **changes: Any) -> ClassRun:
    """Grade five students, four at a time."""
    assignment = load_assignment(write_course(folder, toml=TOML, public=PUBLIC, hidden=HIDDEN, reference=REFERENCE), ID)
    students = [Submission(name, {"steps.py": f"# {name}\n{REFERENCE}".encode()}) for name in "abcd"]
    students.append(Submission("wrong", {"steps.py": WRONG.encode()}))
    options = replace(Options(jobs=4, secret=b"stubs", accelerator=accelerator), **changes)
    run = grade_class(students, assignment, sandbox, ResultsFolder(folder / "out"), options, Progress())
    return read_whole(run, folder / "out")


@pytest.fixture(scope="module")
def graded(sandbox: Zygote, found: Found, tmp_path_factory: pytest.TempPathFactory) -> ClassRun:
    """Five students on two stubs."""
    return run_class(sandbox, tmp_path_factory.mktemp("stubs"), StubAccelerator(found))


def printed(report: GradeReport) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the student's code saw in the test without a GPU and in the one with it."""
    here, there = (ast.literal_eval(test.result.printed) for test in report.tests)
    return here, there


def test_verdicts_with_devices(graded: ClassRun) -> None:
    """With devices the tests are graded like any other, right and wrong, and say where they ran."""
    assert graded.faults == {}
    assert {student: report.score for student, report in graded.reports.items()} == dict.fromkeys("abcd", 10) | {
        "wrong": 0
    }
    for report in graded.reports.values():
        assert [test.result.device for test in report.tests] == ["", "cuda"]
        assert (report.waiting, report.sandboxes) == (0, 2)


def test_a_submission_sees_its_devices_alone(graded: ClassRun, found: Found) -> None:
    """In the GPU's sandbox there are the shared file and the granted one; in the other none, and nothing is visible."""
    shared = Path(found.shared[0]).name
    for report in graded.reports.values():
        here, there = printed(report)
        assert (here["device"], here["visible"], here["opened"]) == ("cpu", "", [])
        granted = next(device for device in found.devices if device.name == there["visible"])
        assert there["device"] == "cuda"
        assert there["opened"] == sorted([shared, Path(granted.nodes[0]).name])


def test_no_two_submissions_hold_one_device(graded: ClassRun) -> None:
    """Four at a time on two devices: both are used, and on neither do two submissions overlap."""
    uses: dict[str, list[tuple[float, float]]] = {}
    for report in graded.reports.values():
        _, there = printed(report)
        uses.setdefault(there["visible"], []).append(there["time"])
    assert sorted(uses) == ["GPU-stub-0", "GPU-stub-1"]
    for times in uses.values():
        times.sort()
        assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(times))


def test_address_space_is_not_in_cudas_way(graded: ClassRun) -> None:
    """A use with a GPU has no limit of its address space; every other use has."""
    for report in graded.reports.values():
        here, there = printed(report)
        assert here["address_space"] > 0
        assert there["address_space"] == -1


def test_a_device_that_fails_puts_off_what_failed(sandbox: Zygote, found: Found, tmp_path: Path) -> None:
    """Where the device no longer works after a lost test, that test is put off; without a lost test nothing is."""
    assignment = load_assignment(
        write_course(tmp_path, toml=TOML, public=PUBLIC, hidden=HIDDEN, reference=REFERENCE), ID
    )
    accelerator = StubAccelerator(found)
    suite = Suite(assignment, sandbox, b"key")
    try:
        suite.accelerator = accelerator
        accelerator.prepare(suite.tests, sandbox)
        accelerator.reason = "it fell off the bus"
        runs = [
            suite.run(prepare_workspace(Submission("one", {f"{MODULE}.py": source.encode()}), assignment)).results
            for source in (REFERENCE, WRONG)
        ]
    finally:
        suite.close()
        accelerator.close()
    assert [result.outcome for result in runs[0]] == [Outcome.PASSED, Outcome.PASSED]
    assert [result.outcome for result in runs[1]] == [Outcome.FAILED, Outcome.DEFERRED]
    assert runs[1][1].evidence == ("put off: it fell off the bus",)


def test_devices_without_cuda_put_tests_off(sandbox: Zygote, found: Found, tmp_path: Path) -> None:
    """Granted files behind which no CUDA starts are no GPU: the test waits, and nothing is lost or a fault."""
    run = run_class(sandbox, tmp_path, Accelerator("auto", ["numpy"], found))
    assert run.faults == {}
    for report in run.reports.values():
        here, there = report.tests
        assert (there.result.outcome, there.score, report.waiting) == (Outcome.DEFERRED, 0, 6)
        assert here.result.outcome is (Outcome.FAILED if report.student == "wrong" else Outcome.PASSED)
        assert there.result.evidence[0].startswith("put off: ")


def test_trial_says_what_is_missing(sandbox: Zygote, found: Found) -> None:
    """The trial asks CUDA's driver, and torch where the assignment has it; on stubs it names what is not there."""
    place = open_gpu_sandbox(sandbox, ["torch"], found)  # its fork server has imported torch, and not started CUDA
    try:
        with hold_devices(found, 1) as grant:
            plain = try_devices(place, grant, tensors=False)
            torch = try_devices(place, grant, tensors=True)
    finally:
        place.close()
    if not Path("/proc/driver/nvidia").exists():
        assert plain.reason.startswith(("there is no libcuda.so.1", "cuInit failed"))
        assert torch.reason.startswith(("the installed torch is a build without CUDA", "there is no libcuda", "cuInit"))


def test_cuda_before_the_fork_is_seen() -> None:
    """A fork server that holds a device's file open has started CUDA, and refuses to serve."""
    with stub_devices(1) as found:
        node = found.devices[0].nodes[0]
        check_untouched([node])
        descriptor = os.open(node, os.O_RDWR)
        try:
            with pytest.raises(RuntimeError, match="before the fork"):
                check_untouched([node])
        finally:
            os.close(descriptor)


def test_weaker_sandboxes_give_no_gpu(found: Found, tmp_path: Path) -> None:
    """The sandbox `user` lends no device: the tests are put off, with the reason, and the rest is graded."""
    place = open_sandbox("user", ["numpy"])
    try:
        run = run_class(place, tmp_path, StubAccelerator(found))
    finally:
        place.close()
    assert {report.waiting for report in run.reports.values()} == {6}
    assert "gives no submission a GPU" in run.reports["a"].tests[1].result.evidence[0]


def test_a_gpu_later_grades_what_was_put_off(sandbox: Zygote, found: Found, tmp_path: Path) -> None:
    """The same folder, first without a GPU and then with one: what was put off is graded, and then kept."""
    first = run_class(sandbox, tmp_path, Accelerator("cpu", ["numpy"]))
    assert {report.waiting for report in first.reports.values()} == {6}
    second = run_class(sandbox, tmp_path, StubAccelerator(found))
    assert (second.kept, second.reports["a"].score, second.reports["a"].waiting) == (set(), 10, 0)
    third = run_class(sandbox, tmp_path, StubAccelerator(found))
    assert third.kept == {*"abcd", "wrong"}


ONE_USE = '''
import json, sys
from autograder.limits import Limits
from autograder.proxy.account import TestUse
from autograder.proxy.client import Submission
from autograder.proxy.sockets import sandbox_channels
from autograder.sandbox import open_gpu_sandbox, open_sandbox
from autograder.sandbox.devices import Device, Found, hold_devices

LOOK = """
def look():
    import os
    seen = {}
    for name in sorted(os.listdir("/dev")):
        if name.startswith("stub-gpu"):
            try:
                os.close(os.open(f"/dev/{name}", os.O_RDWR))
                seen[name] = "opens"
            except OSError:
                seen[name] = "is refused"
    return seen
"""
found = Found(tuple(Device(node, (node,)) for node in sys.argv[1:]))
beside = open_sandbox("namespaces", [])
place = open_gpu_sandbox(beside, [], found)
with hold_devices(found, 1) as grant:
    client = Submission(sandbox_channels(place.client(grant)), {"nothing.py": b""}, ("nothing",), Limits(), 0)
    client.begin_test(TestUse(seed=0, cpu_limit_s=10, wall_limit_s=10))
    print(json.dumps({"layers": place.layers, "seen": client.probe(LOOK, "look", (), {})}))
    client.close()
place.close()
beside.close()
'''


def test_a_plain_user_grants_devices_too(found: Found) -> None:
    """In a plain user's sandbox the granted file opens and the other does not."""
    nodes = [device.nodes[0] for device in found.devices]
    done = subprocess.run(
        on("plain-user", [sys.executable, "-c", ONE_USE, *nodes]),
        capture_output=True, text=True, timeout=120 * SLOWNESS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert "user namespace" in told["layers"]
    granted, other = (Path(node).name for node in nodes)
    assert told["seen"] == {granted: "opens", other: "is refused"}
