"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

_TEMPORARY: Final = re.compile(r"\..*\.(\d+)\.tmp")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file at once: a reader sees the old one or the new one, and a power cut leaves one of them.

    Raises:
        OSError: it cannot be written; the old one is as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def may_replace_zip(path: Path, is_ours: Callable[[list[str]], bool]) -> bool:
    """Whether nothing is lost where a zip is written: no file, an empty one, or a zip that is ours by its names."""
    try:
        if path.stat().st_size == 0:
            return True
    except OSError:  # it is not there; or whoever writes it says what is wrong
        return True
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError):
        return False
    return is_ours(names)


def sweep_unfinished(folder: Path) -> None:
    """Remove what writers left in a folder that were killed in the middle of `write_whole`."""
    for path in folder.iterdir():
        found = _TEMPORARY.fullmatch(path.name)
        if found and not Path(f"/proc/{found[1]}").exists():
            with contextlib.suppress(OSError):
                path.unlink()
