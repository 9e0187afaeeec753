"""Names of students and of files, made safe: whatever bytes come in, what goes out can be written and printed."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

from autograder.submission.records import MAX_NAME_BYTES

SOURCE_SUFFIXES: Final = (".py", ".ipynb")
ARCHIVE_SUFFIXES: Final = (
    ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tgz", ".tbz2", ".txz", ".tar", ".zip", ".rar", ".7z",
)  # fmt: skip
"""What is opened as an archive, or refused as one (rar, 7z, zst): by its name, since .npz and .pt are zips as well."""

_IGNORED_NAMES: Final = frozenset({
    "__pycache__", "__MACOSX", ".DS_Store", ".git", ".ipynb_checkpoints", ".venv", ".idea", ".vscode", ".mypy_cache",
    ".pytest_cache", ".ruff_cache", "site-packages", "Thumbs.db", "desktop.ini",
})  # fmt: skip
DEVICES: Final = re.compile(r"(?i)con|prn|aux|nul|(?:com|lpt)[1-9]")
"""What no file of a Windows machine is called."""
_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MAX_PART_BYTES: Final = 255
_MAX_PATH_BYTES: Final = 1024
_MAX_PARTS: Final = 32


def is_ignored(name: str) -> bool:
    """Whether a file or folder is what systems and tools leave behind."""
    return name in _IGNORED_NAMES or name.startswith("._")


def is_source(name: str) -> bool:
    """Whether a file is a module or a notebook by its name."""
    return name.lower().endswith(SOURCE_SUFFIXES)


def is_archive(name: str) -> bool:
    """Whether a file is to be opened as an archive by its name."""
    return name.lower().endswith(ARCHIVE_SUFFIXES)


def stem(name: str) -> str:
    """A file's name without `.py`, `.ipynb` or an archive's suffix, however many parts that has."""
    for suffix in (*SOURCE_SUFFIXES, *ARCHIVE_SUFFIXES):
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return name


def as_text(name: str) -> str:
    """A name as text: bytes that are not UTF-8 are replaced."""
    return _raw(name).decode("utf-8", "replace")


def _raw(name: str) -> bytes:
    """A name's own bytes, where it came as bytes that are no text."""
    try:
        return name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a character, which no file system gives
        return name.encode("utf-8", "surrogatepass")


def shown(name: str) -> str:
    """A name as a sentence may show it: one line, printable, at most 60 characters."""
    text = printable(name)
    return text if len(text) <= 60 else f"{text[:40]}...{text[-17:]}"


def printable(text: str) -> str:
    """A text that holds names, as a terminal may show it: one line, nothing that moves, colours or turns round."""
    return "".join(letter if letter.isprintable() and letter not in _BIDI else "?" for letter in as_text(text))


def clean_student(name: str) -> str:
    """A student's name that is a file's name on every system; what was changed gets a digest of the name as it was.

    The digest keeps what was cleaned or cut from becoming another student's name.
    """
    cleaned = re.sub(r"[^\w.@+-]+", "_", as_text(name)).strip("._") or "unnamed"
    if cleaned == name and len(cleaned.encode()) <= MAX_NAME_BYTES and not DEVICES.fullmatch(cleaned):
        return cleaned
    short = cleaned[:60].encode()[: MAX_NAME_BYTES - 7].decode("utf-8", "ignore")
    return f"{short}-{hashlib.sha256(_raw(name)).hexdigest()[:6]}"


def clean_path(name: str) -> str:
    """A file's path in a submission, relative and POSIX; empty where it leads out or no system could hold it.

    A backslash is a separator, as in zips from Windows, and so it is in what such a zip becomes when it is unpacked on
    Linux; control characters, and those that turn the direction of writing, become `_`.
    """
    text = as_text(name).replace("\\", "/")
    if text.startswith("/") or re.match(r"[A-Za-z]:", text):
        return ""
    parts = [_clean_part(part) for part in text.split("/") if part not in ("", ".")]
    path = "/".join(parts)
    too_long = len(path.encode()) > _MAX_PATH_BYTES or any(len(part.encode()) > _MAX_PART_BYTES for part in parts)
    return "" if ".." in parts or too_long or len(parts) > _MAX_PARTS else path


def _clean_part(part: str) -> str:
    return "".join("_" if unicodedata.category(letter) == "Cc" or letter in _BIDI else letter for letter in part)


def wanted_names(modules: tuple[str, ...]) -> frozenset[str]:
    """The names under which the assignment's modules may be handed in."""
    return frozenset(f"{module}{suffix}" for module in modules for suffix in SOURCE_SUFFIXES)


def folder_of(path: str) -> str:
    """The folder of a path, empty at the top."""
    parent = PurePosixPath(path).parent.as_posix()
    return "" if parent == "." else parent
