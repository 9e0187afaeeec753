"""Moodle's download of submissions: `Full Name_<participant>_assignsubmission_file_`, folders or before a file."""

from __future__ import annotations

import re
from typing import Final

from autograder.errors import SpecError
from autograder.submission.layouts import Alias, Assigned, Found, Handin, name_handins, not_a_submission
from autograder.submission.names import as_text, clean_student
from autograder.submission.trees import Folder, Node

_NAME: Final = re.compile(r"(?P<name>.+?)_(?P<user>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?", re.DOTALL)


def looks_like_moodle(root: Folder) -> bool:
    """Whether nearly everything in the folder is named as Moodle names it."""
    children = root.entries()
    named = sum(_NAME.fullmatch(as_text(child.name)) is not None for child in children)
    return named > 0.8 * len(children)


def find_moodle(root: Folder, _: Assigned) -> Found:
    """A hand-in for each participant.

    Raises:
        SpecError: nothing is named as Moodle names it.
    """
    found = Found()
    participants: dict[str, list[tuple[re.Match[str], Node]]] = {}
    for child in root.entries():
        match = _NAME.fullmatch(as_text(child.name))
        if match is None:
            found.left_out.append(not_a_submission(child))
        else:
            participants.setdefault(match["user"], []).append((match, child))
    if not participants:
        raise SpecError(
            f"{root.where} is no Moodle download, since nothing in it is named Name_number_assignsubmission_file_; "
            "choose the --layout."
        )
    found.handins = name_handins([(_handin(user, parts, found), user) for user, parts in participants.items()])
    return found


def _handin(user: str, parts: list[tuple[re.Match[str], Node]], found: Found) -> Handin:
    files = [(match["file"] or "", child) for match, child in parts if match["kind"] == "file"]
    others = [child for match, child in parts if match["kind"] != "file"]
    found.left_out += [f"{as_text(child.where)} holds no file of a submission; it was left out." for child in others]
    name = " ".join(parts[0][0]["name"].split())
    return Handin(
        # a name's blanks become lines; what is changed beyond that gets a digest
        student=clean_student(name.replace(" ", "_")),
        parts=tuple(("" if isinstance(child, Folder) else file, child) for file, child in files),
        where=as_text(parts[-1][1].where),
        aliases=(Alias("name", name),),
        refusal="" if files else "Only a text was handed in, and no file.",
        name=name,
    )
