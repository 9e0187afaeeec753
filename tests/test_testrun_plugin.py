"""Tests of autograder.testrun.plugin: real pytest collects real suites, and the suite's process serves them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from small_course import HIDDEN, ID, REFERENCE, TOML, write_course, write_files

from autograder.errors import SpecError
from autograder.sandbox import Zygote
from autograder.spec import load_assignment
from autograder.submission import Submission
from autograder.testrun.plugin import list_tests
from autograder.testrun.runner import Suite
from autograder.verdict import ExpectedTest, Outcome, TestResult
from autograder.workspace import prepare_workspace

pytest_plugins = ["pytester"]

Listing = Callable[..., list[ExpectedTest]]


@pytest.fixture
def list_suites(pytester: pytest.Pytester) -> Listing:
    """A function that writes suites, lets pytest collect them with the plug-in and lists their tests."""

    def listing(points: float, **suites: str) -> list[ExpectedTest]:
        pytester.makepyfile(**{name: f"import pytest\n{text}" for name, text in suites.items()})
        items, _ = pytester.inline_genitems("-p", "autograder.testrun.plugin", "--strict-markers")
        return list_tests(items, points)

    return listing


def test_points_are_shared_by_cases(list_suites: Listing) -> None:
    """The cases of a parametrised test share its points equally and are told apart by number, not by value."""
    tests = list_suites(
        9,
        test_hidden="""
@pytest.mark.points(6)
@pytest.mark.parametrize("rate", [0.125, 0.25])
@pytest.mark.parametrize("size", ["secret1", "secret2"])
def test_step(rate, size): "One step."

@pytest.mark.points(3)
def test_loss(): "The loss."
""",
    )
    assert [test.points for test in tests] == [1.5] * 4 + [3]
    assert {test.function for test in tests} == {"test_step", "test_loss"}
    titles = [test.title for test in tests]
    assert len(set(titles)) == 5
    assert all(title.startswith("One step (case ") for title in titles[:4])
    assert not any(value in title for title in titles for value in ("secret", "0.125", "0.25"))


def test_titles(list_suites: Listing) -> None:
    """A test's title is its docstring's first line without the dot, else its name in words."""
    tests = list_suites(
        0,
        test_hidden='''
def test_one():
    """The loss at zero.

    More.
    """

def test_two_of_them(): pass

@pytest.mark.parametrize("n", [7])
def test_three(n): " Three. "
''',
    )
    assert [test.title for test in tests] == ["The loss at zero", "two of them", "Three"]


def test_marks_reach_the_expected_tests(list_suites: Listing) -> None:
    """Points, requirements, time, hint and visibility come from the marks; what is not marked has its default."""
    marked, plain, public = list_suites(
        7.5,
        test_hidden="""
@pytest.mark.points(7.5)
@pytest.mark.requires("test_plain", "test_shown")
@pytest.mark.timeout(2)
@pytest.mark.hint("Look at the sign.")
@pytest.mark.visibility("after_due_date")
@pytest.mark.gpu(count=2, memory_gib=7.5, cpu=True)
def test_marked(): "M"

def test_plain(): "P"
""",
        test_public="def test_shown(): 'S'",
    )
    assert marked.model_dump() == {
        "nodeid": "test_hidden.py::test_marked",
        "function": "test_marked",
        "title": "M",
        "points": 7.5,
        "requires": ("test_plain", "test_shown"),
        "in_place": (),
        "hint": "Look at the sign.",
        "visibility": "after_due_date",
        "public": False,
        "timeout_s": 2.0,
        "gpus": 2,
        "gpu_memory_gib": 7.5,
        "runs_on_cpu": True,
    }
    assert plain == ExpectedTest(nodeid="test_hidden.py::test_plain", function="test_plain", title="P", points=0)
    assert (public.public, plain.public) == (True, False)


def test_gpu_without_arguments(list_suites: Listing) -> None:
    """The bare mark asks for one GPU of any size, and for nothing in its place; without it a test needs none."""
    marked, plain = list_suites(0, test_hidden="@pytest.mark.gpu\ndef test_a(): 'A'\n\ndef test_b(): 'B'")
    assert (marked.gpus, marked.gpu_memory_gib, marked.runs_on_cpu) == (1, 0, False)
    assert plain.gpus == 0


def test_more_gpus_than_a_submission_may_hold(open_suite: Callable[..., Suite]) -> None:
    """A test that asks for more GPUs than limits.gpus is the author's error, in one sentence that says where."""
    with pytest.raises(SpecError, match=r"test_widen asks for 2 GPUs, and assignment\.toml allows a submission 1"):
        open_suite(hidden=HIDDEN.replace("def test_widen", "@pytest.mark.gpu(count=2)\ndef test_widen"))


def test_classes_of_tests(list_suites: Listing) -> None:
    """A test in a class is named with it, takes the class's marks, and its own before them."""
    one, two = list_suites(
        5,
        test_hidden="""
@pytest.mark.points(2)
class TestLoss:
    @pytest.mark.requires("TestLoss::test_two")
    def test_one(self): "One."

    @pytest.mark.points(3)
    def test_two(self): "Two."
""",
    )
    assert [(test.function, test.points) for test in (one, two)] == [
        ("TestLoss::test_one", 2),
        ("TestLoss::test_two", 3),
    ]
    assert (one.requires, two.requires) == (("TestLoss::test_two",), ())


def test_two_suites_may_use_one_name(list_suites: Listing) -> None:
    """A test of the public suite and one of the hidden suite with the same name are two tests, each with its points."""
    suite = "@pytest.mark.points({})\ndef test_loss(): 'The loss.'"
    tests = list_suites(10, test_hidden=suite.format(6), test_public=suite.format(4))
    assert [(test.title, test.points) for test in tests] == [("The loss", 6), ("The loss", 4)]


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ("points(5)", "sum to 5, but assignment.toml says points = 4"),
        ("points('many')", "test_f has a mark that cannot be read"),
        ("points(-4)", "test_f has a mark that cannot be read"),
        ("points(float('nan'))", "test_f has a mark that cannot be read"),
        ("points(float('inf'))", "test_f has a mark that cannot be read"),
        ("points()", "points takes one argument"),
        ("points(1, 3)", "points takes one argument"),
        ("requires('test_g')", "requires 'test_g', which is not another test"),
        ("requires('test_f')", "requires 'test_f', which is not another test"),
        ("requires(4)", "test_f has a mark that cannot be read"),
        ("visibility('secret')", "test_f has a mark that cannot be read"),
        ("timeout('soon')", "test_f has a mark that cannot be read"),
        ("hint()", "hint takes one argument"),
        ("gpu(2)", "gpu takes count=, memory_gib=, cpu= alone"),
        ("gpu(memory=2)", "gpu takes count=, memory_gib=, cpu= alone"),
        ("gpu(count=0)", "gpu's count is a number of devices"),
        ("gpu(count=1.5)", "gpu's count is a number of devices"),
        ("gpu(cpu='yes')", "gpu's cpu is True or False"),
        ("gpu(memory_gib=-1)", "test_f has a mark that cannot be read"),
    ],
)
def test_wrong_marks(list_suites: Listing, marks: str, said: str) -> None:
    """A mark that makes no sense is an error of the suite, in one sentence that names the test."""
    with pytest.raises(SpecError) as caught:
        list_suites(4, test_hidden=f"@pytest.mark.{marks}\ndef test_f(): 'F'")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_suites_without_a_test(list_suites: Listing) -> None:
    """Suites that hold no test are an error."""
    with pytest.raises(SpecError, match="hold no test"):
        list_suites(4, test_hidden="def helper(): pass")


# ---- the suite's own process


@pytest.fixture
def open_suite(shared_sandbox: Zygote, tmp_path: Path) -> Iterator[Callable[..., Suite]]:
    """A function that writes a variant of the small course and starts its suites' process."""
    opened: list[Suite] = []
    numbers = itertools.count()

    def start(*, key: bytes = b"a key", extra: dict[str, str] | None = None, **parts: str) -> Suite:
        course = write_course(tmp_path / f"course{next(numbers)}", **parts)
        opened.append(Suite(load_assignment(write_files(course, extra or {}), ID), shared_sandbox, key))
        return opened[-1]

    yield start
    for suite in opened:
        suite.close()


def run_suite(suite: Suite, source: str, **files: str) -> dict[str, TestResult]:
    """The results of a submission, by the test's name with its parameters."""
    texts = {"steps.py": source, **{f"{name}.py": text for name, text in files.items()}}
    submission = Submission("ada", {name: text.encode() for name, text in texts.items()})
    run = suite.run(prepare_workspace(submission, suite.assignment))
    return {result.nodeid.partition("::")[2]: result for result in run.results}


def test_public_tests_come_first(open_suite: Callable[..., Suite]) -> None:
    """Public tests run before any hidden input was near, whatever the files are called."""
    publics = [test.public for test in open_suite().tests]
    assert publics == [True] * 2 + [False] * 5


PRINTS_ITS_INPUT = REFERENCE.replace("return sum(values)", "print(*values)\n    return sum(values)")


def test_inputs_are_drawn_from_the_submission(open_suite: Callable[..., Suite]) -> None:
    """The same source and key draw the same inputs again; another source or another key draws others."""
    suite = open_suite()
    first = run_suite(suite, PRINTS_ITS_INPUT)["test_total_random"]
    again = run_suite(suite, PRINTS_ITS_INPUT)["test_total_random"]
    edited = run_suite(suite, PRINTS_ITS_INPUT + "\nx = 1\n")["test_total_random"]
    other_key = run_suite(open_suite(key=b"another"), PRINTS_ITS_INPUT)["test_total_random"]
    assert len(first.printed.split()) == 20
    assert (first.printed, first.seed) == (again.printed, again.seed)
    assert len({result.printed for result in (first, edited, other_key)}) == 3
    assert len({result.seed for result in (first, edited, other_key)}) == 3


def test_tests_draw_different_inputs(open_suite: Callable[..., Suite]) -> None:
    """Each test of a submission has a seed of its own, so that the order in which they run changes nothing."""
    results = run_suite(open_suite(), REFERENCE)
    assert {result.outcome for result in results.values()} == {Outcome.PASSED}
    assert len({result.seed for result in results.values()}) == 7


def test_suites_own_conftest_is_loaded(open_suite: Callable[..., Suite]) -> None:
    """A conftest.py beside the suites gives its fixtures; one that the student hands in is data."""
    suite = open_suite(
        hidden=HIDDEN.replace(
            "def test_widen(rng, reference):", "def test_widen(rng, reference, answer):\n    assert answer == 42"
        ),
        extra={f"assignments/{ID}/tests/conftest.py": "import pytest\n\n@pytest.fixture\ndef answer(): return 42\n"},
    )
    hostile = "import pytest, os\nos._exit(3)\n\n@pytest.fixture\ndef answer(): return 0\n"
    results = run_suite(suite, REFERENCE, conftest=hostile)
    assert {result.outcome for result in results.values()} == {Outcome.PASSED}


def test_timeout_mark_shortens_the_limit(open_suite: Callable[..., Suite]) -> None:
    """A test's own CPU limit takes the place of the assignment's floor."""
    toml = TOML.replace("cpu_s = 0.5", "cpu_s = 20.0")
    hidden = HIDDEN.replace("def test_widen", "@pytest.mark.timeout(0.25)\ndef test_widen")
    endless = REFERENCE.replace("return np.asarray(x).reshape(-1, 1)", "while True:\n        pass")
    widen = run_suite(open_suite(toml=toml, hidden=hidden), endless)["test_widen"]
    assert (widen.outcome, widen.summary) == (Outcome.TIMEOUT, "Your code used more than 0.25 s of CPU time.")


@pytest.mark.parametrize(
    ("hidden", "said"),
    [
        ("def test_f(:\n    pass\n", ["test_hidden.py cannot be collected", "SyntaxError", "line 1"]),
        ("from steps import tripple\n", ["test_hidden.py cannot be collected", "tripple"]),
        ("import nowhere_to_be_found\n", ["test_hidden.py cannot be collected", "nowhere_to_be_found"]),
        ("from steps import double\n\nX = double(1)\n", ["test_hidden.py cannot be collected", "inside a test"]),
        ("import steps\n\nX = steps.STEP_SIZE\n", ["test_hidden.py cannot be collected", "STEP_SIZE"]),
        ("raise SystemExit(0)\n", ["collecting the suites ended the process"]),
        ("import os\n\nos._exit(0)\n", ["collecting the suites ended the process"]),
        ("import pytest\n\npytest.skip(allow_module_level=True)\n", ["sum to 3, but assignment.toml says points = 20"]),
        ("def test_f(no_such_fixture):\n    pass\n", ["sum to 3, but assignment.toml says points = 20"]),
    ],
    ids="syntax name module call attribute exit death skip fixture".split(),
)
def test_broken_suites(open_suite: Callable[..., Suite], hidden: str, said: list[str]) -> None:
    """A suite that cannot be collected is the author's error, in one sentence that says where."""
    with pytest.raises(SpecError) as caught:
        open_suite(hidden=hidden)
    assert [words for words in said if words not in str(caught.value)] == []
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "reference",
    ["import numpy as np\n1 / 0\n", "def double(x:\n    pass\n", "raise SystemExit(1)\n"],
    ids="error syntax exit".split(),
)
def test_broken_reference(open_suite: Callable[..., Suite], reference: str) -> None:
    """A reference that cannot be imported is the author's error, in one sentence that names the file."""
    with pytest.raises(SpecError) as caught:
        open_suite(reference=reference)
    assert "steps.py cannot be imported" in str(caught.value)
    assert "\n" not in str(caught.value)
