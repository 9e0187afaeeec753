"""The backend with the most layers: a minimal read-only root, and namespaces of its own for each use.

For root with CAP_SYS_ADMIN, and for a plain user where the kernel lets them make user namespaces. A plain user has one
uid to give, so the child keeps it, without rights; and no control groups, so rlimits alone bound its memory.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Final

from autograder.sandbox.cgroups import CgroupParent, is_left_behind, make_name
from autograder.sandbox.seccomp import build_filter
from autograder.sandbox.zygote import BESIDE_STUDENT, ENVIRONMENT, HERE, Zygote, import_path

_LIBRARIES: Final = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
_DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_PRIVATE: Final = ("/tmp/", "/dev/shm/", "/submission/")  # noqa: S108  each child mounts its own over these
_UIDS: Final = 50_000
_FIRST_UID: Final = 300_000  # far above real users; drawn, so that two runs hardly share one


def open_namespaces(packages: list[str]) -> Zygote:
    """Start the backend and try it once.

    Raises:
        GraderError: a layer does not work here; the message names it.
    """
    name = make_name()
    folder = Path(tempfile.gettempdir(), name)
    folder.mkdir(mode=0o700)
    sweep_folders()
    cgroups = CgroupParent(name)
    command = [sys.executable, "-s", "-S", "-P", str(HERE / "_enter.py")]
    zygote = Zygote(
        "namespaces", command, json.dumps(_configuration(folder, packages, cgroups)), ENVIRONMENT, folder, cgroups
    )
    try:
        zygote.try_once()
    except BaseException:
        zygote.close()
        raise
    return zygote


def sweep_folders() -> None:
    """Remove the folders of runs that were killed; their mounts went with them."""
    for folder in Path(tempfile.gettempdir()).iterdir():
        if is_left_behind(folder.name):
            shutil.rmtree(folder, ignore_errors=True)


def visible_folders() -> list[str]:
    """Host folders that the student can read: the interpreter, the packages, the shared libraries."""
    prefix = os.path.realpath(sys.base_prefix)
    wanted = [path for path in _LIBRARIES if Path(path).is_dir() and not Path(path).is_symlink()]
    if prefix not in ("/usr", "/usr/local"):
        wanted.append(prefix)
    wanted += [os.path.realpath(sysconfig.get_path("stdlib")), *import_path()]
    kept: list[str] = []
    for path in sorted(dict.fromkeys(wanted)):
        if Path(path).is_dir() and not any(Path(path).is_relative_to(other) for other in kept):
            kept.append(path)
    return kept


def _configuration(folder: Path, packages: list[str], cgroups: CgroupParent) -> dict[str, object]:
    python = os.path.realpath(sys.executable)
    folders = visible_folders()
    files = [python] if not any(Path(python).is_relative_to(path) for path in folders) else []
    files += [path for path in ("/etc/ld.so.cache",) if Path(path).exists()]
    zygote = {
        "path": import_path(),
        "packages": packages,
        "isolated": True,
        "under_private": [path for path in folders if path.startswith(_PRIVATE)],
        "confine": "/runtime/_confine.py",
        "student_side": "/runtime/_student_side.py",
        "stand_ins": "/runtime/_stand_ins.py",
        "seccomp": "/runtime/seccomp.bpf",
        "first_uid": _FIRST_UID + int.from_bytes(os.urandom(2), "big") * 100 if os.geteuid() == 0 else 0,
        "uids": _UIDS if os.geteuid() == 0 else 1,
    }
    return {
        "mount_point": str(folder),
        "python": python,
        "binds": [*folders, *files, *_DEVICES],
        "links": {path: str(Path(path).readlink()) for path in _LIBRARIES if Path(path).is_symlink()},
        "environment": {**ENVIRONMENT, "HOME": "/tmp", "TMPDIR": "/tmp"},  # noqa: S108  a tmpfs of each child's own
        "files": {
            "/etc/passwd": "student:x:65534:65534:student:/tmp:/bin/false\n",
            "/runtime/zygote.json": json.dumps(zygote),
            **{f"/runtime/{path.name}": path.read_text(encoding="utf-8") for path in _runtime_files()},
        },
        "seccomp": base64.b64encode(build_filter(memfd="memory" in cgroups.controllers)).decode(),
    }


def _runtime_files() -> list[Path]:
    return [HERE / "_zygote.py", HERE / "_confine.py", *BESIDE_STUDENT]
