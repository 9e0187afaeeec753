"""What is asked of a suite before any mistake is tried on it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Final

from autograder.audit.crossing import find_crossings
from autograder.audit.degenerate import DEGENERATE, NUDGED, make_shell
from autograder.audit.report import Finding
from autograder.audit.running import Runner, bind
from autograder.checking import describe_contract
from autograder.errors import SpecError
from autograder.release import check_nothing_leaks, gather_files
from autograder.scoring import score_tests, total
from autograder.templates.files import make_templates
from autograder.templates.notebook import assign_tests
from autograder.verdict import Outcome, TestResult

SEEDS: Final = 20
MOST_BY_NOTHING: Final = 10.0
"""Of 100 points, what a module that knows nothing may score."""
LARGEST_SHARE: Final = 0.1
"""Of its tolerance, what a unit in the last place of the arguments may use."""
_LONG_S: Final = 0.5


def check_points(runner: Runner) -> Finding:
    """The points sum to the assignment's, and every public name of the reference owns some."""
    assignment, tests = runner.assignment, runner.suite.tests
    names = [
        node.name
        for module in assignment.spec.modules
        for node in ast.parse((assignment.reference / f"{module}.py").read_bytes()).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
    ]
    owned = {name: sum(t.points for t in found) for name, found in assign_tests(tests, names).items()}
    worth = sum(test.points for test in tests)
    poor = [name for name in names if not owned[name]]
    problems = [f"{name} owns no points; name a test of it test_{name}_..." for name in poor]
    if abs(worth - assignment.spec.points) > 1e-6:
        problems.append(f"the points sum to {worth:g}, not to {assignment.spec.points:g}.")
    named = f"{len(names) - len(poor)} of {len(names)} names own some"
    return Finding(check="points are whole", measured=f"{worth:g} points; {named}", problems=tuple(problems))


def check_stub(runner: Runner) -> Finding:
    """The stub scores 0, because it is not written yet and for no other reason."""
    assignment = runner.assignment
    files = {f"{module}.py": assignment.template / f"{module}.py" for module in assignment.spec.modules}
    missing = [path for path in files.values() if not path.is_file()]
    if missing:
        problem = f"{missing[0]} is missing; run autograder template {assignment.id}."
        return Finding(check="the stub scores 0", measured="no stub", problems=(problem,))
    results = runner.run("stub", {name: path.read_bytes() for name, path in files.items()})
    score = total(score_tests(runner.suite.tests, results))
    problems = [f"the stub scores {score:g}."] if score else []
    for result in results:
        said = f"{result.summary} {result.exception} {result.detail}"
        if result.outcome is not Outcome.PASSED and "NotImplementedError" not in said:
            problems.append(f"{result.nodeid} fails for the stub without NotImplementedError ({result.summary}).")
    return Finding(check="the stub scores 0", measured=f"{score:g} points", problems=tuple(problems))


def check_degenerate(runner: Runner) -> Finding:
    """Modules that know nothing of the exercise score 10 points of 100 at most."""
    scores: dict[str, float] = {}

    def run(name: str, how: tuple[str, int]) -> None:
        results = _run_shell(runner, name, how)
        scores[name] = 100 * total(score_tests(runner.suite.tests, results)) / runner.assignment.spec.points

    runner.run_all("modules that know nothing", [bind(run, name, how) for name, how in DEGENERATE.items()])
    most = max(scores, key=lambda name: scores[name])
    problems = [f"{name} scores {score:g} of 100." for name, score in scores.items() if score > MOST_BY_NOTHING]
    measured = f"{len(scores)} modules, at most {scores[most]:g} ({most})"
    return Finding(check="who knows nothing scores 10 at most", measured=measured, problems=tuple(problems))


def check_seeds(runner: Runner) -> Finding:
    """The reference scores everything with 20 seeds; a long test that draws nothing has been run once."""
    suite = runner.suite
    drawing = _drawing_tests(runner)
    places = [
        place
        for place, test in enumerate(suite.tests)
        if suite.reference[test.nodeid].cpu_s <= _LONG_S or test.function.rpartition("::")[2] in drawing
    ]
    file, source = next(iter(runner.files.items()))
    problems: list[str] = []

    def run(seed: int) -> None:
        results = runner.run(f"seed {seed}", {file: source + f"\n# seed {seed}\n".encode()}, places, len(places))
        lost = [result.nodeid for result in results if result.outcome is not Outcome.PASSED]
        problems.extend(f"the reference loses {nodeid} with another seed ({seed})." for nodeid in lost)

    runner.run_all("seeds", [bind(run, seed) for seed in range(1, SEEDS)])
    return Finding(
        check="20 seeds agree", measured=f"{SEEDS} seeds, {len(places)} tests", problems=tuple(sorted(problems))
    )


def check_tolerances(runner: Runner) -> Finding:
    """Arguments, or results, that are a unit in the last place off use a tenth of each tolerance at most."""
    found: dict[str, dict[str, TestResult]] = {}

    def run(name: str, how: tuple[str, int]) -> None:
        found[name] = {result.nodeid: result for result in _run_shell(runner, name, how)}

    runner.run_all("tolerances", [bind(run, name, how) for name, how in NUDGED.items()])
    problems, on_edge, shares = [], set(), [0.0]
    for name, results in found.items():
        for nodeid, result in results.items():
            if result.outcome is not Outcome.PASSED:
                on_edge.add(nodeid)
                if name.startswith("results"):
                    problems.append(f"{nodeid} is lost where results are a unit in the last place off.")
                continue
            shares.append(result.tolerance_used)
            if result.tolerance_used > LARGEST_SHARE:
                problems.append(
                    f"{nodeid} uses {result.tolerance_used:.0%} of a tolerance with {name}; widen it, or draw "
                    "tamer inputs."
                )
    edge = f"; {len(on_edge)} tests sit on an edge of their arguments" if on_edge else ""
    measured = f"at most {max(shares):.1e} of a tolerance used{edge}"
    return Finding(check="tolerances are ten times the error", measured=measured, problems=tuple(problems))


def check_crossings(runner: Runner) -> Finding:
    """Nothing in the suite acts on the test's process alone where it means the student's."""
    found = [crossing.sentence() for crossing in find_crossings(runner.assignment)]
    return Finding(check="everything crosses the boundary", measured=f"{len(found)} places", problems=tuple(found))


def check_release(runner: Runner) -> Finding:
    """No file that students get holds a line of a hidden suite or of a solution."""
    assignment = runner.assignment
    problems: tuple[str, ...] = ()
    try:
        contract = describe_contract(assignment, runner.suite)
        files = gather_files(assignment, contract, make_templates(assignment, runner.suite.tests))
        check_nothing_leaks(assignment, files)
        measured = f"{sum(not name.startswith('autograder/') for name in files)} files"
    except SpecError as error:
        problems, measured = (str(error),), "not releasable"
    return Finding(check="nothing hidden is released", measured=measured, problems=problems)


CHECKS: Final[Sequence[Callable[[Runner], Finding]]] = (
    check_points, check_stub, check_degenerate, check_seeds, check_tolerances, check_crossings, check_release,
)  # fmt: skip


def _run_shell(runner: Runner, name: str, how: tuple[str, int]) -> tuple[TestResult, ...]:
    """A shell in the place of every module."""
    shells = {file: make_shell(source.decode(), how) for file, source in runner.files.items()}
    return runner.run(name, shells)


def _drawing_tests(runner: Runner) -> set[str]:
    """The test functions that take `rng`: their inputs hang on the seed."""
    return {
        node.name
        for path in runner.assignment.tests.glob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.FunctionDef) and "rng" in {argument.arg for argument in node.args.args}
    }
