"""How a class lies in a folder: plain folders and files, nbgrader's tree, or an export of Gradescope, Canvas or Moodle.

A layout turns a folder into hand-ins: who, and which files and folders. Nothing is read here but an export's own list.
"""

from __future__ import annotations

import enum
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal, NamedTuple

from autograder.errors import SpecError
from autograder.submission.names import as_text, clean_student, is_archive, is_source, stem, wanted_names
from autograder.submission.trees import File, Folder, Node, Strange

_TIME: Final = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[T ](?P<clock>\d\d:\d\d:\d\d)(?P<fraction>\.\d+)? ?"
    r"(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)", re.ASCII
)  # fmt: skip


class Layout(enum.StrEnum):
    """What `--layout` takes; `auto` looks at the content."""

    AUTO = "auto"
    FOLDER = "folder"
    GRADESCOPE = "gradescope"
    CANVAS = "canvas"
    MOODLE = "moodle"
    NBGRADER = "nbgrader"


class Alias(NamedTuple):
    """What somebody is known by: an `id` (SID, login, e-mail), the number of a `canvas` user, or a `name`.

    They are kept apart since students choose their names, and one could be another's SID.
    """

    kind: Literal["id", "canvas", "name"]
    text: str


@dataclass(frozen=True)
class Handin:
    """What one student, or a group, handed in, not yet read.

    Attributes:
        student: the name that the results go by, clean.
        parts: where in the submission each file or folder lies; a folder's content lies at the top where that is empty.
        where: for messages to the TA.
        aliases: what a roster may know the student by, the surest first.
        notes, refusal, fault, name, email, submitted_at, late, group, folder: as in Submission.
        own: the TA named a path that holds this student's work alone; else the name stands inside what was named, where
            a student may have written it.
    """

    student: str
    parts: tuple[tuple[str, Node], ...]
    where: str
    aliases: tuple[Alias, ...] = ()
    notes: tuple[str, ...] = ()
    refusal: str = ""
    fault: str = ""
    name: str = ""
    email: str = ""
    submitted_at: datetime | None = None
    late: bool = False
    group: str = ""
    folder: str = ""
    own: bool = False


@dataclass
class Found:
    """The hand-ins of a folder, and a sentence for each thing that was left out."""

    handins: list[Handin] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Assigned:
    """What is looked for: the assignment's id, its modules, and whether the folder was named beside other paths."""

    assignment: str
    modules: tuple[str, ...]
    among_others: bool = False


Finder = Callable[[Folder, Assigned], Found]


def find_in_folder(root: Folder, assigned: Assigned) -> Found:
    """A student's folder, or a class: each file, archive and folder in it a student's."""
    children = root.entries()
    if is_one_students(children, assigned):
        aliases = _aliases(root.name)
        return Found([Handin(clean_student(root.name), (("", root),), root.where, aliases, own=True)])
    found = Found()
    sources: dict[str, list[File]] = {}
    for child in children:
        if isinstance(child, File) and is_source(child.name):
            sources.setdefault(stem(child.name), []).append(child)
        elif isinstance(child, Folder) and child.bare():
            found.left_out.append(f"{as_text(child.where)} holds no file; it was left out.")
        elif isinstance(child, Folder):
            name = child.name
            found.handins.append(Handin(clean_student(name), (("", child),), child.where, aliases=_aliases(name)))
        elif isinstance(child, File) and is_archive(child.name):
            found.handins.append(file_handin(child, root.name, assigned.modules))
        else:
            found.left_out.append(not_a_submission(child))
    # a module and a notebook of one name are one student's
    for name, files in sources.items():
        parts = tuple((as_text(file.name), file) for file in files)
        found.handins.append(Handin(clean_student(name), parts, files[-1].where, aliases=_aliases(name)))
    return found


def _aliases(name: str) -> tuple[Alias, ...]:
    """The TA named the file or folder, by whatever it is."""
    return Alias("id", as_text(name)), Alias("name", as_text(name))


def file_handin(file: File, folder: str, modules: tuple[str, ...]) -> Handin:
    """A single file; one that is named as the assignment demands is its folder's."""
    name = folder if stem(file.name) in modules else stem(file.name)
    return Handin(clean_student(name), ((as_text(file.name), file),), file.where, aliases=_aliases(name))


def not_a_submission(node: Node) -> str:
    """The sentence for what is left out."""
    kind = "a link, pipe or device" if isinstance(node, Strange) else "not a submission"
    return f"{as_text(node.where)} is {kind} (wanted are .py and .ipynb files, archives and folders); it was left out."


def is_one_students(children: Iterable[Node], assigned: Assigned) -> bool:
    """Whether a folder is one student's: it holds a module or an archive of its name, or it was named beside others
    and holds one source or archive and no folder.
    """  # noqa: D205
    children = list(children)
    names = [child.name for child in children if isinstance(child, File)]
    wanted = wanted_names(assigned.modules)
    if any(name in wanted or (is_archive(name) and stem(name) in assigned.modules) for name in names):
        return True
    lone = {stem(name) for name in names if is_source(name) or is_archive(name)}
    return assigned.among_others and len(lone) == 1 and not any(isinstance(child, Folder) for child in children)


def looks_like_class(root: Folder, assigned: Assigned) -> bool:
    """Whether an archive that the TA named holds a class: at least two things in it that each hold the module."""
    wanted = wanted_names(assigned.modules)
    children = root.entries()
    if any(isinstance(child, File) and is_source(child.name) for child in children):
        return False
    students = [child for child in children if isinstance(child, Folder) and _holds(child, wanted, 3)]
    students += [child for child in children if isinstance(child, File) and is_archive(child.name)]  # type: ignore[misc]
    return len(students) > 1


def _holds(folder: Folder, wanted: frozenset[str], depth: int) -> bool:
    children = folder.entries()
    return any(isinstance(child, File) and child.name in wanted for child in children) or (
        depth > 0 and any(isinstance(child, Folder) and _holds(child, wanted, depth - 1) for child in children)
    )


def descend(root: Folder, levels: int = 8) -> Folder:
    """The folder inside folders that hold nothing but it, as zips have them around their content."""
    for _ in range(levels):
        children = root.entries()
        if len(children) != 1 or not isinstance(children[0], Folder):
            break
        root = children[0]
    return root


# ---- nbgrader: submitted/<student>/<assignment>/<files>, timestamp.txt beside them


def find_nbgrader(root: Folder, assigned: Assigned) -> Found:
    """Each student's folder of this assignment.

    Raises:
        SpecError: there is no `submitted/` tree.
    """
    tree = nbgrader_tree(root)
    if tree is None:
        raise SpecError(
            f"{root.where} is not nbgrader's tree (submitted/<student>/<assignment>/); choose the --layout."
        )
    found = Found()
    for student in tree.entries():
        if not isinstance(student, Folder):
            found.left_out.append(not_a_submission(student))
            continue
        folders = [child for child in student.entries() if isinstance(child, Folder)]
        chosen = [child for child in folders if child.name == assigned.assignment] or folders
        if len(chosen) == 1:
            handed = _timestamp(chosen[0])
            parts = (("", chosen[0]),)
            name = clean_student(student.name)
            handin = Handin(name, parts, chosen[0].where, _aliases(student.name), submitted_at=handed)
            found.handins.append(replace(handin, folder=as_text(student.name)))
        else:
            found.left_out.append(f"{student.where} holds no folder {assigned.assignment}; it was left out.")
    return found


def nbgrader_tree(root: Folder) -> Folder | None:
    """The folder `submitted`, if `root` is it or holds it, and it holds folders in folders."""
    inside = [child for child in root.entries() if isinstance(child, Folder) and child.name == "submitted"]
    tree = root if root.name == "submitted" else inside[0] if inside else None
    students = [child for child in tree.entries() if isinstance(child, Folder)] if tree else []
    nested = any(isinstance(grand, Folder) for student in students for grand in student.entries())
    return tree if nested else None


def _timestamp(folder: Folder) -> datetime | None:
    """The time in timestamp.txt, `2024-02-02 15:58:23.948203 UTC`; other zones than an offset or UTC are not known."""
    for child in folder.entries():
        if isinstance(child, File) and child.name == "timestamp.txt":
            return parse_time(child.load(100).decode("utf-8", "replace"))
    return None


def parse_time(text: str) -> datetime | None:
    """A time as exports write it, to the microsecond; None where it is none or has no known zone."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    zone = "+00:00" if match["zone"] in ("Z", "UTC", "GMT") else match["zone"]
    try:
        return datetime.fromisoformat(f"{match['date']}T{match['clock']}{(match['fraction'] or '')[:7]}{zone}")
    except ValueError:
        return None


def name_handins(handins: list[tuple[Handin, str]]) -> list[Handin]:
    """Tell apart students of one name: each name that several users have gets the user's number behind it.

    A name can be chosen so that it is another's with the number; then both get theirs once more.
    """
    names = {(handin.student, user): handin.student for handin, user in handins}
    while len(set(names.values())) < len(names):
        count = Counter(names.values())
        names = {one: clean_student(f"{name}_{one[1]}") if count[name] > 1 else name for one, name in names.items()}
    return [replace(handin, student=names[handin.student, user]) for handin, user in handins]
