"""The zip that a course uploads to Gradescope: one assignment, its key, and the grader's own sources.

The same course and grader give the same bytes: entries are sorted and bear no time.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

from autograder import __version__
from autograder.errors import SpecError
from autograder.gradescope.settings import COURSE, KEY, PACKAGE, SETTINGS, Settings
from autograder.spec import Assignment
from autograder.writing import may_replace_zip

_PACKAGE: Final = Path(__file__).parents[1]
_IMAGE: Final = Path(__file__).parent / "image"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_IGNORED: Final = frozenset({"__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".DS_Store", ".git"})
_PROGRAMS: Final = ("setup.sh", "run_autograder")
CONSTRAINTS: Final = "constraints.txt"
EXTRAS: Final = ("notebook",)
"""Extras of ours that a zip always needs: students may hand in notebooks."""


def build_bundle(assignment: Assignment, key: bytes, timeout_min: int) -> bytes:
    """The zip's bytes.

    Args:
        assignment: which goes into it; nothing of another does.
        key: the assignment's, derived from the course's secret, which stays at home.
        timeout_min: the time-out that is set on Gradescope.

    Raises:
        SpecError: a file cannot be read, or a package of the assignment's is not installed here.
    """
    settings = Settings(assignment=assignment.id, timeout_min=timeout_min, grader_version=__version__)
    files = {
        SETTINGS: settings.model_dump_json(indent=1).encode() + b"\n",
        KEY: key.hex().encode() + b"\n",
        "requirements.txt": "".join(f"{line}\n" for line in list_requirements(assignment.spec.packages)).encode(),
    }
    try:
        for name in (*_PROGRAMS, CONSTRAINTS):
            files[name] = (_IMAGE / name).read_bytes()
        for name, path in _find_files(assignment):
            files[name] = path.read_bytes()
    except OSError as error:
        raise SpecError(f"{error.filename} cannot be read ({error.strerror}); check its permissions.") from None
    return _zip(files)


def may_replace(path: Path) -> bool:
    """Whether nothing is lost where a zip is written there: no file, an empty one, or a zip that was built before."""
    return may_replace_zip(path, lambda names: SETTINGS in names)


def _find_files(assignment: Assignment) -> Iterator[tuple[str, Path]]:
    """Entries' names and where their bytes lie: the assignment, its reference, our own sources."""
    for folder in (assignment.folder, assignment.reference):
        for path in _walk(folder):
            yield f"{COURSE}/{path.relative_to(assignment.course).as_posix()}", path
    for path in _walk(_PACKAGE):
        yield f"{PACKAGE}/autograder/{path.relative_to(_PACKAGE).as_posix()}", path


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not _IGNORED.intersection(path.parts) and path.suffix != ".pyc":
            yield path


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix: the mode counts
            entry.external_attr = (0o100755 if name in _PROGRAMS else 0o100600) << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


def list_requirements(packages: list[str]) -> list[str]:
    """What pip is to install: the grader's own needs by name, and the assignment's packages by version.

    Versions of the former, and of what both need, stand in constraints.txt.

    Raises:
        SpecError: a package belongs to nothing that is installed here.
    """
    own = sorted(_own_requirements())
    pins = dict(_read_pins())
    found = metadata.packages_distributions()
    lines = []
    for package in sorted(set(packages)):
        names = found.get(package)
        if not names:
            raise SpecError(f"packages names {package!r}, which no installed distribution has; install it with pip.")
        name = _normal(names[0])
        if name not in own:
            lines.append(f"{name}=={pins.get(name) or metadata.version(name).partition('+')[0]}")
    return own + lines


def _own_requirements() -> set[str]:
    try:
        required = metadata.requires("autograder") or []
    except metadata.PackageNotFoundError:
        raise SpecError("autograder itself is not installed here; install it with pip, then build again.") from None
    names = set()
    for line in required:
        requirement, _, marker = line.partition(";")
        if not marker or any(f"extra == {quote}{extra}{quote}" in marker for extra in EXTRAS for quote in "'\""):
            names.add(_normal(re.split(r"[^A-Za-z0-9._-]", requirement.strip())[0]))
    return names


def _read_pins() -> Iterator[tuple[str, str]]:
    for line in (_IMAGE / CONSTRAINTS).read_text(encoding="ascii").splitlines():
        name, equals, version = line.partition("==")
        if equals:
            yield _normal(name), version.partition(";")[0].strip()


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
