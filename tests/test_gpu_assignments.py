"""The GPU tests of convnet and of mlp_xor on a real GPU; without one they skip, and say what is missing.

`tests/gpu_check.sh` runs them. Each mistake is a change of the reference, with the tests that it must cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from test_gpu import pytestmark  # noqa: F401  skips where there is no GPU

from autograder.grading import grade_reference, grade_submission
from autograder.sandbox import open_sandbox
from autograder.spec import load_assignment
from autograder.submission import Submission
from autograder.testrun.accelerator import Accelerator
from autograder.testrun.runner import Suite
from autograder.verdict import Outcome

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Mistake:
    """A change of the reference, and what it costs at least."""

    name: str
    old: str
    new: str
    lost: frozenset[str]


def mistake(name: str, old: str, new: str, *lost: str) -> Mistake:
    """A mistake; its texts begin and end without a line's end."""
    return Mistake(name, old, new, frozenset(lost))


TO_DEVICE = """
    for x, y in batches:
        x, y = x.to(device), y.to(device)
        optimizer"""
EVALUATION = """
        with torch.no_grad():
            for x, y in batches:
                x, y = x.to(device), y.to(device)
                logits = net(x)"""
GRAPHS_KEPT = """
        kept = []
        with torch.enable_grad():
            for x, y in batches:
                x, y = x.to(device), y.to(device)
                logits = net(x)
                kept.append(logits)"""
NOBODY_WAITS = """
    was_training = net.training
    net.eval()
    found, count, stream = torch.zeros(2, pin_memory=True), 0, torch.cuda.Stream()
    with torch.cuda.stream(stream), torch.no_grad():
        total = torch.zeros(2, device=device)
        for x, y in batches:
            logits = net(x.to(device))
            total[0] += torch.nn.functional.cross_entropy(logits, y.to(device), reduction="sum")
            total[1] += (logits.argmax(dim=1) == y.to(device)).sum()
            count += len(y)
        torch.cuda._sleep(2_000_000_000)
        found.copy_(total, non_blocking=True)
    net.train(was_training)
    return float(found[0]) / count, float(found[1]) / count
"""
CLOCKS = """
import time
time.perf_counter = time.monotonic = time.time = lambda: 0.0
torch.cuda.Event.elapsed_time = lambda *events: 0.0
torch.cuda.synchronize = lambda *device: None
torch.cuda.max_memory_allocated = torch.cuda.memory_allocated = lambda *device: 0
"""
LOGITS = "return self.second(torch.relu(self.first(x))).squeeze(-1)"
MISTAKES = [
    ("convnet", mistake("weights left on the CPU", "net.load_state_dict(best)", "net.load_state_dict(best); net.cpu()",
                        "test_train_epoch_places")),
    ("convnet", mistake("batches left on the CPU", TO_DEVICE, "\n    for x, y in batches:\n        optimizer",
                        "test_train_epoch_places", "test_fit_agrees_with_the_processor")),
    ("convnet", mistake("cached outputs", "return loss / examples, right / examples",
                        "kept.append((loss / examples, right / examples)); return kept[0]\n\n\nkept = []",
                        "test_evaluate_memory")),
    ("convnet", mistake("another stream", "\n    was_training = net.training\n", NOBODY_WAITS, "test_evaluate_memory")),
    ("convnet", mistake("graphs kept, clocks and counters patched", EVALUATION, GRAPHS_KEPT, "test_evaluate_memory")),
    ("mlp_xor", mistake("weights left on the CPU", "net.to(device)", "pass",
                        "test_train_on_a_gpu", "test_train_solves_xor_on_a_gpu")),
    ("mlp_xor", mistake("cached outputs", LOGITS, "return 1.0 + 0.0 * self.second(self.first(x)).squeeze(-1)",
                        "test_train_solves_xor_on_a_gpu")),
    ("mlp_xor", mistake("memory over the limit", "net.to(device)",
                        "net.to(device); net.kept = [torch.empty(1 << 31, dtype=torch.uint8, device=device).fill_(1)]",
                        "test_train_memory_on_a_gpu")),
]  # fmt: skip


@pytest.mark.parametrize("assignment_id", ["convnet", "mlp_xor"])
def test_right_is_told_from_wrong_on_a_device(assignment_id: str) -> None:
    """The reference passes every test that needs a GPU; each mistake loses those that it must, and none is put off."""
    assignment = load_assignment(ROOT, assignment_id)
    source = (assignment.reference / f"{assignment_id}.py").read_text()
    sandbox = open_sandbox("namespaces", assignment.spec.packages)
    accelerator = Accelerator("auto", assignment.spec.packages)
    suite = Suite(assignment, sandbox, b"key")
    try:
        suite.accelerator = accelerator
        accelerator.prepare(suite.tests, sandbox)
        reference = grade_reference(assignment, suite)
        on_device = [test.result for test in reference.tests if test.expected.gpus]
        assert {(result.outcome, result.device) for result in on_device} == {(Outcome.PASSED, "cuda")}
        for name, one in MISTAKES:
            if name == assignment_id:
                assert source.count(one.old) == 1, one.name
                changed = source.replace(one.old, one.new) + (CLOCKS if "patched" in one.name else "")
                report = grade_submission(Submission("wrong", {f"{name}.py": changed.encode()}), assignment, suite)
                outcomes = {t.expected.function: t.result.outcome for t in report.tests if t.expected.gpus}
                assert Outcome.DEFERRED not in outcomes.values(), one.name
                assert not any(outcomes[function] is Outcome.PASSED for function in one.lost), one.name
    finally:
        suite.close()
        accelerator.close()
        sandbox.close()
