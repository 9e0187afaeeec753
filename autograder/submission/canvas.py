"""Canvas's download of submissions: files named `{name}[_LATE]_{user}_{attachment}_{file}` in one folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from autograder.errors import SpecError
from autograder.submission.layouts import Alias, Assigned, Found, Handin, name_handins, not_a_submission
from autograder.submission.names import as_text, clean_student, is_archive, is_source, stem, wanted_names
from autograder.submission.trees import File, Folder

# what Canvas's content_zipper.rb writes; the anonymous form first, since `anon` could be a name
_REST: Final = r"_(?:(?P<number>\d{1,18})_(?P<file>.+)|(?P<entry>text\.html|link\.html))"
_ANONYMOUS: Final = re.compile(rf"(?P<late>LATE_)?(?P<name>anon)_(?P<user>[^_]+){_REST}", re.DOTALL)
_NAMED: Final = re.compile(rf"(?:(?P<name>.+?)_)??(?P<late>(?i:LATE)_)?(?P<user>\d{{1,18}}){_REST}", re.DOTALL)
_ENTRIES: Final = {"text.html": "a text entry", "link.html": "a link"}
_RESUBMITTED: Final = re.compile(r"(.+)-(\d{1,3})((?:\.tar)?\.[^.]+)", re.DOTALL)


@dataclass(frozen=True)
class Attachment:
    """A file of the download.

    Attributes:
        user: Canvas's number, or the code of an anonymous student.
        number: the attachment's; later ones are larger. 0 of a text entry or a link.
        display: the file's own name.
    """

    name: str
    user: str
    late: bool
    number: int
    display: str
    file: File


def parse_attachment(file: File) -> Attachment | None:
    """What a file's name says; None where Canvas names no file so."""
    text = as_text(file.name)
    anonymous = _ANONYMOUS.fullmatch(text)
    match = anonymous or _NAMED.fullmatch(text)
    if match is None:
        return None
    name, user = ("", f"anon_{match['user']}") if anonymous else (match["name"] or "", match["user"])
    return Attachment(name, user, bool(match["late"]), int(match["number"] or 0), match["file"] or match["entry"], file)


def looks_like_canvas(root: Folder) -> bool:
    """Whether the folder holds files alone, and nearly all are named as Canvas names them."""
    children = root.entries()
    parsed = [parse_attachment(child) for child in children if isinstance(child, File)]
    return bool(parsed) and len(parsed) == len(children) and sum(one is not None for one in parsed) > 0.8 * len(parsed)


def find_canvas(root: Folder, assigned: Assigned) -> Found:
    """A hand-in for each user.

    Raises:
        SpecError: no file is named as Canvas names them.
    """
    found = Found()
    users: dict[str, list[Attachment]] = {}
    for child in root.entries():
        attachment = parse_attachment(child) if isinstance(child, File) else None
        if attachment is None:
            found.left_out.append(not_a_submission(child))
        else:
            users.setdefault(attachment.user, []).append(attachment)
    if not users:
        raise SpecError(
            f"{root.where} is no Canvas download (no file is called name_user_attachment_file); choose the --layout."
        )
    handins = [(_handin(user, attachments, assigned, found), user) for user, attachments in users.items()]
    found.handins = name_handins(handins)
    return found


def _handin(user: str, attachments: list[Attachment], assigned: Assigned, found: Found) -> Handin:
    first = attachments[0]
    names = sorted({one.name for one in attachments})
    if len(names) > 1:  # a name can be chosen so that a file seems another user's
        found.left_out.append(
            f"User {user} of the Canvas download has several names ({', '.join(names)}); look at them."
        )
    files = [one for one in attachments if one.number]
    entries = [_ENTRIES[one.display] for one in attachments if not one.number]
    said = f"{' and '.join(entries)} was handed in beside the files; it was not graded." if entries else ""
    if entries:
        found.left_out.append(f"{as_text(first.name) or user} handed in {' and '.join(entries)}; it was left out.")
    return Handin(
        student=clean_student(first.name or user),
        parts=tuple((name, one.file) for name, one in latest(files, assigned.modules).items()),
        where=as_text((files or attachments)[-1].file.where),
        aliases=(Alias("canvas", user), Alias("name", first.name)),
        notes=(said[:1].upper() + said[1:],) if said and files else (),
        refusal="" if files else f"Only {' and '.join(entries)} was handed in, and no file.",
        late=any(one.late for one in attachments),
    )


def latest(attachments: list[Attachment], modules: tuple[str, ...]) -> dict[str, Attachment]:
    """The latest attachment of each name, the suffixes of resubmissions taken off."""
    attachments = sorted(attachments, key=lambda one: one.number)
    names = {one.display for one in attachments}
    matches = [match for one in attachments if (match := _RESUBMITTED.fullmatch(one.display))]
    suffixes = {match[2] for match in matches if _is_module(match[1] + match[3], modules)}
    return {_own_name(one.display, names, modules, suffixes): one for one in attachments}


def _is_module(name: str, modules: tuple[str, ...]) -> bool:
    return name in wanted_names(modules) or (is_archive(name) and stem(name) in modules)


def _own_name(display: str, names: set[str], modules: tuple[str, ...], suffixes: set[str]) -> str:
    """`softmax-1.py` is softmax.py if that is a module's name, or was handed in too, or the module came with a -1.

    `data-1.csv` and `data-2.csv` alone are two files of these names.
    """
    match = _RESUBMITTED.fullmatch(display)
    if match is None:
        return display
    plain = match[1] + match[3]
    same = plain in names and (is_source(plain) or is_archive(plain))
    return plain if _is_module(plain, modules) or same or (match[2] in suffixes and plain not in names) else display
