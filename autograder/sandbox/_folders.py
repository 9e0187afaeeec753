"""Measures and removes a student's folder, whatever lies in it: no link is followed, no depth is too deep.

Run as root on what a student made, so each step holds a folder by its descriptor and never by a path. This file
imports nothing but the standard library.
"""

import contextlib
import ctypes
import os
import stat
from collections.abc import Iterator
from typing import Any

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_MAX_DEPTH = 100
_MAX_OPEN = 500
TOO_MUCH = 1 << 62

_libc = ctypes.CDLL(None, use_errno=True)


def measure(path: str, most_entries: int) -> tuple[int, int]:
    """(bytes, entries) under a folder; both TOO_MUCH once there are more entries or levels than a student needs."""
    used = entries = 0
    open_folders = [(os.open(path, _FOLDER), 0)]
    try:
        while open_folders:
            folder, depth = open_folders.pop()
            try:
                with os.scandir(folder) as found:
                    for entry in found:
                        status = _status(entry)
                        used += status.st_blocks * 512 if status else 0
                        entries += 1
                        if entries > most_entries or depth > _MAX_DEPTH or len(open_folders) > _MAX_OPEN:
                            return TOO_MUCH, TOO_MUCH
                        if status and stat.S_ISDIR(status.st_mode):
                            open_folders.append((_open_in(entry.name, folder), depth + 1))
            finally:
                os.close(folder)
    except OSError:  # the student's code changes it meanwhile; the next round sees
        return used, entries
    finally:
        for folder, _ in open_folders:
            os.close(folder)
    return used, entries


def measure_nameless(pid: int, uid: int, folder: str, file_bytes: int, *, mapped: bool) -> int:
    """Bytes of a process's files in a folder that have no name any more; its threads share one table of descriptors.

    Args:
        pid: the process, which must be dumpable.
        uid: its user; this process looks with that user's rights, since a container's root may not trace.
        folder: where the files were made.
        file_bytes: what a file may hold at most: so much counts for one that is mapped and no longer open.
        mapped: whether to look for these as well, which takes longer.
    """
    found: dict[Any, int] = {}
    device, place = os.stat(folder).st_dev, os.path.realpath(folder)
    with _as_user(uid), contextlib.suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                status = os.stat(f"/proc/{pid}/fd/{name}")
                if status.st_nlink == 0 and status.st_dev == device and stat.S_ISREG(status.st_mode):
                    found[status.st_ino] = status.st_blocks * 512
        if mapped:
            with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as file:
                for line in file:
                    if line.endswith(" (deleted)\n") and f" {place}/" in line:
                        found.setdefault(int(line.split()[4]), file_bytes)
    return sum(found.values())


@contextlib.contextmanager
def _as_user(uid: int) -> Iterator[None]:
    """Look at files and processes with a user's rights, in this thread alone."""
    _libc.setfsgid(uid)
    _libc.setfsuid(uid)
    try:
        yield
    finally:
        _libc.setfsuid(os.geteuid())
        _libc.setfsgid(os.getegid())


def remove(path: str) -> None:
    """Remove a folder and everything in it; OSError where something stays.

    Folders within folders are first moved up to the top, so that neither a path nor a stack grows with the depth.
    """
    top = os.open(path, _FOLDER)
    try:
        while names := os.listdir(top):
            for name in names:
                _remove_one(name, top)
    finally:
        os.close(top)
    os.rmdir(path)


def _remove_one(name: str, top: int) -> None:
    """Remove a file, or a folder once its own folders are moved up."""
    try:
        folder = _open_in(name, top)
    except NotADirectoryError:
        os.unlink(name, dir_fd=top)
        return
    try:
        for entry in list(os.scandir(folder)):
            if entry.is_dir(follow_symlinks=False):
                os.rename(entry.name, f".moved-{os.urandom(8).hex()}", src_dir_fd=folder, dst_dir_fd=top)
            else:
                os.unlink(entry.name, dir_fd=folder)
    finally:
        os.close(folder)
    os.rmdir(name, dir_fd=top)


def _open_in(name: str, folder: int) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=folder)
    except OSError as error:
        if error.errno in (20, 40):  # a file, or a link: O_NOFOLLOW says ELOOP
            raise NotADirectoryError(name) from None
        raise


def _status(entry: Any) -> Any:
    try:
        return entry.stat(follow_symlinks=False)
    except OSError:
        return None
