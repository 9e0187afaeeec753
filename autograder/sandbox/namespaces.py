"""The backend with the most layers: a minimal read-only root, and namespaces of its own for each use.

For root with CAP_SYS_ADMIN, and for a plain user where the kernel lets them make user namespaces. A plain user has one
uid to give, so the child keeps it, without rights; and control groups only where one is delegated to them, so that
elsewhere rlimits and a watch bound its memory.
"""

from __future__ import annotations

import base64
import functools
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from autograder.sandbox.cgroups import CgroupParent, is_left_behind, make_name
from autograder.sandbox.devices import Found, describe_devices
from autograder.sandbox.runtime import (
    DEVICES,
    USERS,
    draw_uids,
    driver_files,
    visible_files,
    visible_folders,
    visible_links,
)
from autograder.sandbox.seccomp import build_filter
from autograder.sandbox.zygote import ENVIRONMENT, HERE, RUNTIME, Zygote, import_path

_PRIVATE: Final = ("/tmp/", "/dev/shm/", "/submission/")  # noqa: S108  each child mounts its own over these


def open_namespaces(packages: list[str], gpus: Found | None = None) -> Zygote:
    """Start the backend and try it once.

    Args:
        packages: what to import before any submission comes.
        gpus: devices of which each use may be granted some.

    Raises:
        GraderError: a layer does not work here; the message names it.
    """
    name = make_name()
    folder = Path(tempfile.gettempdir(), name)
    folder.mkdir(mode=0o700)
    sweep_folders()
    cgroups = CgroupParent(name)
    remove_folder = functools.partial(shutil.rmtree, folder, ignore_errors=True)
    try:
        command = [sys.executable, "-s", "-S", "-P", str(HERE / "_enter.py")]
        configuration = json.dumps(_configuration(folder, packages, cgroups, gpus))
        zygote = Zygote("namespaces", command, configuration, ENVIRONMENT, cgroups, remove_folder)
    except BaseException:
        cgroups.remove()
        remove_folder()
        raise
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


def _configuration(folder: Path, packages: list[str], cgroups: CgroupParent, gpus: Found | None) -> dict[str, object]:
    folders = visible_folders()
    environment = {**ENVIRONMENT, "HOME": "/tmp", "TMPDIR": "/tmp"}  # noqa: S108  a tmpfs of each child's own
    nodes: tuple[str, ...] = ()
    if gpus is not None:
        del environment["CUDA_VISIBLE_DEVICES"]  # a fork server that touched CUDA would be seen to hold a device's file
        nodes = (*gpus.shared, *(node for device in gpus.devices for node in device.nodes))
    first_uid, uids = draw_uids() if os.geteuid() == 0 else (0, 1)
    zygote = {
        **{name: f"/runtime/{path.name}" for name, path in RUNTIME.items()},
        "path": import_path(),
        "packages": packages,
        "backend": "namespaces",
        "under_private": [path for path in folders if path.startswith(_PRIVATE)],
        "seccomp": "/runtime/seccomp.bpf",
        "first_uid": first_uid,
        "uids": uids,
        "watch": "memory" not in cgroups.controllers,
        **describe_devices(gpus),
    }
    return {
        "mount_point": str(folder),
        "python": os.path.realpath(sys.executable),
        "binds": [*folders, *visible_files(), *DEVICES, *nodes, *(driver_files(folders) if nodes else ())],
        "links": visible_links(),
        "environment": environment,
        "files": {
            "/etc/passwd": USERS,
            "/runtime/zygote.json": json.dumps(zygote),
            **{f"/runtime/{path.name}": path.read_text(encoding="utf-8") for path in RUNTIME.values()},
        },
        "seccomp": base64.b64encode(build_filter(memfd="memory" in cgroups.controllers, gpu=bool(nodes))).decode(),
    }
