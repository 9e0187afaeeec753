"""What of this machine a student's process may read: the interpreter, the packages, the shared libraries, five devices.

Every isolated backend shows these and nothing else; how (a bind, a hard link, a copy) is the backend's matter.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path
from typing import Final

from autograder.sandbox.zygote import import_path

USERS: Final = "student:x:65534:65534:student:/tmp:/bin/false\n"
DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")

_LIBRARIES: Final = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
_ALL_UIDS: Final = 2**32 - 1
_FIRST_UID: Final = 300_000  # far above real users
_UIDS: Final = 50_000


def visible_folders() -> list[str]:
    """Host folders that the student can read: the interpreter, the packages, the shared libraries."""
    return _without_nested([*library_folders(), *python_folders()])


def library_folders() -> list[str]:
    """Where shared libraries lie."""
    return [path for path in _LIBRARIES if Path(path).is_dir() and not Path(path).is_symlink()]


def python_folders() -> list[str]:
    """Where the interpreter, the standard library and the packages lie."""
    prefix = os.path.realpath(sys.base_prefix)
    own = [prefix] if prefix not in ("/usr", "/usr/local") else []
    return _without_nested([*own, os.path.realpath(sysconfig.get_path("stdlib")), *import_path()])


def _without_nested(paths: list[str]) -> list[str]:
    kept: list[str] = []
    for path in sorted(dict.fromkeys(paths)):
        if Path(path).is_dir() and not any(Path(path).is_relative_to(other) for other in kept):
            kept.append(path)
    return kept


def visible_files() -> list[str]:
    """Single files beside these folders: the interpreter's own, and the loader's cache."""
    python = os.path.realpath(sys.executable)
    files = [python] if not any(Path(python).is_relative_to(path) for path in visible_folders()) else []
    return files + [path for path in ("/etc/ld.so.cache",) if Path(path).exists()]


def driver_files(folders: list[str], mounts: Path = Path("/proc/self/mountinfo")) -> list[str]:
    """Files of NVIDIA's driver that are mounted one by one into these folders, as in a container with GPUs."""
    points = [line.split()[4] for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines()]
    names = ("libcuda", "libnvidia", "libcudadebugger")
    return [
        point
        for point in dict.fromkeys(points)
        if Path(point).name.startswith(names) and any(Path(point).is_relative_to(folder) for folder in folders)
    ]


def visible_links() -> dict[str, str]:
    """Folders of libraries that are links on a merged /usr, by what they name."""
    return {path: str(Path(path).readlink()) for path in _LIBRARIES if Path(path).is_symlink()}


def draw_uids() -> tuple[int, int]:
    """(first, count) of the uids for one run's uses; drawn, so that two runs hardly share one.

    In a container whose users are mapped there may be no more than 65,536 of them: then the upper part of these.
    """
    mapped = _mapped_uids()
    if mapped >= _ALL_UIDS:
        return _FIRST_UID + int.from_bytes(os.urandom(2), "big") * 100, _UIDS
    count = max(1, mapped // 4)
    return max(1, mapped - 2 * count + int.from_bytes(os.urandom(4), "big") % count), count


def _mapped_uids() -> int:
    """How many uids, from 0 up, this user namespace has."""
    ranges = sorted(tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines())
    end = 0
    for first, _, count in ranges:
        if first != end:
            break
        end = first + count
    return end
