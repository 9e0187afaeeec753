"""A new course, and a new assignment that grades as it is: 100 points for its reference, 0 for its stub.

The texts are package data, `scaffold_files/`. Files are made in a folder of their own and moved to their places as a
whole, so that either all of them are there or none, and nothing that was there before is written over.
"""

from __future__ import annotations

import contextlib
import errno
import importlib.resources
import json
import keyword
import os
import re
import shutil
import string
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from autograder.errors import SpecError
from autograder.proxy._stand_ins import DISPLAY
from autograder.spec import MODULE_NAME, find_namesake
from autograder.submission.names import DEVICES
from autograder.templates.solutions import make_stub

MAX_ID_LENGTH: Final = 64

_COURSE: Final = {
    "README.md": "course/README.md",
    ".gitignore": "course/gitignore",
    "roster.example.csv": "course/roster.example.csv",
    "assignments/.gitkeep": "",  # version control keeps no empty folder, and a course is known by this one
    "reference/.gitkeep": "",
    "student_templates/.gitkeep": "",
}
_ASSIGNMENT: Final = {
    "assignments/{id}/assignment.toml": "assignment/assignment.toml",
    "assignments/{id}/README.md": "assignment/README.md",
    "assignments/{id}/tests/test_public.py": "assignment/test_public.py.txt",
    "assignments/{id}/tests/test_hidden.py": "assignment/test_hidden.py.txt",
    "reference/{id}/{id}.py": "assignment/reference.py.txt",
}
_ASSIGNMENT_FOLDERS: Final = ("reference/{id}", "student_templates/{id}", "assignments/{id}")
"""In the order in which they are put in place: an assignment is there when its assignment.toml is."""

_PACKAGES: Final = frozenset({
    *DISPLAY, "autograd", "jax", "keras", "numpy", "pandas", "scipy", "sklearn", "sympy", "tensorflow", "torch",
    "torchvision",
})  # fmt: skip
"""What students' code imports, here or on another machine, installed or not."""


class _Text(string.Template):
    """A text with `%%{name}` in it: the `$` belongs to the handout's mathematics."""

    delimiter = "%%"


def create_course(folder: Path) -> list[str]:
    """Make a course in a folder that is not there yet, or is empty but for `.git`; returns its files' names.

    Raises:
        SpecError: something else lies there, or it cannot be written.
    """
    if os.path.lexists(folder) and not folder.is_dir():
        raise SpecError(f"{folder} is a file; name a new or an empty folder.")
    try:
        found = sorted(path.name for path in folder.iterdir() if path.name != ".git") if folder.exists() else []
    except OSError as error:
        raise SpecError(f"{folder} cannot be read ({error.strerror}); name a new or an empty folder.") from None
    if found:
        raise SpecError(f"{folder} is not empty (it holds {found[0]}); name a new or an empty folder.")
    title = " ".join(folder.resolve().name.replace("_", " ").split())
    files = {name: _render(source, title=title) for name, source in _COURSE.items()}
    _write_all(folder, files, sorted({PurePosixPath(name).parts[0] for name in files}))
    return list(files)


def create_assignment(course: Path, assignment_id: str, title: str | None = None) -> list[str]:
    """Make an assignment in a course; returns its files' names below the course.

    Args:
        course: the folder that holds `assignments/`.
        assignment_id: also the name of the module that students write.
        title: one line; by default the ID in words.

    Raises:
        SpecError: the course is none, the ID cannot be one or is taken, or nothing can be written.
    """
    if not (course / "assignments").is_dir():
        raise SpecError(f"{course} holds no assignments/ folder; make a course with autograder init, or name another.")
    _check_id(assignment_id)
    folders = [name.format(id=assignment_id) for name in _ASSIGNMENT_FOLDERS]
    for name in folders:
        if os.path.lexists(course / name):
            raise SpecError(f"{course / name} exists already; choose another ID.")
    words = {"id": assignment_id, **_title_words(assignment_id if title is None else title, given=title is not None)}
    files = {name.format(id=assignment_id): _render(source, **words) for name, source in _ASSIGNMENT.items()}
    reference = f"reference/{assignment_id}/{assignment_id}.py"
    files[f"student_templates/{assignment_id}/{assignment_id}.py"] = make_stub(files[reference], Path(reference))
    _write_all(course, files, folders)
    return list(files)


def _title_words(title: str, *, given: bool) -> dict[str, str]:
    if not given:
        title = title.replace("_", " ").strip().capitalize()
    title = title.strip()
    if not title or not title.isprintable():
        raise SpecError(f"--title {title!r} is no title; give one line of text.")
    return {"title": title, "title_toml": json.dumps(title, ensure_ascii=False)}


def _check_id(name: str) -> None:
    """An ID is a module's name on every student's machine, and hides no other module."""
    if len(name) > MAX_ID_LENGTH or not re.fullmatch(MODULE_NAME, name):
        shown = name if len(name) <= MAX_ID_LENGTH else f"{name[:MAX_ID_LENGTH]}..."
        raise SpecError(
            f"{shown!r} cannot be an ID, which is also a module's name; take at most {MAX_ID_LENGTH} small letters, "
            "digits and _, a letter first."
        )
    taken = find_namesake(name)
    if keyword.iskeyword(name):
        taken = "a word of Python's own"
    elif name.startswith("test_") or name == "conftest":
        taken = "what pytest takes for a test of its own"
    elif DEVICES.fullmatch(name):
        taken = "no name for a file on Windows"
    elif not taken and name in _PACKAGES:
        taken = "a package that students import"
    if taken:
        raise SpecError(f"{name!r} cannot be an ID, for it is {taken}; choose another.")


def _render(source: str, **words: str) -> str:
    """A text of the package's own with its words filled in; empty where there is no source."""
    if not source:
        return ""
    text = (importlib.resources.files("autograder") / "scaffold_files" / source).read_text(encoding="utf-8")
    return _Text(text).substitute(words)


def _write_all(root: Path, files: Mapping[str, str], units: Iterable[str]) -> None:
    """Write all the files below root, or none.

    Args:
        root: made if it is not there.
        files: texts by relative path.
        units: the files and folders that are moved to their places as a whole; each file is one or lies in one.
    """
    with contextlib.ExitStack() as undo:
        try:
            _make_folder(root, undo)
            with tempfile.TemporaryDirectory(prefix=".new-", dir=root) as stage:
                for name, text in files.items():
                    path = Path(stage, name)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text, encoding="utf-8", newline="\n")
                for unit in units:
                    _make_folder((root / unit).parent, undo)
                    _move(Path(stage, unit), root / unit, undo)
        except OSError as error:
            where = error.filename2 or error.filename or root
            raise SpecError(f"{where} cannot be written ({error.strerror}); nothing was made.") from None
        undo.pop_all()


def _make_folder(folder: Path, undo: contextlib.ExitStack) -> None:
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir()
        undo.callback(_remove_empty, place)


def _move(source: Path, target: Path, undo: contextlib.ExitStack) -> None:
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    source.rename(target)
    undo.callback(_remove, target)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):  # somebody has put something there meanwhile
        folder.rmdir()
