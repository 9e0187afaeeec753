"""Files and folders, on the disk or in an archive, as one kind of tree: listed and read when they are asked for."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.submission.names import is_ignored


@dataclass(frozen=True)
class File:
    """A regular file.

    Attributes:
        name: the last part of its path; on a disk it may hold bytes that are not text, escaped.
        where: its path for messages to the TA.
        load: its first bytes, as many as are asked for.
    """

    name: str
    where: str
    load: Callable[[int], bytes]


@dataclass(frozen=True)
class Folder:
    """A folder; `entries` gives what is in it, by name, without what systems and tools leave behind.

    Attributes:
        bare: whether nothing at all lies in it; False where that cannot be told.
    """

    name: str
    where: str
    entries: Callable[[], list[Node]]
    bare: Callable[[], bool]


@dataclass(frozen=True)
class Strange:
    """A link, pipe, socket or device: never followed and never opened."""

    name: str
    where: str


Node = File | Folder | Strange


def disk_node(path: Path, *, follow: bool = False) -> Node:
    """What lies at a path of the disk; a link is followed only where the TA named it.

    Raises:
        OSError: it is not there, or cannot be asked.
    """
    mode = (path.stat() if follow else path.lstat()).st_mode
    return _node(path, stat.S_IFMT(mode))


def _node(path: Path, kind: int) -> Node:
    # the path as it was named, for messages; its own name also where it was named as `.`
    name = Path(os.path.abspath(path)).name  # noqa: PTH100  resolve() would follow links
    if kind == stat.S_IFREG:
        return File(name, str(path), lambda limit: _read(path, limit))
    if kind == stat.S_IFDIR:
        return Folder(name, str(path), lambda: _list(path), lambda: _is_bare(path))
    return Strange(name, str(path))


def _list(path: Path) -> list[Node]:
    with os.scandir(path) as found:
        entries = sorted((entry for entry in found if not is_ignored(entry.name)), key=lambda entry: entry.name)
    return [_node(path / entry.name, _kind(entry)) for entry in entries]


def _is_bare(path: Path) -> bool:
    with contextlib.suppress(OSError), os.scandir(path) as found:
        return next(found, None) is None
    return False


def _kind(entry: os.DirEntry[str]) -> int:
    if entry.is_dir(follow_symlinks=False):
        return stat.S_IFDIR
    return stat.S_IFREG if entry.is_file(follow_symlinks=False) else 0


def _read(path: Path, limit: int) -> bytes:
    """Without waiting for a pipe's other end, should the file have become one."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        # no more room than the file needs: read() makes what it is asked for
        return file.read(min(limit, status.st_size + 1)) if stat.S_ISREG(status.st_mode) else b""


def build_tree(name: str, where: str, files: Iterable[tuple[str, Callable[[int], bytes]]]) -> Folder:
    """A folder of files that are given by clean relative path; of two of one name the last counts."""
    root: dict[str, object] = {}
    for path, load in files:
        *parents, last = path.split("/")
        folder = root
        for part in parents:
            inner = folder.get(part)
            if not isinstance(inner, dict):
                folder[part] = inner = {}
            folder = inner
        folder[last] = load
    return _inner_folder(name, where, root)


def _inner_folder(name: str, where: str, table: dict[str, object]) -> Folder:
    def entries() -> list[Node]:
        return [_inner(part, f"{where}/{part}", table[part]) for part in sorted(table)]

    return Folder(name, where, entries, lambda: not table)


def _inner(name: str, where: str, content: object) -> Node:
    return _inner_folder(name, where, content) if isinstance(content, dict) else File(name, where, content)  # type: ignore[arg-type]
