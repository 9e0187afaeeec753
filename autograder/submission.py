"""Paths -> submissions: one file, a student's folder, or a folder of either. The only reader of untrusted files.

Nothing is followed (links), executed or imported here; what is too large is refused in one sentence.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from autograder.errors import SpecError, SubmissionError

MAX_FILE_BYTES: Final = 16 << 20
MAX_SUBMISSION_BYTES: Final = 32 << 20
MAX_FILES: Final = 500
MAX_NAME_BYTES: Final = 200  # of a student; with .json behind it, it is a file's name

_IGNORED_NAMES: Final = frozenset({"__pycache__", "__MACOSX", ".DS_Store", ".git", ".ipynb_checkpoints", ".venv"})


@dataclass(frozen=True)
class Submission:
    """What one student handed in: untrusted bytes by relative POSIX path.

    `refusal` says in one sentence why nothing of it can be graded; it is empty where something can. `fault` says why it
    could not be read, which is the machine's matter and no score.
    """

    student: str
    files: dict[str, bytes]
    notes: tuple[str, ...] = ()
    refusal: str = ""
    fault: str = ""
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha256()
        for name, data in sorted(self.files.items()):
            digest.update(f"{len(name.encode())}:{len(data)}:{name}".encode() + data)
        digest.update((self.refusal + self.fault).encode())
        object.__setattr__(self, "digest", digest.hexdigest())


@dataclass(frozen=True)
class Intake:
    """The submissions that were found, and what was left out, a sentence each."""

    submissions: tuple[Submission, ...]
    left_out: tuple[str, ...]


def collect_submissions(paths: Iterable[Path], modules: Iterable[str], leave_out: Path | None = None) -> Intake:
    """Find the submissions that `paths` hold.

    A folder that holds a module of the assignment, or that is named beside other paths and holds one .py and no folder,
    is one student's; any other folder is a class, each entry of it a student.

    Args:
        paths: files and folders as the TA named them.
        modules: the assignment's module names.
        leave_out: the folder of the results, which may lie among the submissions.

    Raises:
        SpecError: a path does not exist, cannot be read, or nothing in any of them is a submission.
    """
    wanted = {f"{module}.py" for module in modules}
    submissions: list[Submission] = []
    left_out: list[str] = []
    paths = list(paths)
    for path in paths:
        for entry in _entries(path, wanted, among_others=len(paths) > 1):
            if leave_out is not None and entry.resolve() == leave_out.resolve():
                continue
            if entry.is_symlink() or not (entry.is_dir() or (entry.is_file() and entry.suffix == ".py")):
                left_out.append(f"{entry} is not a submission (a .py file or a folder); it was left out.")
                continue
            submission = _read_submission(entry, wanted)
            if submission.files or submission.refusal or submission.fault:
                submissions.append(submission)
            else:
                left_out.append(f"{entry} holds no file; it was left out.")
    if not submissions:
        named = ", ".join(str(path) for path in paths)
        raise SpecError(f"{named} holds no submission; name a .py file, a student's folder or a folder of these.")
    return Intake(_unique(submissions, left_out), tuple(left_out))


def _entries(path: Path, wanted: set[str], *, among_others: bool) -> list[Path]:
    if not path.exists():
        raise SpecError(f"{path} does not exist; name a file or folder that holds submissions.")
    if path.is_file():
        return [path]
    try:
        children = sorted(child for child in path.iterdir() if not _ignored(child.name))
    except OSError as error:
        raise SpecError(f"{path} cannot be listed ({error.strerror}); check its permissions.") from None
    sources = [child for child in children if child.suffix == ".py"]
    lone = among_others and len(sources) == 1 and not any(child.is_dir() for child in children)
    return [path] if lone or any(child.name in wanted for child in children) else children


def _ignored(name: str) -> bool:
    return name in _IGNORED_NAMES or name.startswith("._")


def _read_submission(entry: Path, wanted: set[str]) -> Submission:
    student = _student_name(entry, wanted)
    try:
        if entry.is_file():
            return Submission(student, {_decodable(entry.name): _read_file(entry)})
        return Submission(student, dict(_read_tree(entry)))
    except SubmissionError as error:
        return Submission(student, {}, refusal=str(error))
    except OSError as error:
        return Submission(student, {}, fault=f"{entry} cannot be read ({error.strerror}); check its permissions.")


def _decodable(name: str) -> str:
    """A file's name as text: bytes that are not UTF-8 are replaced."""
    return os.fsencode(name).decode("utf-8", "replace")


def _student_name(entry: Path, wanted: set[str]) -> str:
    """The file's or folder's name; a file named as the assignment demands is its folder's."""
    entry = entry.absolute()
    name = entry.parent.name if entry.name in wanted else entry.stem if entry.is_file() else entry.name
    cleaned = re.sub(r"[^\w.@+-]+", "_", _decodable(name)).strip("._") or "unnamed"
    if cleaned == name and len(cleaned.encode()) <= MAX_NAME_BYTES:
        return cleaned
    # what was cleaned or cut must not become another student's name
    return f"{cleaned[:60]}-{hashlib.sha256(os.fsencode(name)).hexdigest()[:6]}"


def _read_tree(folder: Path) -> Iterator[tuple[str, bytes]]:
    total = count = 0
    for directory, names, files in os.walk(folder, followlinks=False, onerror=_raise):
        names[:] = sorted(name for name in names if not _ignored(name))
        for name in sorted(files):
            path = Path(directory, name)
            if _ignored(name) or not stat.S_ISREG(path.lstat().st_mode):
                continue
            data = _read_file(path)
            total, count = total + len(data), count + 1
            if total > MAX_SUBMISSION_BYTES or count > MAX_FILES:
                raise SubmissionError(
                    f"The submission is larger than {MAX_SUBMISSION_BYTES >> 20} MiB or {MAX_FILES} files; "
                    "hand in the source alone."
                )
            yield _decodable(path.relative_to(folder).as_posix()), data


def _raise(error: OSError) -> None:
    raise error


def _read_file(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise SubmissionError(f"{path.name} is larger than {MAX_FILE_BYTES >> 20} MiB; hand in the source alone.")
    return data


def _unique(submissions: list[Submission], left_out: list[str]) -> tuple[Submission, ...]:
    """One submission a student: the last one named counts, and the others are said."""
    chosen: dict[str, Submission] = {}
    for submission in submissions:
        if submission.student in chosen:
            left_out.append(f"{submission.student} was found more than once; the last one found counts.")
        chosen[submission.student] = submission
    return tuple(chosen[student] for student in sorted(chosen))
