"""The sample classes with each module as a notebook: the same verdicts as from the files.

Usage: python tests/notebook_class.py [ASSIGNMENT...]   (all sample classes; needs what the sandbox needs)
"""

from __future__ import annotations

import ast
import io
import itertools
import sys
import tempfile
import tokenize
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from notebook_files import notebook
from whole_reports import read_whole

from autograder.jobs.local import ClassRun, Options, Progress, grade_class
from autograder.jobs.results import ResultsFolder
from autograder.sandbox import open_sandbox
from autograder.spec import load_assignment
from autograder.submission import Submission, collect_submissions
from autograder.verdict import GradeReport

ROOT = Path(__file__).parents[1]
SECRET = b"the sample class"


def as_notebook(submission: Submission, module: str, *, in_cells: bool) -> Submission | None:
    """The submission with its module as a notebook, a cell in all or a cell a statement; None where it is none."""
    sources = [name for name in submission.files if name.endswith(".py")]
    name = f"{module}.py" if f"{module}.py" in sources else sources[0] if len(sources) == 1 else ""
    text = _decode(submission.files[name]) if name else None
    if text is None or f"{name[:-3]}.ipynb" in submission.files:
        return None
    files = {other: data for other, data in submission.files.items() if other != name}
    cells = _cut(text) if in_cells else [text]
    return replace(submission, files=files | {f"{name[:-3]}.ipynb": notebook(*cells)})


def _decode(data: bytes) -> str | None:
    """A source's text; None where an editor could not have pasted it into a cell."""
    try:
        return io.TextIOWrapper(io.BytesIO(data), tokenize.detect_encoding(io.BytesIO(data).readline)[0]).read()
    except (SyntaxError, UnicodeDecodeError):
        return None


def _cut(text: str) -> list[str]:
    """A source in cells, a statement of the top level each; one cell where it does not parse."""
    try:
        starts = [min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
                  for node in ast.parse(text).body]  # fmt: skip
    except (SyntaxError, ValueError):
        return [text]
    lines = text.splitlines(keepends=True)
    bounds = sorted({0, *(start - 1 for start in starts), len(lines)})
    return ["".join(lines[a:b]) for a, b in itertools.pairwise(bounds)]


def grade(assignment_id: str, submissions: Iterable[Submission], folder: Path) -> ClassRun:
    """The submissions graded in the sandbox, with the sample class's key."""
    assignment = load_assignment(ROOT, assignment_id)
    sandbox = open_sandbox("namespaces", assignment.spec.packages)
    try:
        options = Options(jobs=2, secret=SECRET)
        run = grade_class(submissions, assignment, sandbox, ResultsFolder(folder), options, Progress())
        return read_whole(run, folder)
    finally:
        sandbox.close()


def read_class(assignment_id: str) -> tuple[Submission, ...]:
    """The sample class's submissions."""
    modules = load_assignment(ROOT, assignment_id).spec.modules
    return collect_submissions([ROOT / "examples" / "class" / assignment_id], modules).submissions


def verdicts(report: GradeReport) -> tuple[float, dict[str, str]]:
    """Score, and the outcome of each test."""
    return report.score, {test.expected.nodeid: test.result.outcome.label for test in report.tests}


def main() -> int:
    """Grade the classes in three forms and print what differs."""
    different = 0
    for assignment_id in sys.argv[1:] or sorted(path.name for path in (ROOT / "examples" / "class").iterdir()):
        submissions = read_class(assignment_id)
        module = load_assignment(ROOT, assignment_id).spec.modules[0]
        with tempfile.TemporaryDirectory() as place:
            files = grade(assignment_id, submissions, Path(place) / "files").reports
            for form, in_cells in (("one cell", False), ("a cell a statement", True)):
                made = [one for one in (as_notebook(s, module, in_cells=in_cells) for s in submissions) if one]
                run = grade(assignment_id, made, Path(place) / form.replace(" ", "-"))
                same = 0
                for one in made:
                    theirs = run.reports.get(one.student)
                    if theirs is not None and theirs.score == files[one.student].score:
                        same += 1
                    else:
                        said = theirs.score if theirs else run.faults.get(one.student)
                        print(f"  {one.student}: {files[one.student].score:g} as a file, {said} as a notebook")
                different += len(made) - same
                left = len(submissions) - len(made)
                print(f"{assignment_id}, {form}: {same} of {len(made)} the same score; {left} are no single module")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
