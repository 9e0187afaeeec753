"""Tests of autograder.scoring."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.scoring import apply_overrides, machine_report, score_tests, total
from autograder.verdict import ExpectedTest, GradeReport, Outcome, Ruling, TestResult

NAMES = [f"test_{letter}" for letter in "abcdef"]
UNPAID = [outcome for outcome in Outcome if outcome not in (Outcome.PASSED, Outcome.PARTIAL)]
LOST = [outcome for outcome in UNPAID if outcome is not Outcome.DEFERRED]


def expect(function: str, points: float = 1.0, *, case: int = 0, requires: tuple[str, ...] = ()) -> ExpectedTest:
    """A case of a test function, and what it is worth."""
    nodeid = f"test_hidden.py::{function}[{case}]"
    return ExpectedTest(nodeid=nodeid, function=function, title=function, points=points, requires=requires)


def result(test: ExpectedTest, outcome: Outcome, credit: float | None = None) -> TestResult:
    """What a test came to; full credit for a pass and none for anything else, unless said otherwise."""
    if credit is None:
        credit = 1.0 if outcome is Outcome.PASSED else 0.0
    return TestResult(nodeid=test.nodeid, outcome=outcome, credit=credit)


@st.composite
def suites(draw: st.DrawFn) -> list[ExpectedTest]:
    """Functions of one to three cases, with points, that may require each other in any way, in circles too."""
    tests = []
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True)):
        points = draw(st.integers(0, 40)) / 2
        cases = draw(st.integers(1, 3))
        requires = tuple(draw(st.lists(st.sampled_from([n for n in NAMES if n != name]), max_size=2, unique=True)))
        tests += [expect(name, points / cases, case=case, requires=requires) for case in range(cases)]
    return tests


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[ExpectedTest], list[TestResult]]:
    """A suite, and what each of its tests came to."""
    tests = draw(suites())
    outcomes = [draw(st.sampled_from(Outcome)) for _ in tests]
    shares = [draw(st.floats(0, 1)) if outcome is Outcome.PARTIAL else None for outcome in outcomes]
    return tests, [result(*each) for each in zip(tests, outcomes, shares, strict=True)]


@given(runs())
def test_scores_are_bounded(run: tuple[list[ExpectedTest], list[TestResult]]) -> None:
    """No test earns more than its points or less than nothing, and the total no more than all of them."""
    tests, results = run
    scored = score_tests(tests, results)
    assert [entry.expected for entry in scored] == tests
    assert all(0 <= entry.score <= entry.expected.points + 1e-6 for entry in scored)
    assert 0 <= total(scored) <= sum(test.points for test in tests) + 1e-4


@given(runs(), st.integers(0, 20))
def test_a_better_result_never_costs(run: tuple[list[ExpectedTest], list[TestResult]], place: int) -> None:
    """Whoever passes one more test has at least as many points as before."""
    tests, results = run
    better = list(results)
    better[place % len(tests)] = result(tests[place % len(tests)], Outcome.PASSED)
    assert total(score_tests(tests, better)) >= total(score_tests(tests, results)) - 1e-6


@given(suites())
def test_all_passed_is_all_points(tests: list[ExpectedTest]) -> None:
    """A submission that passes everything has exactly the assignment's points, however cases share them."""
    known = {test.function for test in tests}
    tests = [test.model_copy(update={"requires": tuple(n for n in test.requires if n in known)}) for test in tests]
    scored = score_tests(tests, [result(test, Outcome.PASSED) for test in tests])
    assert total(scored) == round(sum(test.points for test in tests), 6)


def test_thirds_sum_to_the_whole() -> None:
    """Ten points in three cases are ten points."""
    tests = [expect("test_a", 10 / 3, case=case) for case in range(3)]
    assert total(score_tests(tests, [result(test, Outcome.PASSED) for test in tests])) == 10


@given(runs(), st.randoms(use_true_random=False))
def test_order_of_results_does_not_matter(
    run: tuple[list[ExpectedTest], list[TestResult]], shuffler: random.Random
) -> None:
    """The same results in another order are the same score."""
    tests, results = run
    shuffled = list(results)
    shuffler.shuffle(shuffled)
    assert score_tests(tests, shuffled) == score_tests(tests, results)


@given(runs())
def test_requirements_are_kept(run: tuple[list[ExpectedTest], list[TestResult]]) -> None:
    """A test is paid only if every case of every test that it requires passed and is paid itself."""
    scored = score_tests(*run)
    for entry in scored:
        if entry.score > 0:
            needed = [other for other in scored if other.expected.function in entry.expected.requires]
            assert all(o.result.credit == 1 and not o.blocked_by and not o.waits_for for o in needed)
        if entry.blocked_by:
            assert entry.blocked_by in entry.expected.requires
            assert entry.result.outcome in (Outcome.PASSED, Outcome.PARTIAL, Outcome.DEFERRED)


@given(st.integers(2, 6), st.data())
def test_chain_breaks_where_a_test_fails(length: int, data: st.DataObject) -> None:
    """In a chain of requirements, what comes after the failed test is unpaid and names the link before it."""
    chain = [expect(NAMES[n], requires=(NAMES[n - 1],) if n else ()) for n in range(length)]
    broken = data.draw(st.integers(0, length - 1))
    outcomes = [data.draw(st.sampled_from(LOST)) if n == broken else Outcome.PASSED for n in range(length)]
    scored = score_tests(chain, [result(*each) for each in zip(chain, outcomes, strict=True)])
    assert [entry.score for entry in scored] == [1.0] * broken + [0.0] * (length - broken)
    assert [entry.blocked_by for entry in scored] == [""] * (broken + 1) + NAMES[broken : length - 1]


@given(runs(), st.data())
def test_waiting_points_are_neither_given_nor_lost(
    run: tuple[list[ExpectedTest], list[TestResult]], data: st.DataObject
) -> None:
    """However the deferred tests come out, the later score lies between what is given now and that and what waits."""
    tests, results = run
    now = score_tests(tests, results)
    waiting = sum(entry.waiting for entry in now)
    settled = [
        result(test, data.draw(st.sampled_from([Outcome.PASSED, Outcome.FAILED])))
        if found.outcome is Outcome.DEFERRED
        else found
        for test, found in zip(tests, results, strict=True)
    ]
    later = score_tests(tests, settled)
    assert sum(entry.waiting for entry in later) == 0
    assert total(now) - 1e-4 <= total(later) <= total(now) + waiting + 1e-4


def test_what_requires_a_deferred_test_waits_with_it() -> None:
    """A passed test that requires a deferred one waits; a deferred one that requires a failed one does not."""
    tests = [expect("test_a"), expect("test_b", requires=("test_a",)), expect("test_c", requires=("test_d",))]
    tests.append(expect("test_d"))
    outcomes = [Outcome.DEFERRED, Outcome.PASSED, Outcome.DEFERRED, Outcome.FAILED]
    scored = score_tests(tests, [result(*each) for each in zip(tests, outcomes, strict=True)])
    assert [(entry.waits_for, entry.blocked_by, entry.waiting) for entry in scored] == [
        ("test_a", "", 1.0),
        ("test_a", "", 1.0),
        ("", "test_d", 0.0),
        ("", "", 0.0),
    ]
    assert [entry.label for entry in scored] == ["deferred", "deferred", "not counted", "failed"]


def test_tests_that_require_each_other() -> None:
    """A circle of requirements pays all or nothing, and does not turn for ever."""
    circle = [expect("test_a", requires=("test_b",)), expect("test_b", requires=("test_a",))]
    passed = [result(test, Outcome.PASSED) for test in circle]
    assert total(score_tests(circle, passed)) == 2
    assert total(score_tests(circle, [passed[0], result(circle[1], Outcome.FAILED)])) == 0


def test_one_failed_case_blocks() -> None:
    """A required test counts as passed only with all of its cases."""
    cases = [expect("test_a", case=case) for case in range(3)]
    last = expect("test_b", requires=("test_a",))
    results = [result(test, Outcome.PASSED) for test in (*cases, last)]
    assert total(score_tests([*cases, last], results)) == 4
    results[1] = result(cases[1], Outcome.TIMEOUT)
    assert total(score_tests([*cases, last], results)) == 2


def test_missing_result_is_a_fault() -> None:
    """A test without a result earns nothing and is ours: it stays INVALID."""
    first, second = expect("test_a"), expect("test_b")
    scored = score_tests([first, second], [result(first, Outcome.PASSED)])
    assert [(entry.result.outcome, entry.score) for entry in scored] == [(Outcome.PASSED, 1), (Outcome.INVALID, 0)]


def test_unexpected_results_are_ignored() -> None:
    """A result of a test that was never collected adds nothing."""
    test = expect("test_a")
    forged = TestResult(nodeid="test_hidden.py::test_forged", outcome=Outcome.PASSED, credit=1)
    assert [entry.expected for entry in score_tests([test], [result(test, Outcome.FAILED), forged])] == [test]


def test_partial_credit_is_a_share() -> None:
    """A partly right test earns its share of the points."""
    test = expect("test_a", points=8)
    assert total(score_tests([test], [result(test, Outcome.PARTIAL, 0.25)])) == 2


@pytest.mark.parametrize("outcome", UNPAID, ids=lambda outcome: outcome.label)
def test_credit_without_a_pass_is_worth_nothing(outcome: Outcome) -> None:
    """A result that is no pass pays nothing, and opens nothing that requires it, whatever credit it claims."""
    first, second = expect("test_a"), expect("test_b", requires=("test_a",))
    results = [result(first, outcome, credit=1.0), result(second, Outcome.PASSED)]
    assert [entry.score for entry in score_tests([first, second], results)] == [0, 0]


# ---- overrides


def report_of(tests: list[ExpectedTest], results: list[TestResult]) -> GradeReport:
    """The machine's report."""
    scored = score_tests(tests, results)
    points = round(sum(test.points for test in tests), 6)
    return GradeReport(student="ada", assignment="a", title="A", score=total(scored), points=points, tests=scored)


def rule(test: ExpectedTest, action: str, points: float = 0.0) -> dict[str, Ruling]:
    """A ruling on one test."""
    points = test.points if action == "void-give" else points
    return {test.nodeid: Ruling.model_validate({"action": action, "points": points, "reason": "because"})}


F, G, H = expect("test_f", 4), expect("test_g", 5, requires=("test_f",)), expect("test_h", 1, requires=("test_g",))
FAILED_F = [result(F, Outcome.FAILED), result(G, Outcome.PASSED), result(H, Outcome.PASSED)]


@pytest.mark.parametrize(
    ("rulings", "scores", "score", "points"),
    [
        ({}, [0, 0, 0], 0, 10),
        (rule(F, "points", 3), [3, 0, 0], 3, 10),
        (rule(F, "points", 4), [4, 0, 0], 4, 10),
        (rule(G, "points", 5), [0, 5, 0], 5, 10),
        (rule(F, "void-give"), [4, 5, 1], 10, 10),
        (rule(F, "void-drop"), [0, 5, 1], 6, 6),
        (rule(G, "void-drop"), [0, 0, 1], 1, 5),
        (rule(G, "void-give"), [0, 5, 1], 6, 10),
        (rule(F, "points", 2) | rule(G, "void-drop"), [2, 0, 1], 3, 5),
    ],
    ids="none some all required give drop middle-drop middle-give both".split(),
)
def test_overrides_have_the_last_word(
    rulings: dict[str, Ruling], scores: list[float], score: float, points: float
) -> None:
    """A ruling sets the test that it names; what is void holds nothing back, and what is dropped counts nowhere."""
    report = apply_overrides(report_of([F, G, H], FAILED_F), rulings)
    assert ([test.score for test in report.tests], report.score, report.points) == (scores, score, points)
    assert [test.result for test in report.tests] == FAILED_F


def test_what_the_machine_gave_is_kept() -> None:
    """Beside each override stands what the machine gave and why it does no longer, and the grade without any."""
    before = report_of([F, G, H], FAILED_F)
    report = apply_overrides(before, rule(F, "void-drop"))
    assert report.machine is not None
    assert (report.machine.score, report.machine.points) == (0, 10)
    overrides = [test.override for test in report.tests]
    assert [(o.action, o.machine_score) for o in overrides if o] == [("void-drop", 0)] + [("unblocked", 0)] * 2
    assert [test.points for test in report.tests] == [0, 5, 1]
    assert machine_report(report) == before


def test_the_next_blocker_is_named() -> None:
    """A test that requires a void one and a failed one is held back by the failed one alone."""
    last = expect("test_i", 2, requires=("test_f", "test_h"))
    results = [result(F, Outcome.FAILED), result(H, Outcome.FAILED), result(last, Outcome.PASSED)]
    report = report_of([F, H.model_copy(update={"requires": ()}), last], results)
    assert report.tests[2].blocked_by == "test_f"
    after = apply_overrides(report, rule(F, "void-give"))
    assert (after.tests[2].blocked_by, after.tests[2].score, after.tests[2].override) == ("test_h", 0, None)


@given(runs(), st.data())
def test_overrides_do_not_pile_up(run: tuple[list[ExpectedTest], list[TestResult]], data: st.DataObject) -> None:
    """Rulings replace those before, in any order; without any the report is the machine's; scores stay in bounds."""
    before = report_of([*run[0], expect("test_z", 1)], run[1])
    some = st.dictionaries(
        st.sampled_from([test.expected.nodeid for test in before.tests[:-1]]),
        st.sampled_from(["void-give", "void-drop", "points"]),
    )
    tests = {test.expected.nodeid: test.expected for test in before.tests}
    first, second = (
        {k: v for nodeid, action in data.draw(some).items() for k, v in rule(tests[nodeid], action).items()}
        for _ in range(2)
    )
    after = apply_overrides(apply_overrides(before, first), second)
    assert after == apply_overrides(before, second)
    assert apply_overrides(after, {}) == before
    assert GradeReport.model_validate_json(after.model_dump_json()) == after
    assert 0 <= after.score <= after.points + 1e-4
