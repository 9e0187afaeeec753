"""What `grade` left in a folder, found by the names that a TA types."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.errors import SpecError, did_you_mean
from autograder.verdict import GradeReport, ScoredTest


def read_graded(folder: Path, student: str) -> GradeReport:
    """A student's report.

    Raises:
        SpecError: the folder holds no results, or none of this student that can be read.
    """
    details = folder / "details"
    if not details.is_dir():
        raise SpecError(f"{folder} holds no results of grade; name the folder that was its --out.")
    known = sorted(path.stem for path in details.glob("*.json"))
    if student not in known:
        why = _faults(folder).get(student)
        if why:
            raise SpecError(f"{student} was not graded: {why.rstrip('.')}.")
        raise SpecError(f"{folder} holds no student {student!r}{did_you_mean(student, known)}")
    path = details / f"{student}.json"
    try:
        return GradeReport.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        raise SpecError(f"{path} cannot be read; grade {student} again.") from None


def find_test(report: GradeReport, name: str) -> ScoredTest:
    """The test of this node id, or the only one whose id ends with it or holds it.

    Raises:
        SpecError: there is none, or more than one.
    """
    tests = {test.expected.nodeid: test for test in report.tests}
    if name in tests:
        return tests[name]
    ending = [nodeid for nodeid in tests if nodeid.endswith(name)]
    found = ending if len(ending) == 1 else [nodeid for nodeid in tests if name in nodeid]
    if len(found) == 1:
        return tests[found[0]]
    if found:
        raise SpecError(f"{name!r} could be {', '.join(found[:10])}; name one of them.")
    functions = dict.fromkeys(test.expected.function for test in report.tests)
    raise SpecError(f"there is no test {name!r}{did_you_mean(name, [*functions, *tests])}")


def _faults(folder: Path) -> dict[str, str]:
    """Why students are not graded, as run.json has it."""
    try:
        run = json.loads((folder / "run.json").read_bytes())
    except (OSError, ValueError):
        return {}
    faults = run.get("faults") if isinstance(run, dict) else None
    return {str(key): str(value) for key, value in faults.items()} if isinstance(faults, dict) else {}
