"""What a TA can point `grade` at -> the class's submissions: one a student, each read within its bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final

from autograder.errors import SpecError, SubmissionError
from autograder.submission.archives import OF_A_CLASS, list_archive, load_entry
from autograder.submission.canvas import find_canvas, looks_like_canvas
from autograder.submission.gradescope import find_gradescope, metadata_of
from autograder.submission.layouts import (
    Assigned,
    Finder,
    Found,
    Handin,
    Layout,
    descend,
    file_handin,
    find_in_folder,
    find_nbgrader,
    is_one_students,
    looks_like_class,
    nbgrader_tree,
    not_a_submission,
)
from autograder.submission.moodle import find_moodle, looks_like_moodle
from autograder.submission.names import as_text, clean_student, is_archive, is_source, printable, stem
from autograder.submission.reading import Reader
from autograder.submission.records import MAX_CLASS_BYTES, Intake, Submission
from autograder.submission.roster import Roster, enrol
from autograder.submission.trees import File, Folder, Node, Strange, build_tree, disk_node

_FINDERS: Final[dict[Layout, Finder]] = {
    Layout.FOLDER: find_in_folder,
    Layout.GRADESCOPE: find_gradescope,
    Layout.CANVAS: find_canvas,
    Layout.MOODLE: find_moodle,
    Layout.NBGRADER: find_nbgrader,
}


def collect_submissions(
    paths: Iterable[Path],
    modules: Iterable[str],
    leave_out: Path | None = None,
    *,
    layout: Layout = Layout.AUTO,
    roster: Roster | None = None,
    assignment: str = "",
) -> Intake:
    """Find and read the submissions that `paths` hold.

    Args:
        paths: files, folders and archives as the TA named them.
        modules: the assignment's module names.
        leave_out: the folder of the results, which may lie among the submissions.
        layout: how a folder or an archive is laid out; guessed from its content if it is `auto`.
        roster: who is in the course; students go by their names there.
        assignment: the assignment's id, which nbgrader's folders bear.

    Raises:
        SpecError: a path does not exist, cannot be read, is not laid out as was said, or nothing is a submission.
    """
    paths = list(paths)
    assigned = Assigned(assignment, tuple(modules), among_others=len(paths) > 1)
    found = Found(left_out=list(roster.left_out) if roster else [])
    strange = ""
    with ExitStack() as stack:
        for path in paths:
            if not _is_same(path, leave_out):
                part = _find(path, layout, assigned, stack)
                found.handins += [handin for handin in part.handins if not _is_same(Path(handin.where), leave_out)]
                found.left_out += part.left_out
                strange = part.left_out[0] if part.left_out and not part.handins and not path.is_dir() else ""
        if roster:
            found.handins, said = enrol(found.handins, roster)
            found.left_out += said
        submissions = tuple(_read_all(_unique(found), assigned.modules))
    if not submissions:
        named = ", ".join(str(path) for path in paths)
        why = f" ({printable(strange.partition(' (wanted')[0])})" if strange and len(paths) == 1 else ""
        raise SpecError(
            f"{named} holds no submission{why}; "
            "name a .py or .ipynb file, an archive, a student's folder or a folder of these."
        )
    here = {submission.student for submission in submissions}
    absent = tuple(one for one in roster.students if one.student not in here) if roster else ()
    return Intake(submissions, tuple(map(printable, found.left_out)), absent)


def read_submission(path: Path, student: str, modules: Iterable[str]) -> Submission:
    """What lies in a folder as one student's, whatever else it looks like: nothing of its layout is guessed."""
    try:
        parts: tuple[tuple[str, Node], ...] = (("", disk_node(path)),)
    except OSError as error:
        return Submission(clean_student(student), {}, fault=f"{path} cannot be read ({error.strerror}).")
    return _read(Handin(clean_student(student), parts, str(path), own=True), tuple(modules))


def _is_same(path: Path, other: Path | None) -> bool:
    return other is not None and path.resolve() == other.resolve()


# ---- what a path holds


def _find(path: Path, layout: Layout, assigned: Assigned, stack: ExitStack) -> Found:
    node = _open(path, among_others=assigned.among_others)
    if isinstance(node, Strange):
        return Found(left_out=[not_a_submission(node)])
    try:
        if isinstance(node, Folder):
            return _find_folder(node, layout, assigned)
        if is_archive(node.name):
            return _find_archive(path, node, layout, assigned, stack)
    except OSError as error:
        raise SpecError(f"{path} cannot be read ({error.strerror}); check its permissions.") from None
    if layout not in (Layout.AUTO, Layout.FOLDER):
        raise SpecError(f"{path} is a file, which --layout {layout} does not go with; name a folder or an archive.")
    if is_source(node.name):
        return Found([_own_handin(path, node, assigned)])
    return Found(left_out=[not_a_submission(node)])


def _own_handin(path: Path, node: File, assigned: Assigned) -> Handin:
    """A file or an archive that the TA named as one student's."""
    return replace(file_handin(node, path.absolute().parent.name, assigned.modules), own=True)


def _open(path: Path, *, among_others: bool) -> Node:
    if not path.exists():
        raise SpecError(f"{path} does not exist; name a file or folder that holds submissions.")
    try:
        # beside others a path may come from a pattern (class/*), and then a link is the student's
        return disk_node(path, follow=path.is_dir() and not among_others)
    except OSError as error:
        raise SpecError(f"{path} cannot be read ({error.strerror}); check its permissions.") from None


def _find_folder(root: Folder, layout: Layout, assigned: Assigned) -> Found:
    if layout is Layout.AUTO:
        if is_one_students(root.entries(), assigned):
            return find_in_folder(root, assigned)
        return _find_export(root, assigned) or find_in_folder(root, assigned)
    # what a layout asks of a folder may hold of the one inside it
    inner = [level for level in _levels(root) if _guess(level) is layout]
    return _FINDERS[layout](inner[0] if inner else root, assigned)


def _find_archive(path: Path, node: File, layout: Layout, assigned: Assigned, stack: ExitStack) -> Found:
    """An archive that the TA named: an export, a class, or one student's, which is read within a student's bounds."""
    one_students = Found([_own_handin(path, node, assigned)])
    try:
        listing = list_archive(stack.enter_context(path.open("rb")), path.name, OF_A_CLASS)
    except SubmissionError as error:
        if layout is Layout.AUTO:
            return one_students
        raise SpecError(f"{error}") from None
    files = [(name, _guarded(load, path.name)) for name, load in listing.files.items()]
    root = build_tree(stem(node.name), str(path), files)
    if layout is Layout.FOLDER:
        return find_in_folder(descend(root), assigned)
    if layout is not Layout.AUTO:
        return _find_folder(root, layout, assigned)
    inner = descend(root)
    return _find_export(root, assigned) or (
        find_in_folder(inner, assigned) if looks_like_class(inner, assigned) else one_students
    )


def _guarded(load: Callable[[int], bytes], label: str) -> Callable[[int], bytes]:
    return lambda limit: load_entry(load, label, limit)


def _find_export(root: Folder, assigned: Assigned) -> Found | None:
    for level in _levels(root):
        if guessed := _guess(level):
            return _FINDERS[guessed](level, assigned)
    return None


def _guess(root: Folder) -> Layout | None:
    """Whose export a folder is by its content."""
    if metadata_of(root):
        return Layout.GRADESCOPE
    if looks_like_canvas(root):
        return Layout.CANVAS
    if looks_like_moodle(root):
        return Layout.MOODLE
    return Layout.NBGRADER if nbgrader_tree(root) else None


def _levels(root: Folder) -> Iterator[Folder]:
    """A folder, and those inside it that hold nothing beside each other."""
    yield root
    while (inner := descend(root, 1)) is not root:
        yield (root := inner)


# ---- which of them counts, and what is in it


def _unique(found: Found) -> list[Handin]:
    """One hand-in a student: the last in time where all times are known, else the last named; the others are said.

    What a path of the student's own holds is not replaced by what stands under their name in another path: a student's
    zip can look like an export of the whole class.
    """
    of: dict[str, list[Handin]] = {}
    for handin in found.handins:
        of.setdefault(handin.student, []).append(handin)
    chosen = []
    for student in sorted(of):
        own = [handin for handin in of[student] if handin.own]
        if own and len(own) < len(of[student]):
            others = ", ".join(as_text(handin.where) for handin in of[student] if not handin.own)
            found.left_out.append(f"{student} stands in {others} as well; what was named as theirs counts.")
            of[student] = own
        last = of[student][-1]
        if len(of[student]) > 1:
            times = [handin.submitted_at for handin in of[student] if handin.submitted_at]
            if len(times) == len(of[student]):
                last = next(handin for handin in reversed(of[student]) if handin.submitted_at == max(times))
            which = "handed in" if len(times) == len(of[student]) else "found"
            found.left_out.append(f"{student} was found more than once; the last one {which} counts.")
        chosen.append(last)
    return chosen


def _read_all(handins: list[Handin], modules: tuple[str, ...]) -> Iterator[Submission]:
    """Read them one after the other; what a group handed in is read once."""
    groups: dict[str, Submission] = {}
    total_bytes = 0
    for handin in handins:
        if earlier := groups.get(handin.group):
            yield replace(earlier, student=handin.student, name=handin.name, email=handin.email, folder=handin.folder)
            continue
        submission = _read(handin, modules)
        total_bytes += sum(map(len, submission.files.values()))
        if total_bytes > MAX_CLASS_BYTES:
            fault = f"The submissions are larger than {MAX_CLASS_BYTES >> 30} GiB together; grade them in parts."
            submission = replace(submission, files={}, fault=fault)
        if handin.group:
            groups[handin.group] = submission
        yield submission


def _read(handin: Handin, modules: tuple[str, ...]) -> Submission:
    reader = Reader()
    notes = list(handin.notes)
    refusal, fault = handin.refusal, handin.fault
    try:
        for path, node in handin.parts:
            reader.read(node, path)
        reader.unwrap()
        if note := reader.settle(modules):
            notes.append(note)
        if not (reader.files or refusal or fault):
            refusal = "No file that can be graded was handed in."
    except SubmissionError as error:
        refusal = str(error)
    except OSError as error:
        fault = f"{printable(handin.where)} cannot be read ({error.strerror}); check its permissions."
    if reader.repeated:
        names = ", ".join(sorted(set(reader.repeated))[:5])
        notes.append(f"The archive holds {names} more than once; the last one counts.")
    if reader.dropped:
        names = ", ".join(sorted(set(reader.dropped))[:5])
        notes.append(
            f"{len(reader.dropped)} left out (a link, a device, or a name that leads out or is too long): {names}."
        )
    return Submission(
        student=handin.student,
        files={} if refusal or fault else reader.files,
        notes=tuple(notes),
        refusal=refusal,
        fault=fault,
        name=handin.name,
        email=handin.email,
        submitted_at=handin.submitted_at,
        late=handin.late,
        group=handin.group,
        folder=handin.folder,
    )
