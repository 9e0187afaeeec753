"""`nbgrader autograde` that grades by us: a preprocessor in the place of the one that runs the student's cells.

In nbgrader_config.py:

    c.Autograde.autograde_preprocessors = ["autograder.nbgrader.hook.GradeInSandbox"]

It is no `post_convert_hook`: that comes when the cells have been run and scored, and its failure is passed over. This
one fails closed: what it raises, or its absence, leaves the submission ungraded (docs/decisions/0018).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.preprocessors import Preprocessor
from traitlets import Unicode

from autograder.errors import GraderError, SpecError
from autograder.nbgrader.course import NbCourse
from autograder.nbgrader.results import read_results
from autograder.nbgrader.sync import COPIED, sync_class
from autograder.spec import find_course, load_assignment
from autograder.submission import Layout, collect_submissions, read_roster


class GradeInSandbox(Preprocessor):  # type: ignore[misc,unused-ignore]  # nbconvert has no types
    """Grades the submission with `autograder grade`, brings its scores into the gradebook, gives back its notebook."""

    enabled = True
    course = Unicode("", help="The course of autograder; else the nearest folder upward.").tag(config=True)
    results = Unicode("results", help="Where results go, in a folder an assignment.").tag(config=True)
    sandbox = Unicode("auto", help="As of grade --sandbox.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Grade; `nb`, the student's notebook as nbgrader read it, is not looked at.

        Raises:
            GraderError: it could not be graded; nbgrader reports the submission as failed.
            SpecError: the assignment is not ours, or not as nbgrader knows it.
        """
        told = resources["nbgrader"]
        exporter: Any = self.parent
        directory = exporter.parent.coursedir
        course = NbCourse(Path(directory.root), self.config, directory, told["db_url"])
        root = Path(self.course) if self.course else find_course(course.root)
        assignment = load_assignment(root, told["assignment"])
        if told["notebook"] != assignment.spec.modules[0]:
            raise SpecError(f"{told['notebook']}.ipynb is not the notebook of {assignment.id}; take it out of source/.")
        submitted = course.root / directory.submitted_directory
        student = find_student(submitted, told["student"], root, assignment.id, assignment.spec.modules)
        out = course.root / self.results / assignment.id
        self._grade(submitted, root, assignment.id, out, student)
        done = sync_class(read_results(out), course, {student})
        if student in done.ungraded:
            raise GraderError(f"{student} was not graded: {done.ungraded[student]}")
        folder = course.folder("autograded", told["student"], assignment.id)
        _leave_out_files(folder)
        page = nbformat.read(folder / f"{told['notebook']}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
        return page, resources

    def _grade(self, submitted: Path, root: Path, assignment: str, out: Path, student: str) -> None:
        command = [sys.executable, "-P", "-m", "autograder", "grade", assignment, str(submitted), "--out", str(out)]
        command += ["--course", str(root), "--layout", Layout.NBGRADER, "--sandbox", self.sandbox, "--quiet"]
        done = subprocess.run([*command, f"--only={student}"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise GraderError(f"{student} was not graded: {said.removeprefix('autograder: ')}")


def find_student(submitted: Path, folder: str, course: Path, assignment: str, modules: list[str]) -> str:
    """Our name of the student whose folder in `submitted/` has this name.

    Raises:
        SpecError: there is none.
    """
    listed = course / "roster.csv"
    roster = read_roster(listed) if listed.exists() else None
    intake = collect_submissions([submitted], modules, layout=Layout.NBGRADER, roster=roster, assignment=assignment)
    found = [submission.student for submission in intake.submissions if submission.folder == folder]
    if not found:
        raise SpecError(
            f"{submitted / folder} was left out: it holds no folder {assignment}, or another stands for it."
        )
    return found[0]


def _leave_out_files(folder: Path) -> None:
    """Take away what nbgrader copied of the student's folder: formgrader would serve it as pages of its own."""
    for path in folder.rglob("*"):
        if not path.is_dir() and path.suffix != ".ipynb" and path.name not in COPIED:
            path.unlink()
