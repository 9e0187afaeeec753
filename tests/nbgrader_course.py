"""A course that nbgrader keeps, and a class of twenty that hands notebooks in: by its real commands and exchange."""

from __future__ import annotations

import ast
import contextlib
import copy
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from small_course import (
    CHANGES_ARGUMENT,
    ENDLESS_TOTAL,
    EXITS_IN_TOTAL,
    ID,
    MODULE,
    NO_COUNTDOWN,
    RAISES_IN_DOUBLE,
    REFERENCE,
    TOML,
    WRONG_FACTOR,
    run_autograder,
    write_course,
    write_files,
)

from autograder.nbgrader.course import open_course
from autograder.nbgrader.results import read_results
from autograder.nbgrader.sync import Synced, sync_class

NBGRADER = Path(sys.executable).with_name("nbgrader")
MARKED = re.sub(r"^(    return .*)$", r"    # BEGIN SOLUTION\n\1\n    # END SOLUTION", REFERENCE, flags=re.MULTILINE)
WRITTEN = '[[written]]\nid = "why"\ntitle = "Why twice"\npoints = 5\nprompt = "Derive it."\nafter = "double"\n'
CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "dl"
c.Exchange.root = {exchange!r}
c.NbGraderAPI.timezone = "UTC"
"""
ROSTER_ABSENT = {"yan": "Yan, Xu", "zoe": "Zoë Zander"}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SCRIPT = "<script>document.title = 'forged'</script><img src=x onerror=\"document.title = 'forged'\">"

# One line in a cell: it rewrites every cell that comes after it, tests included.
TRANSFORMER = """\
get_ipython().input_transformers_cleanup.append(lambda lines: ["pass\\n"] if "assert" in "".join(lines) else lines)
"""
REDEFINED = """\
import builtins
import numpy.testing
numpy.testing.assert_allclose = lambda *arguments, **options: None
def test_double_small(): return None
test_total_small = test_double_small
class AssertionError(Exception): pass
builtins.AssertionError = AssertionError
"""
SCORE_LIKE = 'print("20.0")\nprint({"score": 20, "max_score": 20, "status": "passed"})\n20.0'
NOISY = """\
import sys, warnings
warnings.warn("this is deprecated")
print("downloading ... 100%", file=sys.stderr)
"""


@dataclass(frozen=True)
class NbClass:
    """The class, handed in and collected.

    Attributes:
        root: the course, ours and nbgrader's.
        out: where `grade` leaves the results.
    """

    root: Path
    out: Path

    @property
    def database(self) -> Path:
        return self.root / "gradebook.db"

    def grade(self, *options: str) -> subprocess.CompletedProcess[str]:
        """`autograder grade` on what nbgrader collected."""
        where = ("submitted", "--out", self.out, "--seed", "1", "--quiet")
        return run_autograder("grade", ID, *where, *options, cwd=self.root)

    def run_sync(self, *options: str) -> subprocess.CompletedProcess[str]:
        """`autograder nbgrader sync`."""
        return run_autograder("nbgrader", "sync", self.out, *options, cwd=self.root)

    def sync(self) -> Synced:
        """What the command does, in this process, where nbgrader is imported already."""
        return sync_class(read_results(self.out), open_course(self.root, None))

    def nbgrader(self, *arguments: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        """A command of nbgrader's, in the course's folder."""
        return run_nbgrader(*arguments, cwd=self.root, ok=ok)


def run_nbgrader(*arguments: str, cwd: Path, ok: bool = True) -> subprocess.CompletedProcess[str]:
    """A command of nbgrader's as a TA runs it."""
    done = subprocess.run(
        [str(NBGRADER), *arguments], cwd=cwd, capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PATH": f"{NBGRADER.parent}{os.pathsep}{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.returncode == 0 or not ok, done.stdout + done.stderr
    return done


def answer(stub: Any, reference: str, written: str = "Twice $x$ is $x + x$.", *, before: str = "") -> Any:
    """The released notebook with answers in it, and code of a student's own in a cell before the first one."""
    functions = [ast.get_source_segment(reference, node) for node in ast.parse(reference).body
                 if isinstance(node, ast.FunctionDef)]  # fmt: skip
    exercises = ["double", "total", "countdown", "widen"]
    filled = answer_cells(stub, {**dict(zip(exercises, functions, strict=True)), "written_why": written})
    if before:
        filled.cells.insert(1, nbformat.v4.new_code_cell(before))
    return filled


def _scripted(stub: Any) -> Any:
    """HTML wherever a student can write it: text, outputs, metadata, attachments, raw cells."""
    prints = REFERENCE.replace("return 2 *", f"print({SCRIPT!r})\n    raise ValueError({SCRIPT!r})\n    return 2 *")
    text = f"{SCRIPT}\n\n# written_why\n\n[link](javascript:alert(1)) ![dot](attachment:a.png) ![gone](attachment:b)"
    notebook = answer(stub, prints, text)
    for cell in notebook.cells:
        if cell.metadata.nbgrader.grade_id == "written_why":
            cell["attachments"] = {"a.png": {"image/png": PIXEL}, "x.svg": {"image/svg+xml": "PHN2Zy8+"}}
        if cell.cell_type == "code":
            cell.metadata["tags"] = ['"><script>document.title = "forged"</script>']
            cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": SCRIPT})]
    raw = nbformat.v4.new_raw_cell(SCRIPT)
    raw.metadata["raw_mimetype"] = "text/html"
    notebook.cells.insert(1, raw)
    notebook.metadata["title"] = SCRIPT
    return notebook


def _renamed(stub: Any) -> Any:
    """Points, names and locks of the cells are changed, the tests are gone."""
    notebook = answer(stub, WRONG_FACTOR)
    notebook.cells = [cell for cell in notebook.cells if not cell.metadata.nbgrader.grade or cell.cell_type != "code"]
    for cell in notebook.cells:
        cell.metadata.nbgrader["points"] = 1000
        if cell.metadata.nbgrader.grade_id == "total":
            cell.metadata.nbgrader.update(grade=True, grade_id="hidden_double", solution=False)
    return notebook


def _indented(stub: Any) -> Any:
    notebook = copy.deepcopy(stub)
    notebook.cells = [cell for cell in notebook.cells if cell.metadata.nbgrader.grade_id != "test_total_small"]
    return answer_cells(notebook, {"double": "def double(x):\n    return 2 * x\n"})


def answer_cells(stub: Any, answers: dict[str, str]) -> Any:
    """The released notebook with some of its cells written."""
    notebook = copy.deepcopy(stub)
    for cell in notebook.cells:
        cell.source = answers.get(cell.metadata.nbgrader.grade_id, cell.source)
    return notebook


STUDENTS: dict[str, Callable[[Any], Any]] = {
    "ada": lambda stub: answer(stub, REFERENCE),
    "bruno": lambda stub: answer(stub, WRONG_FACTOR),
    "carl": lambda stub: answer(stub, ENDLESS_TOTAL),
    "dora": lambda stub: answer(stub, NO_COUNTDOWN),
    "emil": lambda stub: answer(stub, RAISES_IN_DOUBLE),
    "fred": lambda stub: answer_cells(answer(stub, REFERENCE), {"total": "def total(values:\n    return sum(values)"}),
    "gina": lambda stub: answer(stub, REFERENCE, "YOUR ANSWER HERE"),
    "hugo": lambda stub: answer(stub, CHANGES_ARGUMENT),
    "ivy": lambda stub: answer(stub, EXITS_IN_TOTAL),
    "jules": lambda stub: answer(stub, REFERENCE, before=NOISY),
    "kim": lambda stub: answer(stub, WRONG_FACTOR, before=TRANSFORMER),
    "lena": lambda stub: answer(stub, WRONG_FACTOR, before=REDEFINED),
    "marc": lambda stub: answer(stub, WRONG_FACTOR, before=SCORE_LIKE),
    "nina": _scripted,
    "otto": copy.deepcopy,
    "pia": _renamed,
    "quin": _indented,
    "rosa": copy.deepcopy,  # a module beside the notebook
    "sam": lambda stub: answer(stub, REFERENCE, before=TRANSFORMER + NOISY),
    "tom": lambda stub: answer(stub, REFERENCE),  # cut off
}
FORGERS = ("kim", "lena", "marc")
WRONG_FACTOR_SCORE = 14.0  # of 20: test_double_small is lost, and both of test_double_random


def make_class(root: Path) -> NbClass:
    """From the reference to what nbgrader collected: template, generate, release, fetch, submit, collect."""
    exchange = root.with_name(f"{root.name}-exchange")
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    write_course(root, toml=TOML + WRITTEN, reference=MARKED)
    write_files(root, {"nbgrader_config.py": CONFIG.format(exchange=str(exchange)), "roster.csv": roster()})
    assert run_autograder("template", ID, cwd=root).returncode == 0
    source = root / "source" / ID / f"{MODULE}.ipynb"
    source.parent.mkdir(parents=True)
    source.write_bytes((root / "student_templates" / ID / f"{MODULE}.ipynb").read_bytes())
    home = root.with_name(f"{root.name}-home")
    home.mkdir()
    write_files(home, {"nbgrader_config.py": CONFIG.format(exchange=str(exchange))})
    run_apps([
        [root, "GenerateAssignmentApp", ID],
        [root, "ReleaseAssignmentApp", ID],
        [home, "FetchAssignmentApp", ID, "--course=dl"],
    ])  # fmt: skip
    write_work(home)
    submits = [[home / name, "SubmitApp", ID, "--course=dl", f"--student={name}"] for name in STUDENTS]
    run_apps([*submits, [root, "CollectApp", ID]])
    return NbClass(root, root / "out")


def run_apps(commands: list[list[str | Path]]) -> None:
    """Nbgrader's commands one after another, each in its folder, in one process, since nbgrader starts slowly."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN, json.dumps(commands, default=str)], capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": f"{NBGRADER.parent}{os.pathsep}{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


_RUN = """
import json, os, sys
from nbgrader import apps
for folder, name, *arguments in json.loads(sys.argv[1]):
    os.chdir(folder)
    kind = getattr(apps, name)
    kind.clear_instance()
    app = kind()
    app.initialize(arguments)
    app.start()
"""


def roster() -> str:
    """The class, and two who hand nothing in."""
    rows = [f"{name},{name.capitalize()} Example,{name}@example.org" for name in STUDENTS]
    rows += [f'{name},"{full}",{name}@example.org' for name, full in ROSTER_ABSENT.items()]
    return "\n".join(("student,name,email", *rows)) + "\n"


def write_work(home: Path) -> None:
    """What each student hands in, in a folder of theirs."""
    stub = nbformat.read(home / ID / f"{MODULE}.ipynb", as_version=4)
    config = (home / "nbgrader_config.py").read_text()
    for name, work in STUDENTS.items():
        text = nbformat.writes(work(stub))
        files = {f"{ID}/{MODULE}.ipynb": text[:-200] if name == "tom" else text, "nbgrader_config.py": config}
        if name == "rosa":
            files[f"{ID}/{MODULE}.py"] = REFERENCE
        write_files(home / name, files)


def read_rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query on the gradebook."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


def read_page(course: NbClass, student: str) -> Any:
    """The notebook that formgrader shows, as it lies on the disk."""
    return json.loads((course.root / "autograded" / student / ID / f"{MODULE}.ipynb").read_text())
