"""The backend `none`: a process of its own and rlimits, nothing more. For trusted code; asked for by name."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from autograder.sandbox.cgroups import make_name
from autograder.sandbox.zygote import ENVIRONMENT, HERE, STAND_INS, STUDENT_SIDE, Zygote, import_path


def open_unconfined(packages: list[str]) -> Zygote:
    """Start the backend and try it once.

    Raises:
        GraderError: the interpreter or a package does not start.
    """
    folder = Path(tempfile.gettempdir(), make_name())
    folder.mkdir(mode=0o700)
    configuration = folder / "zygote.json"
    configuration.write_text(
        json.dumps(
            {
                "path": import_path(),
                "packages": packages,
                "isolated": False,
                "confine": str(HERE / "_confine.py"),
                "student_side": str(STUDENT_SIDE),
                "stand_ins": str(STAND_INS),
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
    command = [sys.executable, "-s", "-S", "-P", str(HERE / "_zygote.py")]
    zygote = Zygote("none", command, "", environment, folder, None)
    try:
        zygote.try_once()
    except BaseException:
        zygote.close()
        raise
    return zygote
