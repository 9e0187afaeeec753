"""The same tests and submissions in the form that each peer takes, made from the suite's own source.

Plain pytest runs the suite as it is. gradescope-utils calls its functions from a TestCase. For nbgrader and otter a
submission is a notebook, its module being one cell, and a test's source becomes a cell or a test file.
"""

from __future__ import annotations

import ast
import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from workload import MODULE, SUITE

GRADESCOPE_RUN = f"""\
import unittest

import {SUITE.stem} as suite
from gradescope_utils.autograder_utils.decorators import weight
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner


class Tests(unittest.TestCase):
    pass


for name, function in list(vars(suite).items()):
    if name.startswith("test_"):
        setattr(Tests, name, weight(1)(lambda self, function=function: function()))

with open("results.json", "w") as stream:
    JSONTestRunner(stream=stream).run(unittest.defaultTestLoader.loadTestsFromTestCase(Tests))
"""

OTTER_TEST = '''\
from otter.test_files import test_case

OK_FORMAT = False
name = "{name}"
points = 1

{imports}

{source}


@test_case()
def check(env):
    """The test, with the submission's names as its globals."""
    globals().update({{name: env[name] for name in {names!r} if name in env}})
    {name}()
'''


@dataclass(frozen=True)
class Suite:
    """The suite, taken apart: its imports but that of the submission, the names of that, the tests' sources by name."""

    imports: str
    names: tuple[str, ...]
    tests: dict[str, str]


def read_suite() -> Suite:
    """Take the suite apart."""
    text = SUITE.read_text()
    imports: list[str] = []
    names: tuple[str, ...] = ()
    tests: dict[str, str] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom) and node.module == MODULE:
            names = tuple(alias.name for alias in node.names)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            imports.append(ast.unparse(node))
        elif isinstance(node, ast.FunctionDef):
            tests[node.name] = ast.get_source_segment(text, node) or ""
    return Suite("\n".join(imports), names, tests)


def put_module(folder: Path, submission: Path) -> None:
    """A folder with the submission's module and the suite: all that plain pytest needs."""
    folder.mkdir(parents=True)
    shutil.copy(submission, folder / f"{MODULE}.py")
    shutil.copy(SUITE, folder)


def put_gradescope(folder: Path, submission: Path) -> None:
    """The same and run_tests.py, as Gradescope's examples have it."""
    put_module(folder, submission)
    (folder / "run_tests.py").write_text(GRADESCOPE_RUN)


def write_notebook(path: Path, submission: Path) -> None:
    """A notebook of one cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = new_notebook(cells=[new_code_cell(submission.read_text(), id="work")])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


def write_otter_tests(folder: Path) -> None:
    """A test file for each test."""
    folder.mkdir(parents=True)
    suite = read_suite()
    for name, source in suite.tests.items():
        text = OTTER_TEST.format(name=name, imports=suite.imports, source=source, names=suite.names)
        (folder / f"{name}.py").write_text(text)


def write_nbgrader_notebook(path: Path, solution: str) -> None:
    """A notebook with the imports, one cell to be written by the student, and a locked cell for each test."""
    path.parent.mkdir(parents=True, exist_ok=True)
    suite = read_suite()
    cells = [_nbgrader_cell("imports", suite.imports), _nbgrader_cell("work", solution, solution=True)]
    cells += [_nbgrader_cell(name, f"{source}\n\n\n{name}()", grade=True) for name, source in suite.tests.items()]
    notebook = new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


def _nbgrader_cell(name: str, source: str, *, grade: bool = False, solution: bool = False) -> nbformat.NotebookNode:
    cell = new_code_cell(source, id=name.replace("_", "-"))
    cell.metadata["nbgrader"] = {
        "schema_version": 3, "grade_id": name, "grade": grade, "solution": solution, "locked": not solution,
        "task": False, **({"points": 1} if grade else {}),
    }  # fmt: skip
    return cell
