"""Gradescope's bulk export: `submission_metadata.yml` beside a folder for each active submission.

The list is read as events, without recursion and without making objects of any kind but text: SIDs keep their zeros, a
hostile depth is an error, and the results of earlier gradings, which are most of the file, are passed over.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from autograder.errors import SpecError
from autograder.submission.layouts import Alias, Assigned, Found, Handin, name_handins, parse_time
from autograder.submission.names import clean_student
from autograder.submission.trees import File, Folder

METADATA: Final = "submission_metadata.yml"
_MAX_METADATA_BYTES: Final = 256 << 20
_MAX_DEPTH: Final = 50
_SKIPPED: Final = frozenset({"results", "history"})  # of those in history none is active


def metadata_of(root: Folder) -> File | None:
    """The export's list, if the folder holds it."""
    return next((child for child in root.entries() if isinstance(child, File) and child.name == METADATA), None)


def find_gradescope(root: Folder, _: Assigned) -> Found:
    """The active submissions, each for every member of its group.

    Raises:
        SpecError: there is no list, or it cannot be read.
    """
    metadata = metadata_of(root)
    if metadata is None:
        raise SpecError(f"{root.where} is no Gradescope export, since it holds no {METADATA}; choose the --layout.")
    listed = read_metadata(metadata)
    folders = {child.name: child for child in root.entries() if isinstance(child, Folder)}
    found = Found()
    for key, entry in listed.items():
        found.handins += _handins(key, entry, folders.get(key), root)
    # students can write another's SID into their account; their e-mail tells them apart
    found.handins = name_handins([(one, one.email.casefold() or one.student) for one in found.handins])
    for child in root.entries():
        if child.name not in listed and child.name != METADATA:
            found.left_out.append(
                f"{child.where} is not listed in {METADATA} as an active submission; it was left out."
            )
    return found


def _handins(key: str, entry: Any, folder: Folder | None, root: Folder) -> list[Handin]:
    entry = entry if isinstance(entry, dict) else {}
    submitters = [one for one in _list(entry.get("submitters")) if isinstance(one, dict)] or [{}]
    base = Handin(
        student="",
        parts=(("", folder),) if folder else (),
        where=f"{root.where}/{key}",
        fault="" if folder else f"{root.where}/{key} is listed in {METADATA}, but is not there; export it again.",
        submitted_at=parse_time(_word(entry, "created_at")),
        group=f"{root.where}/{key}" if len(submitters) > 1 else "",
    )
    return [_for_member(base, one, key) for one in submitters]


def _for_member(base: Handin, member: dict[str, Any], key: str) -> Handin:
    """The hand-in of one of a group: SID, else e-mail, else name, else the submission's own."""
    name, email, sid = (_word(member, field) for field in ("name", "email", "sid"))
    student = clean_student(sid or email or name or key)
    return replace(
        base,
        student=student,
        name=name,
        email=email,
        aliases=(Alias("id", sid), Alias("id", email), Alias("name", name)),
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _word(entry: dict[str, Any], key: str) -> str:
    value = entry.get(key)
    return "" if not isinstance(value, str) or value in ("~", "null") else " ".join(value.split())


def read_metadata(file: File) -> dict[str, Any]:
    """The list as texts, lists and tables; Ruby's symbols (`:name`) lose their colon, `results` and `history` are "".

    Raises:
        SpecError: it is too large, no YAML, or nothing that a list of submissions can be.
    """
    try:
        import yaml
    except ImportError:
        raise SpecError(
            "Reading a Gradescope export needs PyYAML; install it: pip install 'autograder[exports]'."
        ) from None
    data = file.load(_MAX_METADATA_BYTES + 1)
    if len(data) > _MAX_METADATA_BYTES:
        raise SpecError(f"{file.where} is larger than {_MAX_METADATA_BYTES >> 20} MiB; export fewer submissions.")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)(data)
    try:
        listed = _Builder(yaml, file.where).build(loader)
    except (yaml.YAMLError, UnicodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        raise SpecError(f"{file.where} is not valid YAML{line}; export the submissions again.") from None
    finally:
        loader.dispose()
    if not isinstance(listed, dict):
        raise SpecError(f"{file.where} is not a list of submissions; export the submissions again.")
    return listed


class _Builder:
    """YAML's events -> texts, lists and tables."""

    def __init__(self, yaml: Any, where: str) -> None:
        self.yaml = yaml
        self.where = where
        self.anchors: dict[str, Any] = {}

    def build(self, loader: Any) -> Any:
        stack: list[_Open] = []
        root: Any = None
        yaml = self.yaml
        while loader.check_event():
            event = loader.get_event()
            if isinstance(event, yaml.ScalarEvent):
                value = event.value
            elif isinstance(event, yaml.AliasEvent):
                value = self.anchors.get(event.anchor, "")
            elif isinstance(event, yaml.CollectionStartEvent):
                if len(stack) >= _MAX_DEPTH:
                    raise SpecError(f"{self.where} is nested too deeply; export the submissions again.")
                stack.append(_Open({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor))
                continue
            elif isinstance(event, yaml.CollectionEndEvent):
                closed = stack.pop()
                value, event.anchor = closed.value, closed.anchor
            else:
                continue
            if anchor := getattr(event, "anchor", None):
                self.anchors[anchor] = value
            if stack:
                stack[-1].add(value)
            else:
                root = value
        return root


class _Open:
    """A list or table that is being read; a table waits for a value once it has a key."""

    def __init__(self, value: dict[str, Any] | list[Any], anchor: str | None) -> None:
        self.value = value
        self.anchor = anchor
        self.key: str | None = None

    def add(self, value: Any) -> None:
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.key is None:
            self.key = value.removeprefix(":") if isinstance(value, str) else ""
        else:
            self.value[self.key] = "" if self.key in _SKIPPED else value
            self.key = None
