"""The backend for root in a plain container, where nothing can be mounted and no namespace be made.

Docker's default profile leaves root the rights to change uid and root folder: each use gets a uid of its own, in a
prepared read-only tree (`tree.py`) with one folder to write in, whose size is watched; system calls from a list without
fork, exec and memfd; Landlock on top where the kernel has it. Control groups are used where the container may.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path

from autograder.errors import GraderError
from autograder.sandbox import _folders
from autograder.sandbox.cgroups import CgroupParent, make_name
from autograder.sandbox.runtime import draw_uids
from autograder.sandbox.seccomp import build_filter
from autograder.sandbox.tree import USES, Tree, open_tree
from autograder.sandbox.zygote import ENVIRONMENT, HERE, Zygote, import_path, runtime_paths


def open_user(packages: list[str]) -> Zygote:
    """Start the backend and try it once.

    Raises:
        GraderError: a layer does not work here; the message names it.
    """
    if os.geteuid() != 0:
        raise GraderError("The sandbox 'user' gives each submission a uid of its own, for which it must be root.")
    program = build_filter(memfd=False)
    tree = open_tree()
    name = make_name()
    cgroups = CgroupParent(name)
    folder = tree.uses(name)
    try:
        folder.mkdir()
        folder.chmod(0o711)  # passable, not to be listed
        first_uid, uids = draw_uids()
        configuration = _write_configuration(tree, name, folder, program, packages, range(first_uid, first_uid + uids))
        environment = {
            **ENVIRONMENT,
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "AUTOGRADER_ZYGOTE": str(configuration),
        }
        command = [sys.executable, "-s", "-S", "-P", str(HERE / "_zygote.py")]
        zygote = Zygote("user", command, "", environment, cgroups, lambda: _close(tree, folder))
        zygote.uids = range(first_uid, first_uid + uids)
    except BaseException as error:
        cgroups.remove()
        _close(tree, folder)
        if isinstance(error, OSError):
            raise GraderError(f"The sandbox's tree {tree.root} cannot be used ({error}); remove it.") from None
        raise
    try:
        zygote.try_once()
    except BaseException:
        zygote.close()
        raise
    return zygote


def _write_configuration(tree: Tree, name: str, folder: Path, program: bytes, packages: list[str], uids: range) -> Path:
    """Root's alone, in the run's folder: a student can neither list nor read it."""
    (folder / "seccomp.bpf").write_bytes(program)
    configuration = folder / "zygote.json"
    configuration.write_text(
        json.dumps(
            {
                **runtime_paths(),
                "path": import_path(),
                "packages": packages,
                "backend": "user",
                "seccomp": str(folder / "seccomp.bpf"),
                "first_uid": uids.start,
                "uids": len(uids),
                "watch": True,
                "tree": str(tree.root),
                "uses": f"/{USES}/{name}",
            }
        ),
        encoding="utf-8",
    )
    for path in folder.iterdir():
        path.chmod(0o600)
    return configuration


def _close(tree: Tree, folder: Path) -> None:
    with contextlib.suppress(OSError):
        _folders.remove(str(folder))
    tree.close()
