"""The pytest plug-in of the suites: marks and fixtures.

@pytest.mark.points(5)              what the test function is worth; its parametrised cases share it equally
@pytest.mark.requires("test_f")     pays only if the named tests pass
@pytest.mark.timeout(2.0)           CPU seconds the student's code may use, in place of limits.cpu_s
@pytest.mark.hint("Look at ...")    shown to the student when the test fails
@pytest.mark.in_place("X")          the student's code may change the argument X, and the test's own X with it
@pytest.mark.visibility("hidden")   Gradescope's visibility of the test
@pytest.mark.gpu(count=1, memory_gib=8, cpu=True)   needs GPUs: put off where there are none; by --device cpu, and with
                                    cpu=True alone, it runs without
device                              "cuda" in a test that has a GPU, else "cpu": to be handed to the student's code
rng                                 numpy.random.Generator, seeded for this submission and this test
reference                           the reference's module, in the trusted process
"""

from __future__ import annotations

import collections
import types
from typing import Any, Final

import numpy as np
import pytest
from _pytest.subtests import SubtestReport

from autograder.errors import SpecError
from autograder.proxy import handles
from autograder.proxy.client import Submission
from autograder.proxy.modules import NoReferenceError
from autograder.spec import PUBLIC_PREFIX
from autograder.testrun.judgement import Subtests
from autograder.verdict import ExpectedTest

MARKS: Final = {
    "points(points)": "what the test function is worth",
    "requires(*names)": "the test pays only if the named tests pass",
    "timeout(cpu_s)": "CPU seconds the student's code may use in this test",
    "hint(text)": "what the student is told when the test fails",
    "in_place(*names)": "arguments that the student's code may change; the test's own are changed with them",
    "visibility(name)": "visible, hidden, after_due_date or after_published on Gradescope",
    "gpu(count=1, memory_gib=0, cpu=False)": "the test needs GPUs of so much memory; cpu: the processor may stand in",
}

raised: Final = pytest.StashKey[BaseException]()
"""The exception that ended a test's call or set-up."""

_reference: dict[str, types.ModuleType] = {}
_subtests: list[pytest.TestReport] = []
_seed = "0"  # in plain pytest
_device = "cpu"


def set_reference(modules: dict[str, types.ModuleType]) -> None:
    """What the `reference` fixture gives."""
    _reference.update(modules)


def set_seed(seed: str) -> None:
    """The hexadecimal seed of the test that runs next."""
    global _seed
    _seed = seed


def set_device(device: str) -> None:
    """What the `device` fixture gives in the test that runs next."""
    global _device
    _device = device


@pytest.fixture
def device() -> str:
    """Where the student's code may compute in this test: torch's name of the device."""
    return _device


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator drawn from the submission's own seed for this test."""
    generator = np.random.default_rng(int(_seed, 16))
    if isinstance(handles.current, Submission):
        handles.current.private_generator = generator
    return generator


@pytest.fixture
def reference() -> types.ModuleType:
    """The reference: the assignment's module, or a namespace of its modules where there are several."""
    if not _reference:
        raise NoReferenceError
    if len(_reference) == 1:
        return next(iter(_reference.values()))
    namespace = types.ModuleType("reference")
    namespace.__dict__.update(_reference)
    return namespace


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks."""
    for mark, text in MARKS.items():
        config.addinivalue_line("markers", f"{mark}: {text}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Keep the exception beside the report: whose it was decides the outcome."""
    if call.excinfo is not None and raised not in item.stash:
        item.stash[raised] = call.excinfo.value
    return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep what a subtest reports: pytest logs those by themselves, in the middle of their test."""
    if isinstance(report, SubtestReport):
        _subtests.append(report)


def begin_subtests() -> None:
    """A test begins."""
    _subtests.clear()


def take_subtests(expected: int) -> Subtests | None:
    """What the subtests of the test that ended came to, or None if neither it nor the reference's run had any."""
    failed = sum(not report.passed for report in _subtests)
    missing = max(0, expected - len(_subtests))
    total = expected or len(_subtests)
    return Subtests(max(0, total - failed - missing), total, tuple(_subtests)) if total else None


def list_tests(items: list[pytest.Item], total_points: float) -> list[ExpectedTest]:
    """The expected tests, from what was collected against the reference's names.

    A suite without a single `points` shares the assignment's points equally among its test functions.

    Raises:
        SpecError: a mark is malformed, a requirement does not exist, or the points do not sum to the assignment's.
    """
    tests = describe_tests(items, total_points)
    known = {test.function for test in tests}
    for test in tests:
        for name in test.requires:
            if name not in known or name == test.function:
                raise SpecError(f"{test.nodeid} requires {name!r}, which is not another test of the suites.")
    total = sum(test.points for test in tests)
    if abs(total - total_points) > 1e-6:
        raise SpecError(
            f"the tests' points sum to {total:g}, but assignment.toml says points = {total_points:g}; make them equal."
        )
    return tests


def describe_tests(items: list[pytest.Item], total_points: float) -> list[ExpectedTest]:
    """What each test's marks and docstring say; `total_points` are shared where no test has `points`.

    Raises:
        SpecError: there is no test, or a mark is malformed.
    """
    if not items:
        raise SpecError("the suites hold no test; write functions named test_*.")
    unmarked = not any(item.get_closest_marker("points") for item in items)
    cases = collections.Counter(item.nodeid.partition("[")[0] for item in items)
    share = total_points / len(cases) if unmarked else 0.0
    return [_describe(item, cases[item.nodeid.partition("[")[0]], share) for item in items]


def _function(item: pytest.Item) -> str:
    """The test's name without its file and its parameters: `test_f`, or `TestClass::test_f`."""
    return "::".join(item.nodeid.partition("[")[0].split("::")[1:])


def _describe(item: pytest.Item, cases: int, default_points: float) -> ExpectedTest:
    function = _function(item)
    title = _docstring(item) or function.rpartition("::")[2].removeprefix("test_").replace("_", " ")
    index = getattr(getattr(item, "callspec", None), "indices", None)
    if cases > 1 and index is not None:
        title = f"{title} ({_case(index)})"
    try:
        return ExpectedTest(
            nodeid=item.nodeid,
            function=function,
            title=title,
            points=float(_argument(item, "points", default_points)) / cases,
            requires=tuple(name for mark in item.iter_markers("requires") for name in mark.args),
            in_place=tuple(name for mark in item.iter_markers("in_place") for name in mark.args),
            hint=str(_argument(item, "hint", "")),
            visibility=_argument(item, "visibility", "visible"),
            public=item.path.name.startswith(PUBLIC_PREFIX),
            timeout_s=_argument(item, "timeout", None),
            **_gpu(item),
        )
    except (TypeError, ValueError) as error:
        raise SpecError(f"{item.nodeid} has a mark that cannot be read: {str(error).splitlines()[0]}.") from None


def _gpu(item: pytest.Item) -> dict[str, Any]:
    """What the mark `gpu` asks for, in ExpectedTest's words; nothing without it."""
    mark = item.get_closest_marker("gpu")
    if mark is None:
        return {}
    known = {"count": "gpus", "memory_gib": "gpu_memory_gib", "cpu": "runs_on_cpu"}
    unknown = [name for name in mark.kwargs if name not in known]
    if mark.args or unknown:
        raise TypeError(f"gpu takes {', '.join(f'{name}=' for name in known)} alone")
    asked = {"gpus": 1} | {known[name]: value for name, value in mark.kwargs.items()}
    if type(asked["gpus"]) is not int or asked["gpus"] < 1:
        raise ValueError("gpu's count is a number of devices, at least 1")
    if type(asked.get("runs_on_cpu", False)) is not bool:
        raise ValueError("gpu's cpu is True or False")
    return asked


def _case(indices: dict[str, int]) -> str:
    """A parametrised case by number: its values may be what the test must not tell."""
    return "case " + ".".join(str(number + 1) for number in indices.values())


def _docstring(item: pytest.Item) -> str:
    """The first line of a test's docstring, which is its title for the student."""
    text = getattr(getattr(item, "obj", None), "__doc__", None) or ""
    return text.strip().splitlines()[0].rstrip(".") if text.strip() else ""


def _argument(item: pytest.Item, mark: str, default: Any) -> Any:
    found = item.get_closest_marker(mark)
    if found is None:
        return default
    if len(found.args) != 1:
        raise TypeError(f"{mark} takes one argument")
    return found.args[0]
