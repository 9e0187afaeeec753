"""The sample classes: every outcome is what was written down by hand before the first run, and `check` says the same.

One file, so that one worker grades the classes, once.
"""

import csv
import io
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from notebook_class import as_notebook, grade, read_class
from test_check_agreement import COMPARED, check_all, differences, write_handout

from autograder.grading import grade_reference
from autograder.jobs.local import ClassRun
from autograder.reports.gradescope import GradescopeResults
from autograder.reports.table import render_csv
from autograder.sandbox import Zygote, open_sandbox
from autograder.spec import load_assignment
from autograder.testrun.runner import Suite
from autograder.verdict import GradeReport, Outcome

ROOT = Path(__file__).parents[1]
CLASSES = sorted(path.name for path in (ROOT / "examples" / "class").iterdir())
DEGENERATE = {"softmax_classifier": ["zane", "alma", "bruno", "carla", "deniz", "enzo"]}


def expected(assignment_id: str) -> dict[str, dict[str, Any]]:
    """The class's expected.toml."""
    return tomllib.loads((ROOT / "examples" / "class" / assignment_id / "expected.toml").read_text())


FUNCTIONS = {
    "convnet": (
        "output_size", "conv2d", "max_pool", "ConvNet", "count_parameters", "train_epoch", "evaluate", "best_epoch",
        "diagnose", "fit",
    ),
}  # fmt: skip
"""Of classes whose expectations say points by function, as they were written before there were tests."""
STUDENTS = [(name, student) for name in CLASSES for student in expected(name)]


def lost_tests(report: GradeReport) -> set[str]:
    """The test functions that did not earn all their points."""
    return {test.expected.function for test in report.tests if test.score < test.expected.points}


def assert_within(report: GradeReport, wanted: dict[str, Any], functions: tuple[str, ...]) -> None:
    """The points of each function are within what its line says, whole where it says nothing; what is put off aside."""
    score = dict.fromkeys(functions, 0.0)
    points = dict(score)
    for test in report.tests:
        if test.result.outcome is not Outcome.DEFERRED:
            found = [name for name in functions if test.expected.function.startswith(f"test_{name.lower()}_")]
            name = max(found, key=len)
            score[name] += test.score
            points[name] += test.expected.points
    for name in functions:
        least, most = wanted.get("earned", {}).get(name, (points[name], points[name]))
        assert least <= score[name] <= most, name
        assert name not in wanted["lost"] or score[name] < points[name], name
    exact = wanted.get("score", -1.0)
    assert wanted.get("low", exact) <= report.score <= wanted.get("high", exact)


@pytest.mark.parametrize(("assignment_id", "student"), STUDENTS)
def test_outcome_is_the_expected_one(
    graded: dict[str, tuple[ClassRun, Path]], assignment_id: str, student: str
) -> None:
    """A student's score and lost tests are those of expected.toml."""
    report = graded[assignment_id][0].reports[student]
    wanted = expected(assignment_id)[student]
    if assignment_id in FUNCTIONS:
        assert_within(report, wanted, FUNCTIONS[assignment_id])
        return
    assert lost_tests(report) == set(wanted["lost"])
    assert report.score == wanted["score"]


def test_notebooks_score_what_files_score(graded: dict[str, tuple[ClassRun, Path]], tmp_path: Path) -> None:
    """A class with its modules as notebooks, a statement a cell, has the scores and lost tests of the files.

    The other classes, and notebooks of one cell, are compared by `make notebooks`.
    """
    made = [as_notebook(submission, "pca_svd", in_cells=True) for submission in read_class("pca_svd")]
    notebooks = [submission for submission in made if submission]
    assert len(notebooks) > 35
    run = grade("pca_svd", notebooks, tmp_path)
    files = graded["pca_svd"][0].reports
    assert run.faults == {}
    for student, report in run.reports.items():
        assert (report.score, lost_tests(report)) == (files[student].score, lost_tests(files[student])), student


@pytest.mark.parametrize("assignment_id", CLASSES)
def test_every_submission_is_expected(graded: dict[str, tuple[ClassRun, Path]], assignment_id: str) -> None:
    """No submission of the class is without an expectation, none is ungraded."""
    run, _ = graded[assignment_id]
    assert set(run.reports) == set(expected(assignment_id))
    assert run.faults == {}
    assert run.reference is not None
    assert run.reference.score == run.reference.settled_points


@pytest.mark.parametrize("assignment_id", CLASSES)
def test_results_load_in_the_strict_model(graded: dict[str, tuple[ClassRun, Path]], assignment_id: str) -> None:
    """Every results/*.json is read by the strict model, and says the score of the report."""
    run, folder = graded[assignment_id]
    paths = sorted((folder / "results").iterdir())
    assert [path.stem for path in paths] == sorted(run.reports)
    for path in paths:
        results = GradescopeResults.model_validate_json(path.read_bytes())
        assert results.score == run.reports[path.stem].score


@pytest.mark.parametrize("assignment_id", CLASSES)
def test_grades_are_those_of_the_details(graded: dict[str, tuple[ClassRun, Path]], assignment_id: str) -> None:
    """grades.csv, made of what was kept, says of every student and task what the details on the disk say."""
    run, folder = graded[assignment_id]
    with (folder / "grades.csv").open() as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows.keys() == run.reports.keys()
    for row in csv.DictReader(io.StringIO(render_csv(list(run.reports.values()), []))):
        assert {name: rows[row["student"]][name] for name in row} == row


@pytest.mark.parametrize("assignment_id", CLASSES)
def test_results_load_in_json_tool(graded: dict[str, tuple[ClassRun, Path]], assignment_id: str) -> None:
    """Every results/*.json is read by Python's own command for JSON."""
    _, folder = graded[assignment_id]
    for path in (folder / "results").iterdir():
        done = subprocess.run([sys.executable, "-m", "json.tool", str(path)], capture_output=True, check=False)
        assert done.returncode == 0, path


def test_hang_and_memory_hog_lose_their_tests_alone(graded: dict[str, tuple[ClassRun, Path]]) -> None:
    """An endless loop times out, a hog runs out of memory, and their other tests pass."""
    reports = graded["softmax_classifier"][0].reports
    for student, outcome in (("uma", Outcome.TIMEOUT), ("viktor", Outcome.TIMEOUT), ("wanda", Outcome.MEMORY)):
        outcomes = {test.result.outcome for test in reports[student].tests}
        assert outcomes == {Outcome.PASSED, outcome}, student


def test_stub_scores_nothing(graded: dict[str, tuple[ClassRun, Path]]) -> None:
    """The untouched stub earns 0."""
    assert graded["softmax_classifier"][0].reports["yuki"].score == 0


def test_degenerate_modules_score_at_most_ten(graded: dict[str, tuple[ClassRun, Path]]) -> None:
    """Always ValueError, zeros, the input, NaN, None and a constant earn at most 10 points."""
    for name, students in DEGENERATE.items():
        for student in students:
            assert graded[name][0].reports[student].score <= 10, student


def test_student_json_names_no_path_of_the_machine(graded: dict[str, tuple[ClassRun, Path]]) -> None:
    """No file for a student names a folder of this machine, or quotes a line of a hidden suite."""
    for name, (_, folder) in graded.items():
        suites = ROOT / "assignments" / name / "tests"
        hidden = (suites / "test_hidden.py").read_text().splitlines()
        shown = {line.strip() for line in (suites / "test_public.py").read_text().splitlines()}
        # a hint or a title is meant for the student; any other line of some length is not
        source = {line.strip() for line in hidden if len(line.strip()) > 30 and line.strip()[0] not in "\"'"} - shown
        for path in (folder / "results").iterdir():
            text = "\n".join(test["output"] for test in json.loads(path.read_text())["tests"])
            assert str(ROOT) not in text
            assert sys.prefix not in text
            assert not [line for line in source if line in text], path


@pytest.mark.parametrize("assignment_id", CLASSES)
def test_right_ways_agree_within_a_tenth_of_each_tolerance(
    graded: dict[str, tuple[ClassRun, Path]], assignment_id: str
) -> None:
    """For every test another right solution is so near to the reference that its own error is under a tenth of it.

    The reference compared with itself is always exact. What another algorithm differs by bounds the errors of both.
    """
    right = [report for report in graded[assignment_id][0].reports.values() if report.score == report.settled_points]
    assert len(right) >= 10
    compared = 0
    for place, test in enumerate(right[0].tests):
        used = sorted(report.tests[place].result.tolerance_used for report in right)
        compared += used[-1] > 0
        assert used[-1] <= 1
        assert used[len(used) // 2] < 0.1, (test.expected.nodeid, used)
    assert compared >= 5


@pytest.mark.parametrize("assignment_id", CLASSES)
def test_enough_right_and_wrong_ways(assignment_id: str) -> None:
    """Each class holds ten right ways at least, one of them in float32 and one a notebook, and fifteen wrong ones."""
    wanted = expected(assignment_id)
    full = 88 if assignment_id == "convnet" else 100  # the rest waits for a GPU
    right = [student for student, one in wanted.items() if one.get("score") == full and not one["lost"]]
    assert len(right) >= 10
    assert sum(20 < one.get("low", one.get("score")) < 100 and bool(one["lost"]) for one in wanted.values()) >= 15
    # networks are float32 as they come
    assert assignment_id == "convnet" or any("float32" in wanted[student]["why"] for student in right)
    folder = ROOT / "examples" / "class" / assignment_id
    assert [path for path in folder.rglob("*.ipynb") if path.relative_to(folder).parts[0].split(".")[0] in right]


MISTAKES = [
    # gradient_hessian
    ("gradient_hessian", "mona", "test_least_squares_gradient_values", "a factor 2 were missing"),
    ("gradient_hessian", "nikhil", "test_least_squares_gradient_direction", "needs A transposed"),
    ("gradient_hessian", "odile", "test_f_hessian_diagonal", "sign"),
    ("gradient_hessian", "pavel", "test_f_hessian_mixed", "same mixed derivative"),
    ("gradient_hessian", "qi", "test_f_hessian_diagonal", "power"),
    ("gradient_hessian", "rafael", "test_softmax_jacobian_beside_diagonal", "lowers every other probability"),
    ("gradient_hessian", "thabo", "test_gradient_descent_minimum", "uphill"),
    ("gradient_hessian", "ulla", "test_gradient_descent_leaves_x0", "x0 was changed"),
    # logistic_gradient
    ("logistic_gradient", "yusuf", "test_gradient_weights", "the sign were flipped"),
    ("logistic_gradient", "olga", "test_gradient_weights", "a sum in place of a mean"),
    ("logistic_gradient", "pablo", "test_fit_penalty", "the intercept were penalised"),
    ("logistic_gradient", "quentin", "test_fit_penalty", "the penalty lacked its factor 2"),
    ("logistic_gradient", "rosa", "test_loss_large_logits", r"log\(0\) is -inf"),
    ("logistic_gradient", "sven", "test_loss_values", "labels were taken for -1 and 1"),
    ("logistic_gradient", "tara", "test_loss_integer_labels", "small integer types .* wrap around"),
    ("logistic_gradient", "uma", "test_fit_short_last_batch", "last, shorter batch were dropped"),
    (
        "logistic_gradient",
        "viktor",
        "test_sigmoid_no_overflow_warning",
        "Your code warned .RuntimeWarning.*exp of a large number overflows",
    ),
    ("logistic_gradient", "zane", "test_sgd_step_values", "uphill"),
    ("logistic_gradient", "wanda", "test_derivation_dl_dp", "first wrong step is dl_dp"),
    # softmax_classifier
    ("softmax_classifier", "dmitri", "test_softmax_large_logits", "maximum"),
    ("softmax_classifier", "gus", "test_softmax_large_logits", "its own maximum"),
    ("softmax_classifier", "ivan", "test_cross_entropy_mean", r"n\*C|1/C|number of classes"),
    ("softmax_classifier", "kofi", "test_cross_entropy_mean", "softmax were applied twice"),
    ("softmax_classifier", "marek", "test_gradient_penalty", "the penalty lacked its factor 2"),
    ("softmax_classifier", "nadia", "test_fit_full_batch", "never|zero|accumulat"),
    ("softmax_classifier", "bela", "test_classifier_log_probabilities", "not log_softmax of"),
    # mlp_xor
    ("mlp_xor", "hugo", "test_xornet_is_not_linear", "put a nonlinearity between them"),
    ("mlp_xor", "ines", "test_train_solves_xor", "0.25"),
    ("mlp_xor", "jonas", "test_backward_hidden_biases", r"sums over the examples \(axis 0\)"),
    ("mlp_xor", "keiko", "test_train_solves_xor", "all its hidden units began alike"),
    ("mlp_xor", "liam", "test_train_device", "Move the network to the device"),
    ("mlp_xor", "mona", "test_train_leaves_the_global_seed", "everyone else draws from then on"),
    # convnet
    ("convnet", "milo", "test_train_epoch_steps", "zero_grad before backward"),
    ("convnet", "nina", "test_evaluate_in_eval_mode", "dropout is off"),
    ("convnet", "otto", "test_evaluate_leaves_the_net", "Remember net.training, and restore it"),
    ("convnet", "pia", "test_evaluate_without_gradients", "with torch.no_grad"),
    ("convnet", "quin", "test_train_epoch_loss", "a smaller last batch counts less"),
    ("convnet", "rafa", "test_convnet_logits", "a softmax is in the loss already"),
    ("convnet", "sven", "test_conv2d_values", "not turned around"),
    ("convnet", "wanda", "test_fit_keeps_the_best", "copy.deepcopy"),
    # pca_svd
    ("pca_svd", "magda", "test_pca_centres", "Take the mean off first"),
    ("pca_svd", "nils", "test_pca_directions", "the directions have m entries"),
    ("pca_svd", "oksana", "test_pca_variances", "the singular values were not squared"),
    ("pca_svd", "pierre", "test_pca_variances", "divided by n in place of n - 1"),
    ("pca_svd", "ruth", "test_pca_components", "directions are those of the largest variance"),
    ("pca_svd", "samir", "test_reconstruct_points", "the mean were not put back"),
    ("pca_svd", "tove", "test_project_codes", "the mean were not taken off"),
    ("pca_svd", "agnes", "test_whiten_without_variance", "rounding"),
]


@pytest.mark.parametrize(("assignment_id", "student", "function", "cause"), MISTAKES)
def test_feedback_names_the_likely_cause(
    graded: dict[str, tuple[ClassRun, Path]], assignment_id: str, student: str, function: str, cause: str
) -> None:
    """For each classic mistake of the contract the student reads what it looks like, without the answer."""
    tests = json.loads((graded[assignment_id][1] / "results" / f"{student}.json").read_text())["tests"]
    texts = [
        " ".join(test["output"].split())
        for test in tests
        if test.get("score", 0) < test.get("max_score", 0) and test["extra_data"]["test"].startswith(function)
    ]
    assert any(re.search(cause, text) for text in texts), texts


HANGING = ("uma", "viktor.py", "wanda")
EVERY = {} if os.environ.get("AGREE_ON_ALL") else {"mlp_xor": 16, "convnet": 16, "softmax_classifier": 4}
"""Of a class of long trainings every so-manieth submission; of the others each."""


def submissions(name: str, share: int, shares: int, *, hanging: bool = True) -> list[Path]:
    """A share of the class's submissions; those that hang cost seconds each."""
    folder = ROOT / "examples" / "class" / name
    paths = [path for path in sorted(folder.iterdir()) if path.suffix != ".toml"][:: EVERY.get(name, 1)]
    return [path for path in paths[share::shares] if hanging or path.name not in HANGING]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Zygote]:
    """One warm sandbox, torch included."""
    sandbox = open_sandbox("namespaces", ["numpy", "torch"])
    yield sandbox
    sandbox.close()


@pytest.mark.parametrize("has_reference", [True, False], ids=["course", "handout"])
@pytest.mark.parametrize("name", CLASSES)
def test_check_says_what_grade_says(
    graded: dict[str, tuple[ClassRun, Path]], sandbox: Zygote, name: str, has_reference: bool, tmp_path: Path
) -> None:
    """Each public test of each submission of the class: outcome, message, traceback and the student's own line.

    Half of them in the course, where the reference is, half in the handout.
    """
    assignment = load_assignment(ROOT, name)
    place = ROOT
    if not has_reference:
        suite = Suite(assignment, sandbox, b"contract")
        try:
            grade_reference(assignment, suite)
            place = write_handout(assignment, suite, tmp_path / name)
        finally:
            suite.close()
    paths = submissions(name, int(has_reference), 2)
    checked = check_all(place, name, *paths)
    reports = {student: report for student, report in graded[name][0].reports.items() if student in checked}
    assert len(checked) == len(paths)
    found = [
        line
        for student, report in reports.items()
        for line in differences(
            student,
            {test.expected.nodeid: test.result for test in report.tests if test.expected.public},
            checked[student],
            (*COMPARED, "detail", "asked"),
        )
    ]
    assert found == []


@pytest.mark.parametrize("name", CLASSES)
def test_check_without_contract_says_the_same(
    graded: dict[str, tuple[ClassRun, Path]], name: str, tmp_path: Path
) -> None:
    """Where names are guessed from the suite and the submission, the verdicts are the same."""
    assignment = load_assignment(ROOT, name)
    place = write_handout(assignment, None, tmp_path / name)
    paths = submissions(name, 0, 4, hanging=False)
    checked = check_all(place, name, *paths)
    reports = graded[name][0].reports
    assert len(checked) == len(paths)
    for student, results in checked.items():
        public = {test.expected.nodeid: test.result for test in reports[student].tests if test.expected.public}
        assert differences(student, public, results, COMPARED) == []
