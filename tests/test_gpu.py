"""Tests that need a real GPU; without one they skip, and say what is missing. `tests/gpu_check.sh` runs them.

They show what stubs cannot: that CUDA starts in the sandbox and nowhere else, on the granted device alone, with the
test's seed; and that a GPU's memory is seen from outside.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_course import ID, write_course

from autograder.grading import grade_reference, grade_submission
from autograder.sandbox import Zygote, open_sandbox
from autograder.sandbox.devices import find_devices
from autograder.sandbox.survey import cuda_build
from autograder.spec import load_assignment
from autograder.submission import Submission
from autograder.testrun.accelerator import Accelerator
from autograder.testrun.runner import Suite
from autograder.verdict import GradeReport, Outcome

_FOUND = find_devices()
_LACKS = _FOUND.reason or ("" if cuda_build() else "the installed torch is a build without CUDA")
pytestmark = [
    pytest.mark.alone,
    pytest.mark.usefixtures("needs_root"),
    pytest.mark.skipif(bool(_LACKS), reason=f"needs a GPU: {_LACKS} (tests/gpu_check.sh says what to install)"),
]

TOML = """
title = "On a GPU"
modules = ["steps"]
points = 60
packages = ["numpy", "torch"]

[limits]
cpu_s = 120.0
wall_s = 300.0
import_cpu_s = 120.0
memory_mib = 4096
"""
REFERENCE = '''
import os

import torch


def product(a, b, device):
    """a times b, computed on the device."""
    return (a.to(device) @ b.to(device)).cpu()


def draw(n, device):
    """n numbers from the device's global generator."""
    return torch.randn(n, device=device).cpu()


def train(x, y, device):
    """The weights of a linear layer after ten steps of gradient descent."""
    w = torch.zeros(x.shape[1], device=device, requires_grad=True)
    for _ in range(10):
        loss = ((x.to(device) @ w - y.to(device)) ** 2).mean()
        (gradient,) = torch.autograd.grad(loss, w)
        w = (w - 0.1 * gradient).detach().requires_grad_()
    return w.detach().cpu()


def hold(mib, device):
    """Ask for so much memory of the device, and hold it."""
    hold.kept = torch.empty(mib << 20, dtype=torch.uint8, device=device).fill_(1)
    return mib


def see():
    """How many devices there are, and their files."""
    nodes = [name for name in sorted(os.listdir("/dev")) if name.startswith("nvidia") and name[6:].isdigit()]
    return torch.cuda.device_count(), len(nodes)


def started():
    """Whether CUDA was started before anything asked for it."""
    return int(torch.cuda.is_initialized())
'''
HIDDEN = '''
import pytest
import torch
from autograder import checks
from steps import draw, hold, product, see, started, train


@pytest.mark.points(10)
@pytest.mark.gpu
def test_started(device):
    """CUDA is not started before the student's code asks for it."""
    assert device == "cuda"
    assert started() == 0


@pytest.mark.points(10)
@pytest.mark.gpu
def test_product(device):
    """A product on the device is that of the processor."""
    a, b = torch.randn(64, 32, dtype=torch.float64), torch.randn(32, 16, dtype=torch.float64)
    checks.close(product(a, b, device), a @ b)


@pytest.mark.points(10)
@pytest.mark.gpu
def test_seeds_reach_the_device(device):
    """The same seed draws the same numbers there, another seed others; without one the test's own holds."""
    with checks.seeded(1):
        first = draw(5, device)
    with checks.seeded(1):
        again = draw(5, device)
    with checks.seeded(2):
        other = draw(5, device)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.points(10)
@pytest.mark.gpu
def test_training_differentiates_there(device, reference):
    """Ten steps there are ten steps of the reference on the processor."""
    x, y = torch.randn(50, 3), torch.randn(50)
    checks.close(train(x, y, device), reference.train(x, y, "cpu"), rtol=1e-3)


@pytest.mark.points(10)
@pytest.mark.gpu(memory_gib=1)
def test_memory_is_seen(device):
    """What the device holds is looked at from outside."""
    product(torch.ones(2, 2), torch.ones(2, 2), device)
    measured = checks.measure(hold, lambda: (512, device), repetitions=1, warm_up=0)
    if measured.gpu_memory_mib is not None:  # where there is no nvidia-smi
        assert 500 <= measured.gpu_memory_mib <= 1024


@pytest.mark.points(10)
@pytest.mark.gpu
def test_one_device_alone():
    """There is one device, and one device file."""
    assert see() == (1, 1)
'''
WRONG = REFERENCE.replace("(a.to(device) @ b.to(device))", "(a.to(device) @ b.to(device) + 1)")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, GradeReport]]:
    """The reference and a submission that is wrong, each on a real device."""
    course = write_course(tmp_path_factory.mktemp("gpu"), toml=TOML, public="", hidden=HIDDEN, reference=REFERENCE)
    assignment = load_assignment(course, ID)
    sandbox: Zygote = open_sandbox("namespaces", assignment.spec.packages)
    accelerator = Accelerator("auto", assignment.spec.packages)
    suite = Suite(assignment, sandbox, b"key")
    try:
        suite.accelerator = accelerator
        accelerator.prepare(suite.tests, sandbox)
        assert accelerator.trial.reason == "", f"CUDA does not work in the sandbox: {accelerator.trial.reason}"
        wrong = Submission("wrong", {"steps.py": WRONG.encode()})
        yield {"reference": grade_reference(assignment, suite), "wrong": grade_submission(wrong, assignment, suite)}
    finally:
        suite.close()
        accelerator.close()
        sandbox.close()


@pytest.mark.parametrize(
    "function",
    ["test_started", "test_product", "test_seeds_reach_the_device", "test_training_differentiates_there",
     "test_memory_is_seen", "test_one_device_alone"],
)  # fmt: skip
def test_on_a_real_device(reports: dict[str, GradeReport], function: str) -> None:
    """Each test of the suite passes for the reference in the sandbox with a granted device."""
    (test,) = [test for test in reports["reference"].tests if test.expected.function == function]
    assert (test.result.outcome, test.result.device) == (Outcome.PASSED, "cuda"), test.result.detail


def test_a_wrong_answer_on_a_device_fails(reports: dict[str, GradeReport]) -> None:
    """What is wrong on a device that works is lost, and not put off."""
    outcomes = {test.expected.function: test.result.outcome for test in reports["wrong"].tests}
    assert outcomes["test_product"] is Outcome.FAILED
    assert Outcome.DEFERRED not in outcomes.values()


def test_the_tool_is_there() -> None:
    """NVIDIA's own tool, by which a device's memory is seen, answers on our side."""
    tool = shutil.which("nvidia-smi")
    assert tool is not None, "checks.measure sees no memory without nvidia-smi"
    listed = subprocess.run([tool, "-L"], capture_output=True, text=True, check=True).stdout
    assert all(Path(node).exists() for device in _FOUND.devices for node in device.nodes)
    assert "GPU 0" in listed
