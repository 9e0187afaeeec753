"""nbgrader's own course: its folder, its configuration, and the assignment's cells as its gradebook knows them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from autograder.errors import GraderError, SpecError, SubmissionError
from autograder.nbgrader.page import TemplateCell

CONFIG: Final = "nbgrader_config.py"


@dataclass(frozen=True)
class NbCourse:
    """A course of nbgrader's.

    Attributes:
        root: its folder, which holds `source/`, `submitted/` and the others.
        config: nbgrader's configuration, of the machine and of the course.
        directory: nbgrader's CourseDirectory.
        db_url: the gradebook's.
    """

    root: Path
    config: Any
    directory: Any
    db_url: str

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """The folder of a step: `source`, `submitted`, `autograded`."""
        name = getattr(self.directory, f"{step}_directory")
        return Path(self.directory.format_path(name, student, assignment))


def open_course(root: Path, db_url: str | None) -> NbCourse:
    """Read nbgrader's configuration of a course.

    Raises:
        SpecError: nbgrader is not installed, or the folder is no course of it.
    """
    try:
        from nbgrader.apps.baseapp import NbGrader
        from nbgrader.coursedir import CourseDirectory
    except ModuleNotFoundError:
        raise SpecError("nbgrader is not installed here; install it with pip install 'autograder[nbgrader]'.") from None
    root = root.resolve()
    if not root.is_dir():
        raise SpecError(f"{root} is not a folder; name nbgrader's course with --nbgrader DIR.")
    app = NbGrader()
    app.log_level = 40
    with _working_in(root):  # where nbgrader looks for its configuration
        app.load_config_file()
    if db_url is not None:
        app.config.CourseDirectory.db_url = db_url
    if "root" not in app.config.CourseDirectory:
        app.config.CourseDirectory.root = str(root)
    directory = CourseDirectory(config=app.config)
    return NbCourse(Path(directory.root), app.config, directory, directory.db_url)


def find_root(start: Path, default: Path) -> Path:
    """The nearest folder from `start` upward that nbgrader is configured in; else the default."""
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if (folder / CONFIG).is_file()), default)


@contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def open_gradebook(course: NbCourse) -> Iterator[Any]:
    """The gradebook, for a `with`.

    Raises:
        GraderError: it cannot be opened, read or written; what was committed stays.
    """
    from nbgrader.api import Gradebook, InvalidEntry
    from sqlalchemy.exc import SAWarning, SQLAlchemyError

    warnings.simplefilter("ignore", SAWarning)  # nbgrader's own way of adding a submission
    try:
        with Gradebook(course.db_url, course.directory.course_id or "default_course") as book:
            yield book
    except (SQLAlchemyError, InvalidEntry, ModuleNotFoundError, FileNotFoundError) as error:
        said = str(getattr(error, "orig", None) or error).splitlines()
        raise GraderError(
            f"nbgrader's gradebook cannot be used ({type(error).__name__}: {said[0] if said else ''}); close what else "
            "uses it, or name it with --db URL, and run the command again."
        ) from None


def find_source(course: NbCourse, assignment: str, notebook: str) -> Path:
    """The assignment's notebook in `source/`.

    Raises:
        SpecError: it is not there.
    """
    path = course.folder("source", ".", assignment) / f"{notebook}.ipynb"
    if not path.is_file():
        raise SpecError(
            f"{path} does not exist; copy the notebook of student_templates/ there, and {_again(course, assignment)}, "
            "or name nbgrader's course with --nbgrader DIR."
        )
    return path


def _again(course: NbCourse, assignment: str) -> str:
    return f"run nbgrader generate_assignment {assignment} --force in {course.root}"


def read_template(course: NbCourse, book: Any, assignment: str, notebook: str) -> list[TemplateCell]:
    """The cells of the assignment's notebook in order, as they were released.

    Raises:
        SpecError: nbgrader does not know the assignment, or not as it stands in `source/`.
    """
    import nbformat
    from nbgrader.api import MissingEntry

    path = find_source(course, assignment, notebook)
    again = _again(course, assignment)
    try:
        source = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        known = {cell.name: cell for cell in book.find_notebook(notebook, assignment).source_cells}
        points = {cell.name: cell.max_score for cell in _graded(book.find_notebook(notebook, assignment))}
    except MissingEntry:
        raise SpecError(f"nbgrader's gradebook does not know {path}; {again}.") from None
    except (OSError, ValueError, nbformat.ValidationError):
        raise SpecError(f"{path} cannot be read as a notebook; copy that of student_templates/ there again.") from None
    cells = []
    for cell in source.cells:
        grading = cell.metadata.get("nbgrader") or {}
        name = grading.get("grade_id")
        if name is None or not any(grading.get(key) for key in ("grade", "solution", "locked", "task")):
            continue
        if name not in known or (name in points) != bool(grading.get("grade") or grading.get("task")):
            raise SpecError(f"nbgrader's gradebook does not know the cell {name} of {path}; {again}.")
        cells.append(
            TemplateCell(
                name=name,
                kind=known[name].cell_type,
                source=known[name].source or "",
                checksum=known[name].checksum or "",
                points=float(grading["points"]) if name in points else None,
                solution=bool(grading.get("solution")),
                locked=bool(known[name].locked),
                task=bool(grading.get("task")),
            )
        )
    return cells


def _graded(notebook: Any) -> list[Any]:
    return [*notebook.grade_cells, *notebook.task_cells]


def read_time(course: NbCourse, student: str, assignment: str) -> datetime | None:
    """When nbgrader says that a submission was handed in, as its own pages read it; None where it does not say.

    Raises:
        SubmissionError: its timestamp.txt, which students can write, holds no time.
    """
    from nbgrader.utils import parse_utc

    path = course.folder("submitted", student, assignment) / "timestamp.txt"
    if not path.is_file():
        return None
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(200).strip()
        return parse_utc(text) if text else None
    except (ValueError, OverflowError, OSError):
        raise SubmissionError(
            f"{path} holds no time that nbgrader can read, and breaks its pages; write one into it, as in "
            "2026-03-01 10:00:00 UTC."
        ) from None
