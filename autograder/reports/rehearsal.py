"""What a student and a TA would see on Gradescope, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

_STUDENTS = ("visible",)


def render_student(outcome: Mapping[str, Any]) -> str:
    """What the student sees before anything is published and before the due date."""
    results = outcome["results"]
    lines = list(_head(results, outcome["state"]))
    seen = [test for test in results.get("tests", []) if _visibility(test, results) in _STUDENTS]
    if len(seen) == len(results.get("tests", [])):
        lines.insert(0, _total(results))
    else:
        lines.insert(0, f"no total: {len(results['tests']) - len(seen)} tests are not shown yet")
    lines += _tests(seen)
    if results.get("stdout_visibility", "hidden") in _STUDENTS:
        lines += ["output of the autograder:", *outcome["stdout"].splitlines()]
    return "\n".join(lines)


def render_staff(outcome: Mapping[str, Any]) -> str:
    """What the staff sees beside that: tests that are hidden, further data, the autograder's output."""
    results = outcome["results"]
    lines = [_total(results)]
    if outcome["reason"]:
        lines.append(f"{outcome['state']}: {outcome['reason']}")
    hidden = [test for test in results.get("tests", []) if _visibility(test, results) not in _STUDENTS]
    lines += _tests(hidden)
    if results.get("extra_data"):
        lines.append(f"extra_data: {results['extra_data']}")
    lines += [f"run_autograder ended with {outcome['status']} after {outcome['wall_s']:.1f} s and wrote:"]
    lines += [f"  {line}" for line in outcome["stdout"].splitlines()]
    return "\n".join(lines)


def _total(results: Mapping[str, Any]) -> str:
    tests = results.get("tests", [])
    score = results.get("score", sum(test.get("score", 0) for test in tests))
    most = sum(test.get("max_score", 0) for test in tests)
    return f"total: {score:g}" + (f" of {most:g}" if most else "")


def _head(results: Mapping[str, Any], state: str) -> Iterator[str]:
    if state != "graded":
        yield f"({state})"
    yield from results.get("output", "").splitlines()


def _visibility(test: Mapping[str, Any], results: Mapping[str, Any]) -> str:
    return str(test.get("visibility", results.get("visibility", "visible")))


def _tests(tests: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for test in tests:
        mark = "ok " if test.get("status") == "passed" else "not"
        shown = "" if test.get("visibility", "visible") in _STUDENTS else f" [{test['visibility']}]"
        yield f"{mark} {test.get('score', 0):g}/{test.get('max_score', 0):g} {test.get('name', '')}{shown}"
        yield from (f"      {line}" for line in test.get("output", "").splitlines())


def render_usage(rows: Sequence[tuple[str, str, float, float, float]]) -> str:
    """A line a submission: state, peak memory (MiB), CPU and wall seconds; their medians last."""
    wide = max([len("median"), *(len(row[0]) for row in rows)])
    lines = [f"{'submission':{wide}}  {'state':>9}  peak MiB   CPU s  wall s"]
    lines += [f"{name:{wide}}  {state:>9}  {m:8.0f}  {c:6.1f}  {w:6.1f}" for name, state, m, c, w in rows]
    middle = [median(row[place] for row in rows) for place in (2, 3, 4)]  # type: ignore[type-var]
    lines.append(f"{'median':{wide}}  {'':>9}  {middle[0]:8.0f}  {middle[1]:6.1f}  {middle[2]:6.1f}")
    return "\n".join(lines)
