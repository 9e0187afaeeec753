"""Holes that are made on purpose in each suite: the audit names each of them by what gets through."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.audit.gate import say_kept
from autograder.audit.mutants import make_mutants, name_mutants
from autograder.audit.running import Progress, Runner
from autograder.grading import grade_reference
from autograder.sandbox import Zygote, open_sandbox
from autograder.spec import load_assignment
from autograder.testrun.runner import Suite

ROOT = Path(__file__).parents[1]

LOSSES = """\
    checks.close(loss(w, b, X, y), expected, subject="loss", n=len(X), alternatives=signs)
    # a small logit: a loss near 0 is ill-conditioned
    one = tuple(part / 4 for part in draw_one(rng)[:3])
    for y in (np.array([0]), np.array([1])):
        expected = reference.loss(*one, y)
        checks.close(loss(*one, y), expected, subject="loss")
"""

# by suite: what stands there and what is put in its place (an assert removed, a tolerance a thousand times as wide, an
# edge dropped), and the mutant that then gets through: a named one and the test that it passes, or an automatic one
HOLES = {
    "pca_svd": [
        (
            'checks.close(choose_k(X, float(rng.uniform(0.8, 0.95))), np.array(4), subject="choose_k")',
            "choose_k(X, float(rng.uniform(0.8, 0.95)))",
            "the mutant 'no centring in the shares' passes test_choose_k_centres.",
        ),
        (
            "checks.close(actual, signs * expected, subject=subject, alternatives=wrong)",
            "checks.close(actual, signs * expected, subject=subject, alternatives=wrong, rtol=0.1)",
            "the mutant 'n for n - 1 in whiten' passes test_whiten_unit_variance.",
        ),
        (
            "for B in (A * 1e-20, A * 1e20, near)]\n    checks.close(actual, np.array([3, 3, 2])",
            "for B in (A * 1e-20, A * 1e20)]\n    checks.close(actual, np.array([3, 3])",
            "matrix_rank: tolerance = max(A.shape) * _EPS * s[0] => tolerance = (_EPS) * s[0]",
        ),
    ],
    "gradient_hessian": [
        (
            'with checks.unchanged(bowl.start, names=("x0",)):\n        newton(',
            "if True:\n        newton(",
            "the mutant 'x0 changed by newton' passes test_newton_leaves_x0.",
        ),
        (
            'checks.close(actual, expected, subject="f_gradient by x3")',
            'checks.close(actual, expected, subject="f_gradient by x3", rtol=0.1)',
            "the mutant 'a difference quotient for the derivative' passes test_f_gradient_by_x3.",
        ),
        (
            "    for offset in (1000.0, -1000.0):\n",
            "    for offset in (0.0,):\n",
            "the mutant 'no shift by the maximum' passes test_softmax_jacobian_large_logits.",
        ),
    ],
    "logistic_gradient": [
        (
            "    with checks.no_warnings():\n        actual = sigmoid(z)",
            "    if True:\n        actual = sigmoid(z)",
            "the mutant 'exp that overflows' passes test_sigmoid_no_overflow_warning.",
        ),
        (
            LOSSES,
            LOSSES.replace('subject="loss"', 'subject="loss", rtol=0.1'),
            "the mutant 'a thousandth added in the logarithm' passes test_loss_values.",
        ),
        (
            "w = rng.permutation([-b, -b, -b - 1, 1 - b, -1])",
            "w = rng.permutation([-b - 2, -b - 1, -b - 1, 1 - b, -1])",
            "the mutant '0 is not above 0' passes test_predict_boundary.",
        ),
    ],
    "softmax_classifier": [
        (
            "    assert_labels(predict(W, b, X), expected, classes)\n\n\n# fit",
            "    predict(W, b, X)\n\n\n# fit",
            "the mutant 'the highest class wins a tie' passes test_predict_tie.",
        ),
        (
            'checks.close(cross_entropy(z, y), expected, subject="cross_entropy", **known)',
            'checks.close(cross_entropy(z, y), expected, subject="cross_entropy", rtol=0.1, **known)',
            "the mutant 'a thousandth added in the logarithm' passes test_cross_entropy_mean.",
        ),
        (
            "for batch_size in (with_tail, len(X) + 3):",
            "for batch_size in (len(X), len(X)) * (with_tail > 0):",
            "the mutant 'the batches drop the tail' passes test_fit_short_last_batch.",
        ),
    ],
    "mlp_xor": [
        (
            'assert large > small, f"{small} and {large} parameters"',
            "assert large",
            "the mutant 'hidden is ignored' passes test_xornet_hidden.",
        ),
        (
            'checks.close(gelu(z), expected, subject="gelu")',
            'checks.close(gelu(z), expected, subject="gelu", rtol=0.1)',
            "the mutant 'gelu by its tanh approximation' passes test_gelu_values.",
        ),
        (
            "c = -(X[rng.integers(len(X), size=hidden)] * W.T).sum(axis=1)",
            "c = -(X[rng.integers(len(X), size=hidden)] * W.T).sum(axis=1) + 0.5",
            "the mutant 'relu has slope 1 at 0' passes test_backward_at_the_kink.",
        ),
    ],
}


@pytest.fixture(scope="module")
def sandbox(needs_root: None) -> Iterator[Zygote]:
    """One warm sandbox, torch included."""
    sandbox = open_sandbox("auto", ["numpy", "torch"])
    yield sandbox
    sandbox.close()


@pytest.mark.parametrize("assignment_id", HOLES)
def test_holes_are_reported_by_name(sandbox: Zygote, tmp_path: Path, assignment_id: str) -> None:
    """A removed assert, a tolerance a thousand times as wide and a dropped edge are each named by what gets through."""
    for folder in ("assignments", "reference"):
        shutil.copytree(ROOT / folder / assignment_id, tmp_path / folder / assignment_id)
    path = tmp_path / "assignments" / assignment_id / "tests" / "test_hidden.py"
    text = path.read_text()
    for before, after, _ in HOLES[assignment_id]:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    path.write_text(text)
    assignment = load_assignment(tmp_path, assignment_id)
    suite = Suite(assignment, sandbox, b"holes")
    try:
        grade_reference(assignment, suite)
        runner = Runner(assignment, suite, 2, Progress())
        wanted = {said for _, _, said in HOLES[assignment_id]}
        named = [mutant for mutant in name_mutants(assignment) if any(f"{mutant.id!r}" in said for said in wanted)]
        changes = {f"{m.function}: {m.before} => {m.after}": m for m in make_mutants(assignment)}
        automatic = [changes[said] for said in wanted & changes.keys()]
        said = set(say_kept(runner, runner.judge_expected(named)))
        said |= {
            f"{v.mutant.function}: {v.mutant.before} => {v.mutant.after}"
            for v in runner.judge(automatic, "mutants")
            if v.survived
        }
        assert said == wanted
    finally:
        suite.close()
