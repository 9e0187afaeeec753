"""The backend `none`: a process of its own and rlimits, nothing more. For trusted code; asked for by name."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from autograder.sandbox.cgroups import make_name
from autograder.sandbox.devices import Found, describe_devices
from autograder.sandbox.namespaces import sweep_folders
from autograder.sandbox.zygote import ENVIRONMENT, HERE, Zygote, import_path, runtime_paths


def open_unconfined(packages: list[str], gpus: Found | None = None) -> Zygote:
    """Start the backend and try it once.

    Args:
        packages: what to import before any submission comes.
        gpus: devices of which each use may be granted some; nothing but CUDA_VISIBLE_DEVICES keeps it from others.

    Raises:
        GraderError: the interpreter or a package does not start.
    """
    folder = Path(tempfile.gettempdir(), make_name())
    folder.mkdir(mode=0o700)
    sweep_folders()
    configuration = folder / "zygote.json"
    configuration.write_text(
        json.dumps(
            {
                **runtime_paths(),
                "path": import_path(),
                "packages": packages,
                "backend": "none",
                "watch": False,
                **describe_devices(gpus),
            }
        ),
        encoding="utf-8",
    )
    environment = {
        **ENVIRONMENT,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "AUTOGRADER_ZYGOTE": str(configuration),
    }
    if gpus is not None:
        del environment["CUDA_VISIBLE_DEVICES"]
    command = [sys.executable, "-s", "-S", "-P", str(HERE / "_zygote.py")]
    zygote = Zygote("none", command, "", environment, None, lambda: shutil.rmtree(folder, ignore_errors=True))
    try:
        zygote.try_once()
    except BaseException:
        zygote.close()
        raise
    return zygote
